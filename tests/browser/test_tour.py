"""The ten minutes that the sign-in page offers: six people in their order, on one Cadre, by the words on the pages.

No browser here runs a script: `person` switches them off. The specialist has a keyboard and nothing else.
"""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.first, pytest.mark.timeout(600)]

ANALYST, APPROVER = "State analyst: write and send", "Approver: issue and watch"
# How many staff Lake has is another matter: other tests on this Cadre add some.
COORDINATOR = re.compile(r"Coordinator, Lake \(\d+ staff\): confirm, record a briefing")
SPECIALIST = "Specialist, Lake: read, train"
BIG_COORDINATOR, ANALYST_AGAIN = "Coordinator, Los Angeles: the same page by unit", "Analyst: the numbers moved"
SUBJECT = "Wage assignments by telephone"
PROBLEM = "No room before December"
# With the specialist they are the eight of eleven who are ready in the end.
BRIEFED = 7


def worded(part: str | re.Pattern[str]) -> re.Pattern[str]:
    """What finds *part* within a longer text."""
    return part if isinstance(part, re.Pattern) else re.compile(re.escape(part))


def options(question, *, right):
    """Texts of what to mark, so that the question is answered right, or not."""
    texts = [choice.text for choice in question.choices if choice.correct is right]
    return texts if question.kind == "multiple" else texts[:1]


def tour_letter(cadre, number):
    """The letter of the tour as the state sees it."""
    get = notice_pb.GetNoticeRequest(name=f"notices/{number}")
    return cadre.access.ask(cadre.access.notices.GetNotice, get, person=cadre.cast.analyst)


def confirm_each(cadre, letter, names):
    """Have the people who were briefed confirm that they read the letter, each for themselves."""
    access, lead = cadre.access, cadre.cast.leads["lake"]
    listed = person_pb.ListPeopleRequest(parent="agencies/lake", page_size=100)
    people = access.ask(access.people.ListPeople, listed, person=lead).people
    chosen = [person.name for person in people if person.display_name in names]
    assert len(chosen) == BRIEFED
    sha256 = tour_letter(cadre, letter).text_sha256
    for name in chosen:
        request = inbox_pb.ConfirmNoticeRequest(
            notice=f"notices/{letter}", text_sha256=sha256, request_id=request_id("tour", name)
        )
        access.ask(access.inbox.ConfirmNotice, request, person=name)


def write_and_send(analyst, content):
    """1 State analyst."""
    effective = state_calendar().add(pacific_date(datetime.now(UTC)), 28)
    analyst.press("New letter or release")
    analyst.sees_heading("New letter or release")
    expect(analyst.page.get_by_label("To", exact=True)).to_have_value("ALL IV-D DIRECTORS")
    analyst.type("Subject", SUBJECT)
    analyst.page.get_by_label("Reason for this transmittal").select_option("State law or regulation")
    analyst.type("Replaces (optional)", "CSSP 19-06")
    analyst.type("Supersedes (optional)", "CSSP 24-02, section 3")
    analyst.type("References (optional)", "Family Code 5246")
    analyst.type("Contact", "DCSS Policy, policy@public.example.org")
    analyst.type("Phone (optional)", "916-555-0100")
    analyst.press("Save and go on to Change")
    analyst.type("What changes, in one sentence", "A wage assignment may be asked for by telephone.")
    analyst.type("Before (optional)", "A wage assignment was asked for by letter.")
    analyst.type("From the effective date (optional)", "A call is enough; it is noted in the case.")
    analyst.type("What staff must do (optional)", "Note the call in the case.")
    analyst.type("Until then (optional)", "Write, as before.")
    analyst.type("Effective date", effective.isoformat())
    analyst.press("Save and go on to Who")
    expect(analyst.page.get_by_role("radio", name="All agencies")).to_be_checked()
    expect(analyst.page.get_by_role("radio", name="Everyone in those agencies")).to_be_checked()
    expect(analyst.page.get_by_role("columnheader")).to_have_text(
        ["Agency", "Must act", "Of staff", "No unit recorded"]
    )
    expect(analyst.page.get_by_role("row")).to_have_count(48)
    analyst.press("Save and go on to Ask")
    expect(analyst.page.get_by_role("radio", name="Read and confirm", exact=True)).to_be_checked()
    expect(analyst.page.get_by_label("The agency confirms within so many business days")).to_have_value("3")
    expect(analyst.page.get_by_label("Due so many business days before it takes effect")).to_have_value("3")
    expect(analyst.page.get_by_label("But never less than so many business days after issue")).to_have_value("5")
    expect(analyst.page.get_by_label("A local briefing counts as the training")).to_be_checked()
    analyst.page.get_by_text("Read, confirm and train", exact=True).click()
    analyst.page.get_by_label(re.compile("^Course")).select_option(content.course.title)
    analyst.press("Save and go on to Review")
    analyst.sees(re.compile(r"takes effect \w+day, .*, 28 business days from today"))
    expect(analyst.page.get_by_role("row").filter(has_text="agencies get the letter")).to_contain_text("47")
    expect(analyst.page.get_by_role("region", name="So far")).to_contain_text(re.compile(r"Staff hours\s*about \d+"))
    analyst.page.get_by_role("link", name="Preview as staff").click()
    analyst.sees("A preview: this is what staff will see.")
    analyst.sees_heading("What changes for you")
    analyst.press("Back to the letter")
    analyst.press("Send for approval")
    analyst.sees("The letter was sent for approval.")
    analyst.sees("A second person approves and issues it.")
    expect(analyst.page.get_by_role("button", name="Approve and issue")).to_have_count(0)


def issue_and_watch(approver):
    """2 Approver. Returns the letter's id."""
    row = approver.page.get_by_role("listitem").filter(has_text=SUBJECT)
    row.get_by_role("link", name=re.compile("^Issue or return")).click()
    approver.sees_heading(re.compile(SUBJECT))

    def issued():
        # The list of staff reaches the service that issues letters by an event.
        with approver.page.expect_navigation():
            approver.press("Approve and issue")
        return approver.page.get_by_text("The letter is issued.").count()

    wait_until(issued, lambda: approver.page.inner_text("main")[:500])
    approver.sees(re.compile(r"Issued .*, approved by .*; takes effect .*, 28 business days from today\."))
    figures = approver.page.locator(".figure")
    expect(figures.locator("dt")).to_have_text(
        ["Agencies confirmed", "Staff who read it", "Staff trained", "Staff ready"]
    )
    expect(figures.locator("dd").first).to_contain_text("0 of 47")
    approver.sees("No agency needs a call today.")
    approver.sees(re.compile(r"No agency has confirmed yet\. Confirmations are due \w+day, .*, 5 p\.m\."))
    for way in ("Forecast", "Map", "Letter", "Who was included", "History", "Download CSV", "Print", "Withdraw…"):
        expect(approver.page.get_by_role("link", name=way, exact=True)).to_be_visible()
    return re.search(r"/letters/([0-9a-f-]{36})", approver.page.url)[1]


def confirm_and_brief(coordinator, to_stay):
    """3 Coordinator of Lake. Returns who was briefed, and how many are at work there. Not briefed: *to_stay*."""
    coordinator.sees_heading("Lake County")
    coordinator.sees(re.compile(r"^\w+day, \w+ \d+ · \d+ things? to do"))
    people = coordinator.page.get_by_role("region", name="People").get_by_role("definition").all_inner_texts()
    staff, away = map(int, people[:2])
    for part in ("To do", "Coming changes"):
        expect(coordinator.page.get_by_role("region", name=part, exact=True)).to_be_visible()
    to_do = coordinator.page.get_by_role("region", name="To do").get_by_role("listitem").filter(has_text=SUBJECT)
    to_do.get_by_role("link", name=re.compile("^Read and confirm")).click()
    coordinator.sees("I confirm that our agency received this letter.")
    coordinator.sees(re.compile("You are signed in as .*Not you"))
    chosen = coordinator.page.get_by_label("Who leads this here?").locator("option:checked")
    me = chosen.inner_text().removesuffix(" (me)")
    coordinator.type("Anything in the way? (optional)", PROBLEM)
    coordinator.press("Confirm for our agency")
    coordinator.sees("Confirmed for your agency.")
    coordinator.sees(re.compile(rf"Confirmed \w+ \d+, \d+:\d\d [ap]\.m\. by {re.escape(me)}"))
    coordinator.waits_for(f"0 of {staff - away} ready")
    expect(coordinator.page.get_by_role("link", name="Print sign-in sheet")).to_be_visible()

    coordinator.press("Record a briefing")
    coordinator.press("Select none")
    coordinator.type("Led by", me)
    coordinator.press("Check who was there")
    coordinator.sees_heading("Not yet: please look at this")
    labels = coordinator.page.get_by_role("group", name="Who was there").locator("label")
    others = [one for one in labels.all() if not re.search(r"\(on leave\)", one.inner_text())]
    others = [one for one in others if one.inner_text().partition(" (")[0] not in to_stay]
    names = {one.inner_text().partition(" (")[0] for one in others[:BRIEFED]}
    for one in others[:BRIEFED]:
        one.click()
    coordinator.press("Check who was there")
    coordinator.press(f"Record the briefing for {BRIEFED} people")
    coordinator.sees(f"Training recorded for {BRIEFED} people.")
    columns = ["Choose", re.compile("^Name"), "Staff number", "Unit", "Read", "Confirmed", "Trained", "Due"]
    table = coordinator.page.get_by_role("table", name=re.compile("by family name, A to Z"))
    expect(table.get_by_role("columnheader")).to_have_text(columns)
    coordinator.sees("The state sees counts of staff, never their names or scores; of an agency it sees who confirmed.")
    return names, staff - away


def read_and_train(learner, content):
    """4 Specialist of Lake, with the keyboard alone (demand D66)."""
    page, keys = learner.page, learner.keys
    keys.press("link", "My training")
    row = page.get_by_role("listitem").filter(has_text=SUBJECT)
    expect(row).to_contain_text(re.compile(r"\d+ minutes · due .* 3 business days before it takes effect"))
    expect(row.get_by_role("link", name="Why is this on my list?")).to_be_visible()
    keys.tab_to(row.get_by_role("link", name="Start"))
    page.keyboard.press("Enter")
    learner.sees_heading("What changes for you")
    expect(page.locator(".usa-step-indicator li")).to_have_text(
        [re.compile(f"{number}\\s*{step}") for number, step in enumerate(("Read", "Confirm", "Course", "Test"), 1)]
    )
    learner.sees("I have read this letter and know whom to ask.")
    expect(page.get_by_role("heading", name="Question?")).to_be_visible()
    keys.press("button", "Confirm and start the course")
    for number in range(1, len(content.course.section) + 1):
        learner.sees(
            re.compile(rf"Section {number} of 4 · \d+ minutes{' · what came before is saved' if number > 1 else ''}")
        )
        keys.press("button", re.compile("^Save and go to (section|the test)"))
    if page.get_by_role("button", name="Start the test").count():
        keys.press("button", "Start the test")
    learner.sees("5 questions, 4 right to pass, as often as you like.")

    keys.press("button", "Send my answers")
    learner.sees_heading("Not yet: please look at these")
    keys.begin_at(page.get_by_role("alert"))
    keys.press("link", re.compile("^Question 1"))
    page.keyboard.press("Tab")
    first = page.get_by_role("group", name=content.test.question[0].text)
    assert keys.has_focus(first.get_by_role("radio").first), "the summary leads to the question"
    page.keyboard.press("Shift+Tab")

    for number, question in enumerate(content.test.question):
        keys.choose(question.text, options(question, right=number not in (1, 2)))
    keys.press("button", "Send my answers")
    learner.sees_heading("3 of 5. Not yet: look again at sections 2 and 3.")
    learner.sees("Only you see this score.")
    # Where nothing is said of what was done, the keys go on at the heading.
    keys.begin_at(page.get_by_role("heading", level=1))
    keys.press("button", "Try again")
    learner.sees("5 questions, 4 right to pass, as often as you like.")
    keys.begin_at(page.get_by_role("heading", level=1))
    for question in content.test.question:
        keys.choose(question.text, options(question, right=True))
    keys.press("button", "Send my answers")
    learner.sees_heading("5 of 5. You passed.")

    learner.sees_heading("Was this useful?")
    learner.sees("Optional. No name is kept.")
    keys.choose("I can use this in my own work.", ["Agree"])
    keys.tab_to(page.get_by_label(re.compile("^What should|comment|else", re.IGNORECASE)).first)
    page.keyboard.type("The example at the counter helped.")
    keys.press("button", "Send")
    learner.sees("Thank you. Your answer is counted with those of others; no name is kept.")
    learner.waits_for(re.compile(r"Done\. You are ready for \w+day, "))
    expect(page.get_by_role("link", name="Back to my training")).to_be_visible()
    keys.press("link", "My learning")
    keys.press("link", "My record")
    learner.sees(content.course.title)


def look_by_unit(coordinator, letter):
    """5 Coordinator of Los Angeles: the same page, by unit."""
    to_do = coordinator.page.get_by_role("region", name="To do").get_by_role("listitem").filter(has_text=SUBJECT)
    to_do.get_by_role("link", name=re.compile("^Read and confirm")).click()
    assert coordinator.page.url.endswith(f"/agencies/los-angeles/letters/{letter}")
    columns = ["Unit", "Staff", "Ready", "Still to do", "Not started", "On leave"]
    expect(coordinator.page.get_by_role("columnheader")).to_have_text(columns)
    expect(coordinator.page.get_by_role("row").filter(has_text="Enforcement").first).to_contain_text(
        re.compile(r"0 of \d+")
    )
    coordinator.page.get_by_role("table").get_by_role("link", name="Enforcement", exact=True).click()
    expect(coordinator.page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    units = coordinator.page.locator("td[data-label=Unit]").all_inner_texts()
    assert units
    assert all("Enforcement" in unit for unit in units)


def see_the_numbers(analyst, ready, at_work):
    """6 Analyst: the numbers moved."""
    analyst.page.get_by_role("row").filter(has_text=SUBJECT).get_by_role("link").click()
    analyst.waits_for(f"{ready} of {at_work}")
    figures = analyst.page.locator(".figure")
    expect(figures.first).to_contain_text("1 of 47")
    # Statewide there are more than twenty: a share stands beside the number.
    expect(figures.last).to_contain_text(re.compile(rf"{ready} of \d+ +\d+ %|{ready} of \d+\s*\d+%"))
    analyst.sees(f"Reports: {PROBLEM}")
    lake = analyst.page.get_by_role("row", name=re.compile("^Lake County"))
    expect(lake).to_contain_text(f"{ready} of {at_work}")
    expect(lake).to_contain_text(PROBLEM)


def test_ten_minutes_from_the_analyst_to_the_numbers_that_moved(person, cadre):
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    at_sign_in = person()
    at_sign_in.go("/sign-in")
    offered = at_sign_in.page.get_by_role("list").first.get_by_role("listitem")
    story = (ANALYST, APPROVER, COORDINATOR, SPECIALIST, BIG_COORDINATOR, ANALYST_AGAIN)
    expect(offered).to_have_text([worded(part) for part in story])

    visitors = {part: person() for part in story[:5]}
    analyst, approver, coordinator, learner, big_coordinator = visitors.values()
    write_and_send(analyst.sign_in(ANALYST), cadre.content)
    letter = issue_and_watch(approver.sign_in(APPROVER))
    names, at_work = confirm_and_brief(coordinator.sign_in(COORDINATOR), {one.display_name for one in personas})
    confirm_each(cadre, letter, names)

    learner.go("/sign-in")
    learner.keys.press("button", worded(SPECIALIST))
    learner.sees("You are signed in as")
    learner.page.keyboard.press("Tab")
    expect(learner.page.get_by_role("link", name="Skip to main content")).to_be_focused()
    learner.page.keyboard.press("Enter")
    expect(learner.page.locator("#main")).to_be_focused()
    read_and_train(learner, cadre.content)

    look_by_unit(big_coordinator.sign_in(BIG_COORDINATOR), letter)
    coordinator.waits_for(f"{BRIEFED + 1} of {at_work} ready")
    see_the_numbers(analyst.sign_in(ANALYST_AGAIN), BRIEFED + 1, at_work)
    assert {part: visitor.complaints for part, visitor in visitors.items() if visitor.complaints} == {}
