"""Demand D66: writing, approving, confirming and recording with the keyboard alone, and where the keys are after each.

The learner's way is in `test_tour.py`. After a form the keys begin where what was done is said; where nothing is said,
at the heading of the page that it led to.
"""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from servicekit.calendar import pacific_date
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SUBJECT = "Typed, never clicked"
EFFECTIVE = state_calendar().add(pacific_date(datetime.now(UTC)), 28)


def sign_in(visitor, title):
    visitor.go("/sign-in")
    visitor.keys.press("button", re.compile(title))
    visitor.sees("You are signed in as")


def told(visitor, sentence):
    """See what was done, and that the keys begin there."""
    visitor.sees(sentence)
    visitor.keys.begin_at(visitor.page.get_by_role("status"))


def write_and_send(analyst, course):
    keys, page = analyst.keys, analyst.page
    keys.press("link", "New letter or release")
    keys.press("button", "Give the next free number of this series")
    keys.begin_at(page.get_by_label("Number (optional)", exact=True))
    keys.type("Subject", SUBJECT)
    keys.pick("Reason for this transmittal", "State law or regulation")
    keys.type("Contact", "DCSS Policy")
    keys.press("button", "Save and go on to Change")
    keys.begin_at(page.get_by_role("heading", name="2 of 5"))
    keys.type("What changes, in one sentence", "A wage assignment may be asked for by telephone.")
    keys.type("Effective date", f"{EFFECTIVE:%m%d%Y}")
    expect(page.get_by_label("Effective date", exact=True)).to_have_value(EFFECTIVE.isoformat())
    keys.press("button", "Save and go on to Who")
    keys.press("button", "Count who this is for")
    keys.begin_at(page.locator("#counted"))
    keys.press("button", "Save and go on to Ask")
    keys.choose("Staff are asked to", ["Read, confirm and train"])
    keys.pick(re.compile("^Course"), course)
    keys.press("button", "Save and go on to Review")
    analyst.sees(re.compile(r"agencies get the letter: \d+ must act"))
    keys.press("link", "Preview as staff")
    analyst.sees_heading("What changes for you")
    keys.begin_at(page.get_by_role("note"))
    keys.press("link", "Back to the letter")
    keys.press("button", "Send for approval")
    told(analyst, "The letter was sent for approval.")


def approve(approver):
    page, keys = approver.page, approver.keys
    row = page.get_by_role("region", name="To do").get_by_role("listitem").filter(has_text=SUBJECT)
    keys.tab_to(row.get_by_role("link", name=re.compile("^Issue or return")))
    page.keyboard.press("Enter")
    approver.sees_heading(re.compile(SUBJECT))

    def issued():
        # The list of staff reaches the service that issues letters by an event.
        with page.expect_navigation():
            keys.press("button", "Approve and issue")
        return page.get_by_text("The letter is issued.").count()

    wait_until(issued, lambda: page.inner_text("main")[:500])
    told(approver, "The letter is issued.")


def confirm_and_brief(coordinator):
    page, keys = coordinator.page, coordinator.keys
    to_do = page.get_by_role("region", name="To do").get_by_role("listitem").filter(has_text=SUBJECT)
    keys.tab_to(to_do.get_by_role("link", name=re.compile("^Read and confirm")))
    page.keyboard.press("Enter")
    coordinator.sees("I confirm that our agency received this letter.")
    keys.type("Anything in the way? (optional)", "No room before December")
    keys.press("button", "Confirm for our agency")
    told(coordinator, "Confirmed for your agency.")
    keys.press("link", "Record a briefing")
    keys.press("button", "Tick everyone who is not yet trained")
    keys.begin_at(page.get_by_role("group", name="Who was there"))
    keys.press("button", "Check who was there")
    coordinator.sees_heading("Not yet: please look at this")
    keys.begin_at(page.get_by_role("alert"))
    keys.press("link", "Say who led the briefing.")
    keys.begin_at(page.get_by_label("Led by"))
    page.keyboard.type("The coordinator")
    keys.press("button", "Check who was there")
    keys.press("button", re.compile("^Record the briefing for"))
    told(coordinator, re.compile(r"Training recorded for \d+ people\."))


def test_a_letter_goes_from_its_draft_to_a_recorded_briefing_by_the_keyboard_alone(person, cadre):
    analyst, approver, coordinator = visitors = person(), person(), person()
    sign_in(analyst, "^State analyst")
    write_and_send(analyst, cadre.content.course.title)
    sign_in(approver, "^Approver")
    approve(approver)
    sign_in(coordinator, "^Coordinator, Lake")
    confirm_and_brief(coordinator)

    assert [visitor.complaints for visitor in visitors] == [[], [], []]
