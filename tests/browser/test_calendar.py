"""The state's holidays and an agency's own days, as those who keep them change them."""

import re

import pytest
from playwright.sync_api import expect

CLOSED = re.compile("^Offices are closed on")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def facts(person):
    return person.page.get_by_role("table").inner_text()


def test_a_training_manager_begins_a_year_adds_a_holiday_changes_it_and_removes_it(person):
    manager = person().sign_in("Training manager")
    manager.go("/calendar?year=2036")
    manager.sees("The holidays of 2036 are not on record.")
    manager.press("Begin 2036")

    manager.sees("2036 has 251 business days.")
    assert "Thursday, November 27" in facts(manager)

    manager.type("Day", "2036-10-10")
    manager.type("Name", "Day of the move")
    manager.type(CLOSED, "2036-10-10")
    manager.press("Add the holiday")
    manager.sees("2036 has 250 business days.")

    manager.press("Day of the move")
    manager.page.get_by_text("Remove it").click()
    manager.sees("2036 has 251 business days then, instead of 250.")
    manager.type(CLOSED, "2036-10-11")
    manager.press("Save the holiday")
    manager.sees("This must be a weekday: weekends are closed anyway.")
    manager.page.get_by_text("Remove it").click()
    manager.press("Remove Day of the move")
    manager.sees("2036 has 251 business days.")
    assert "Day of the move" not in facts(manager)


def test_whoever_does_not_keep_the_calendar_reads_it(person):
    learner = person().sign_in("Specialist, Lake")
    learner.go("/calendar?year=2028")

    assert re.search(r"Veterans Day\s+Saturday, November 11\s+Friday, November 10", facts(learner))
    assert re.search(r"New Year's Day\s+Saturday, January 1\s+None", facts(learner))
    expect(learner.page.get_by_role("button", name="Add the holiday")).to_have_count(0)


def test_a_coordinator_notes_where_their_agency_differs(person):
    coordinator = person().sign_in("Coordinator, Lake")
    coordinator.go("/agencies/lake/people")
    coordinator.press("Own days")
    coordinator.go("/agencies/lake/calendar?year=2027")
    coordinator.sees("is closed when the state is")

    coordinator.type("Day", "2027-03-31")
    coordinator.type("Why", "County holiday")
    coordinator.press("Add the day")
    coordinator.sees("is closed by the state's calendar anyway")

    coordinator.page.get_by_text("Open, on a holiday of the state", exact=True).click()
    coordinator.press("Add the day")
    coordinator.sees("No due date is changed by it.")
    assert "Wednesday, March 31" in facts(coordinator)
    coordinator.press(re.compile("Take off"))
    coordinator.sees("is closed when the state is")
