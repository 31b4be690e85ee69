"""The life of a letter as its author leads it: drafted, reviewed, answered, approved, amended, superseded."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from servicekit.calendar import pacific_date
from servicekit.clock import utc
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TOPIC = "Reaching people in an analyst's day"
SUBJECT, LATER = "Three tries to reach a person", "Five tries, and by mail"
# County -> the head under which it comments, and what it says.
SAID = {
    "Lake": ("Local resources (efficiency)", "Three tries take us a day."),
    "Los Angeles": ("Performance measures (effectiveness)", "Please say within which time."),
}


def day(business_days):
    return state_calendar().add(pacific_date(utc()), business_days)


def letter_in(visitor):
    """The letter of the page that somebody has open."""
    return re.search(r"/letters/([0-9a-f-]{36})", visitor.page.url)[1]


def sent_to_review(analyst):
    """Write a draft, and send it to two agencies. Returns the draft."""
    analyst.begins(SUBJECT, **{"Topic (optional)": TOPIC})
    texts = {
        "Before (optional)": "One try was enough.",
        "From the effective date (optional)": "Try three times to reach the person.",
    }
    analyst.says_what_changes(day(28), **texts)
    analyst.goes_on_to_review()
    draft = letter_in(analyst)
    analyst.go(f"/letters/{draft}/review")
    analyst.sees("No agency has been asked yet.")
    offered = analyst.page.get_by_role("group", name="Agencies")
    for county in SAID:
        offered.get_by_text(re.compile(f"^{county}")).click()
    analyst.press("Send it to them")
    analyst.sees("The draft is with the agencies.")
    return draft


def commented(coordinator, county):
    """Comment on the passage that says how often, under a head, and send what the agency says."""
    head, words = SAID[county]
    coordinator.go("/reviews")
    coordinator.press(re.compile(SUBJECT))
    passage = coordinator.page.locator(".passage").filter(has_text="Try three times")
    passage.get_by_role("link", name=re.compile("^Comment on this passage")).click()
    coordinator.page.get_by_role("group", name="It bears on").get_by_text(head).click()
    coordinator.type("What is wrong, or what you ask", words)
    coordinator.press("Keep the comment")
    coordinator.sees("Your comment is kept.")
    coordinator.press("Send the comment")
    coordinator.sees("The comments of your agency are sent to the state.")


def answered(analyst, draft):
    """Answer each comment, and end the review."""
    analyst.go(f"/letters/{draft}/review/1")
    analyst.sees(re.compile("2 of 2 agencies sent comments: 2 comments, 2 without an answer"))
    for county, (head, words) in SAID.items():
        said = analyst.page.get_by_role("article", name=re.compile(f"^Comment, {county}"))
        expect(said).to_contain_text(head)
        expect(said).to_contain_text(words)
        said.get_by_role("link", name=re.compile("^Answer")).click()
        analyst.page.get_by_role("group", name="Your answer").get_by_text("Accepted in part", exact=True).click()
        analyst.type("What you say to it (optional)", f"Within a week, as {county} asks.")
        analyst.press("Save the answer")
        analyst.sees("The answer is saved.")
    analyst.type("Why it ends now", "Both have answered.")
    analyst.press("End the review")
    analyst.sees(re.compile("Over since .*: Both have answered."))


def issued_by(approver, draft, done):
    """Have a second person approve and issue what was sent. Returns the letter."""

    def issued():
        # The list of staff reaches the service that issues letters by an event.
        approver.go(f"/letters/{draft}")
        approver.press("Approve and issue")
        return approver.page.get_by_text(done).count()

    wait_until(issued, lambda: approver.page.inner_text("main")[:500])
    return letter_in(approver)


def amended(analyst, letter):
    """Write an amendment that changes what staff do, and send it for approval. Returns its draft."""
    analyst.go(f"/letters/{letter}")
    analyst.press("Amend this letter")
    analyst.sees("This is a draft of the letter's next version.")
    draft = letter_in(analyst)
    analyst.goes_to_step("Amendment")
    analyst.sees("Nothing yet.")
    analyst.goes_to_step("Change")
    analyst.type("From the effective date (optional)", "Try five times to reach the person.")
    analyst.press("Save and go on to Who")
    analyst.goes_to_step("Amendment")
    expect(analyst.page.locator(".changes del")).to_contain_text("three")
    expect(analyst.page.locator(".changes ins")).to_contain_text("five")
    analyst.type("What this amendment changes, and why", "Five tries: a court asked for more.")
    analyst.press("Save and go on to Review")
    analyst.sees("Nothing is missing.")
    analyst.press("Send for approval")
    analyst.sees("The letter was sent for approval.")
    return draft


def confirmed(learner, letter):
    learner.go(f"/training/{letter}")
    learner.press("Confirm")
    learner.sees("Done. You are ready")


def test_a_letter_is_reviewed_answered_issued_amended_confirmed_anew_and_superseded(person):
    analyst, approver = person().sign_in("State analyst"), person().sign_in("Approver")
    learner = person().sign_in("Specialist, Lake")
    draft = sent_to_review(analyst)
    counties = {county: person().sign_in(f"Coordinator, {county}") for county in SAID}
    for county, coordinator in counties.items():
        commented(coordinator, county)
    answered(analyst, draft)
    counties["Lake"].go(f"/reviews/{draft}/1/lake")
    counties["Lake"].sees("Within a week, as Lake asks.")
    expect(counties["Lake"].page.get_by_text("as Los Angeles asks.")).to_have_count(0)
    analyst.go(f"/letters/{draft}/edit/review")
    analyst.press("Send for approval")
    analyst.sees("The letter was sent for approval.")
    letter = issued_by(approver, draft, "The letter is issued.")
    title = approver.page.get_by_role("heading", level=1).inner_text().partition(",")[0]

    confirmed(learner, letter)
    amendment = amended(analyst, letter)
    approver.go(f"/letters/{amendment}")
    approver.sees_heading(re.compile("^Amendment of "))
    approver.sees("Agencies and staff read and confirm it anew.")
    assert issued_by(approver, amendment, "The letter is amended.") == letter
    learner.go(f"/training/{letter}")
    learner.sees("Five tries: a court asked for more.")
    learner.press("What changed since you confirmed version 1")
    expect(learner.page.locator(".changes ins")).to_contain_text("five")
    confirmed(learner, letter)

    analyst.begins(LATER, **{"Topic (optional)": TOPIC, "Replaces (optional)": title})
    analyst.says_what_changes(day(40))
    analyst.goes_on_to_review()
    analyst.press("Send for approval")
    successor = issued_by(approver, letter_in(analyst), "The letter is issued.")
    learner.go(f"/training/{letter}")
    learner.sees(re.compile(rf"^Holds until .* From then on .*{LATER} takes its place\."))
    for on, rules in ((day(40) - timedelta(days=1), letter), (day(40), successor)):
        learner.go(f"/in-force?{urlencode({'on': on, 'topic': TOPIC})}")
        ruling = learner.page.get_by_role("row").get_by_role("link", name=re.compile(f"({SUBJECT}|{LATER})$"))
        assert [link.get_attribute("href") for link in ruling.all()] == [f"/training/{rules}/letter"]
    visitors = [analyst, approver, learner, *counties.values()]
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
