"""What an agency does with a letter: received, added to, dated, followed, confirmed; and staff see what it added."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from servicekit.calendar import pacific_date
from servicekit.clock import utc
from servicekit.testing.offices import state_calendar

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

COORDINATOR, LEARNER, ANALYST = "Coordinator, Lake", "Specialist, Lake", "State analyst"


def soon():
    """The first business day on which staff can be asked to be ready, and that is not today."""
    return state_calendar().add(pacific_date(utc()), 6)


def test_a_letter_is_received_added_to_dated_followed_and_confirmed_by_an_agency_and_staff_see_it(person, issued):
    letter = issued("A day of a coordinator")
    ours = f"/agencies/lake/letters/{letter}"
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(ours)
    coordinator.press("Confirm for our agency")
    coordinator.sees("Confirmed")

    coordinator.go(ours)
    coordinator.press("Add something for our staff")
    coordinator.type("What our staff are to know", "Ask the legal desk, window 4.")
    coordinator.press("Add it")
    coordinator.sees("Your addition is saved.")

    coordinator.press("Set an earlier date for our staff")
    coordinator.type("Our people are to be ready by", str(soon()))
    coordinator.press(re.compile("^Set it"))
    coordinator.sees("Our date is set.")

    coordinator.press("Change the checklist")
    forms = coordinator.page.get_by_role("group", name="Forms replaced")
    forms.get_by_text("Blocked").click()
    coordinator.press("Save the checklist")
    coordinator.sees_heading("Not yet: please look at this")
    coordinator.type(re.compile("^Forms replaced: reason"), "The printer is out of paper.")
    coordinator.press("Save the checklist")
    coordinator.sees("The checklist is saved.")

    learner = person().sign_in(LEARNER)
    learner.go(f"/training/{letter}")
    learner.sees("Added by Lake County: not part of the state's letter")
    learner.sees("Ask the legal desk, window 4.")

    analyst = person().sign_in(ANALYST)
    analyst.go(f"/letters/{letter}/checklists")
    analyst.sees("The printer is out of paper.")
    analyst.go(f"/letters/{letter}/text")
    analyst.sees("Ask the legal desk, window 4.")

    coordinator.go(f"{ours}/our-date")
    coordinator.press("Back to the state's day")
    coordinator.sees("The state's day holds for our staff again.")
    learner.go(f"/training/{letter}")
    learner.press("Confirm")
    learner.sees("Done. You are ready")


def test_a_day_that_is_not_earlier_than_the_states_is_refused_at_its_field(person, issued):
    letter = issued("A day too late")
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{letter}/our-date")
    far = soon() + timedelta(days=300)
    coordinator.type("Our people are to be ready by", str(far))
    coordinator.press(re.compile("^Set it"))

    coordinator.sees_heading("Not yet: please look at this")
    expect(coordinator.page.locator("#due_date")).to_have_value(str(far))


def test_the_day_of_an_agency_stands_beside_the_states_on_both_pages(person, issued):
    letter = issued("Two clocks")
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{letter}/our-date")
    coordinator.type("Our people are to be ready by", str(soon()))
    coordinator.press(re.compile("^Set it"))
    coordinator.sees("Our date is set.")

    analyst = person().sign_in(ANALYST)
    analyst.go(f"/letters/{letter}")

    row = analyst.page.get_by_role("row", name=re.compile("^Lake County"))
    expect(row).to_contain_text("own date:")
