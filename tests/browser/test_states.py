"""States of the pages that no address alone leads to, in their exact words, each in order for axe at both widths."""

import re
from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli import past_letters
from cadre_cli.access import request_id
from gateway.words import sentences
from servicekit.calendar import pacific_date

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, APPROVER, OPERATOR = "State analyst", "Approver", "Operator"
COORDINATOR, SPECIALIST, BIG_COORDINATOR = "Coordinator, Lake", "Specialist, Lake", "Coordinator, Los Angeles"
TODAY = pacific_date(datetime.now(UTC))
PROBLEM = "No room before December"
# The letters take effect in 28 business days; staff are due three before, agencies confirm within three.
DAYS = 60
TABLES = ("notice", "recipient", "readiness", "delivery")
# Sixty days pass for one letter. That an issued letter stays as it is, and that a change is in the audit trail, is held
# by triggers: nobody but a test turns time back.
PASS = """
UPDATE notice SET published_at = published_at - {days} * interval '1 day', effective_date = effective_date - {days},
  due_date = due_date - {days}, agency_due_date = agency_due_date - {days} WHERE id = '{letter}';
UPDATE recipient SET due_date = due_date - {days} WHERE notice_id = '{letter}';
UPDATE readiness SET due_date = due_date - {days} WHERE notice_id = '{letter}';
UPDATE delivery SET due_date = due_date - {days} WHERE notice_id = '{letter}';
"""


@pytest.fixture(scope="module")
def people(cadre):
    """Persons of the demonstration by their part."""
    answer = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest())
    return {persona.part: persona.person for persona in answer.personas}


@pytest.fixture(scope="module")
def issued_to(cadre, issued):
    """Issue a letter to *people* alone; returns its id. Every agency gets it."""

    def issue(subject, people):
        expression = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(people=people)])
        create = audience_pb.CreateAudienceRequest(
            audience=audience_pb.Audience(title=subject, expression=expression), request_id=request_id("for", subject)
        )
        audience = cadre.access.ask(cadre.access.audiences.CreateAudience, create, person=cadre.cast.analyst)
        return issued(subject, asks=notice_pb.READ, audience=audience.name)

    return issue


@pytest.fixture(scope="module")
def confirm(cadre):
    """Confirm letters for an agency, as its coordinator or director."""

    def for_agency(agency, letter, problem=""):
        lead, ask = cadre.cast.leads[agency], cadre.access.ask
        notice = ask(cadre.access.notices.GetNotice, notice_pb.GetNoticeRequest(name=f"notices/{letter}"), person=lead)
        request = agency_notice_pb.ConfirmForAgencyRequest(
            parent=f"agencies/{agency}",
            notice=notice.name,
            lead=lead,
            problem=problem,
            text_sha256=notice.text_sha256,
            request_id=request_id("states", agency, letter),
        )
        ask(cadre.access.agency_notices.ConfirmForAgency, request, person=lead)

    return for_agency


@pytest.fixture(scope="module")
def sixty_days_pass(cadre):
    """Let a letter be sixty days older."""

    def pass_(letter):
        switch = "ALTER TABLE {} {} TRIGGER USER"
        with psycopg.connect(cadre.databases["notification"]) as connection:
            for table in TABLES:
                connection.execute(switch.format(table, "DISABLE"))
            connection.execute(PASS.format(days=DAYS, letter=letter))
            for table in TABLES:
                connection.execute(switch.format(table, "ENABLE"))

    return pass_


def cards(visitor, section):
    """What the cards of a section say, in their order."""
    return visitor.page.get_by_role("region", name=section).get_by_role("listitem").all_inner_texts()


def test_a_letter_for_one_person_is_nobodys_elsewhere_and_soon_everybody_is_ready(
    signed_in, cadre, people, issued_to, confirm
):
    letter = issued_to("For one person", [people["large-coordinator"]])
    ask = cadre.access.ask
    analyst = signed_in(ANALYST)
    analyst.go(f"/letters/{letter}")
    due = ask(
        cadre.access.notices.GetNotice, notice_pb.GetNoticeRequest(name=f"notices/{letter}"), person=people["analyst"]
    )
    day = sentences.long_day(due.agency_due_date, TODAY)
    main = analyst.page.get_by_role("main")
    expect(main.get_by_text("No agency needs a call today.", exact=True)).to_be_visible()
    expect(
        main.get_by_text(f"No agency has confirmed yet. Confirmations are due {day}, 5 p.m.", exact=True)
    ).to_be_visible()
    expect(analyst.page.get_by_role("row", name=re.compile("^Lake County"))).to_contain_text("No one affected")
    assert "0 of 0" not in main.inner_text()
    analyst.check_page()
    analyst.go(f"/letters/{letter}/map")
    analyst.page.get_by_text("The same as a table").click()
    expect(analyst.page.get_by_role("row", name=re.compile("^Lake County"))).to_contain_text("No one affected")
    assert "0 of 0" not in analyst.page.content()

    read = inbox_pb.ReadNoticeRequest(notice=f"notices/{letter}", request_id=request_id("states", letter))
    ask(cadre.access.inbox.ReadNotice, read, person=people["large-coordinator"])
    big = signed_in(BIG_COORDINATOR)
    big.go(f"/agencies/los-angeles/letters/{letter}")
    expect(big.page.get_by_text("Everyone is ready.", exact=True)).to_be_visible()
    big.check_page()

    coordinator = signed_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{letter}")
    expect(coordinator.page.get_by_text("No one here is affected. Please still confirm.", exact=True)).to_be_visible()
    coordinator.check_page()

    # A colleague was quicker.
    confirm("lake", letter)
    coordinator.press("Confirm for our agency")
    coordinator.sees_heading("Not yet: please look at this")
    expect(coordinator.page.get_by_role("alert")).to_contain_text(
        "This was confirmed before. The first confirmation stands."
    )
    expect(coordinator.page.get_by_role("alert")).to_be_focused()
    coordinator.check_page()


def test_what_is_past_due_is_said_to_the_state_to_the_agency_and_to_the_person(
    signed_in, cadre, people, issued_to, confirm, sixty_days_pass
):
    imperial = cadre.cast.leads["imperial"]
    letter = issued_to("Long past", [people["learner"], people["large-coordinator"], imperial])
    for agency in cadre.cast.leads:
        if agency != "lake":
            confirm(agency, letter, PROBLEM if agency == "imperial" else "")
    sixty_days_pass(letter)

    analyst = signed_in(ANALYST)
    analyst.go(f"/letters/{letter}")
    said = [text.splitlines() for text in cards(analyst, "Needs a call")]
    assert [lines[:1] + [line for line in lines[1:] if line][:1] for lines in said] == [
        ["Lake County Department of Child Support Services", "Has not confirmed, and the day for it has passed."],
        ["Imperial County Department of Child Support Services", f"Reports: {PROBLEM}"],
        ["County of Los Angeles Child Support Services Department", "1 of 1 staff are past due."],
    ]
    expect(analyst.page.get_by_role("row", name=re.compile("^Lake County"))).to_contain_text("Past due")
    analyst.sees(re.compile(r"Staff had to be ready by \w+day, .* before it took effect\."))
    analyst.check_page()

    coordinator = signed_in(COORDINATOR)
    coordinator.go("/home")
    groups = coordinator.page.get_by_role("region", name="To do").get_by_role("heading").all_inner_texts()
    assert any(group.startswith("Overdue") for group in groups)
    to_do = coordinator.page.get_by_role("region", name="To do").get_by_role("listitem").filter(has_text="Long past")
    expect(to_do.filter(has_text="Read and confirm")).to_contain_text("since ")
    coordinator.check_page()
    coordinator.go(f"/agencies/lake/letters/{letter}")
    coordinator.sees("This day has passed.")
    expect(coordinator.page.get_by_role("region", name="Our people")).to_contain_text("1 past due")
    coordinator.check_page()

    learner = signed_in(SPECIALIST)
    learner.go("/training")
    groups = learner.page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()
    assert groups[0] == "Overdue"
    row = learner.page.get_by_role("list").filter(has_text="Long past").get_by_role("listitem").first
    expect(row).to_contain_text(re.compile(r"due \w+day, .*, \d+ business days? before it took effect"))
    learner.check_page()


def test_an_agency_that_confirmed_every_letter_has_nothing_to_do_today(signed_in, cadre, letter, confirm):
    lead = cadre.cast.leads["los-angeles"]
    listed = agency_notice_pb.ListAgencyNoticesRequest(parent="agencies/los-angeles", page_size=100)
    found = cadre.access.every(cadre.access.agency_notices.ListAgencyNotices, listed, "notices", person=lead)
    open_ones = [
        one.notice.name.removeprefix("notices/")
        for one in found
        if not one.readiness.confirm_time.seconds and one.notice.state == notice_pb.Notice.PUBLISHED
    ]
    for one in open_ones:
        confirm("los-angeles", one)

    big = signed_in(BIG_COORDINATOR)
    big.go("/home")
    to_do = big.page.get_by_role("region", name="To do")
    expect(to_do).to_contain_text("My record")
    expect(to_do.get_by_role("link", name=re.compile("^Read and confirm"))).to_have_count(0)
    big.check_page()


def test_whoever_has_nothing_to_do_is_told_where_it_will_stand(signed_in):
    operator = signed_in(OPERATOR)
    operator.go("/training")

    expect(
        operator.page.get_by_text("Nothing to do. New letters and training appear here.", exact=True)
    ).to_be_visible()
    operator.check_page()


def test_an_agency_in_which_nobody_matches_is_named_and_gets_the_letter_all_the_same(signed_in, letters):
    analyst = signed_in(ANALYST)
    analyst.go(f"/letters/{letters['draft']}/edit/who")
    analyst.page.get_by_text("Only some of them", exact=True).click()
    analyst.page.get_by_text("Choose job classes").click()
    analyst.page.get_by_role("group", name="Staff of these classes").get_by_text("Chief Attorney").click()
    analyst.press("Count who this is for")

    said = "No one matches here. The agency still gets the letter."
    expect(analyst.page.get_by_role("cell", name=said, exact=True).first).to_be_visible()
    # What was asked for has the focus: it is far below the beginning of the page.
    expect(analyst.page.locator("#changes-who")).to_be_focused()
    analyst.check_page()


def test_a_moment_of_issue_that_is_missing_is_asked_for_where_it_can_be_given(signed_in, letters):
    approver = signed_in(APPROVER)
    approver.go(f"/letters/{letters['waiting']}")
    approver.page.get_by_text("Issue on a day and time").click()
    approver.type("Time of issue (optional)", "")
    approver.press("Approve, and issue it then")

    approver.sees_heading("Not yet: please look at these")
    expect(approver.page.locator("#issue_on-error")).to_have_text("Give the day on which it is to be issued.")
    expect(approver.page.locator("#issue_at-error")).to_be_visible()
    approver.check_page()
    approver.page.get_by_role("alert").get_by_role("link").first.click()
    expect(approver.page.get_by_label("Day of issue (optional)")).to_be_focused()


@pytest.mark.parametrize(
    ("who", "path", "status", "heading"),
    [
        (COORDINATOR, "/agencies/los-angeles/people", 403, "This page is not yours to see"),
        (ANALYST, "/letters/not-a-letter", 404, "There is no such page"),
        ("", "/training", 200, "Try it in ten minutes"),
    ],
)
def test_a_page_that_says_that_something_cannot_be_seen_is_in_order(signed_in, who, path, status, heading):
    visitor = signed_in(who)

    assert visitor.go(path).status == status
    visitor.sees_heading(heading)
    # The browser notes the status, too.
    visitor.complaints.clear()
    visitor.check_page()


def test_a_real_letter_from_before_cadre_is_found_by_its_number_and_read(signed_in, cadre):
    rows = past_letters.read(past_letters.files())
    past_letters.load(cadre.access, rows)
    wanted = next(row for row in rows if row.staff_action)
    learner = signed_in(SPECIALIST)
    learner.go("/training/letters")
    learner.type("Words or a number (optional)", f"{wanted.series} {wanted.number}")
    learner.press("Search")
    card = learner.page.get_by_role("listitem").filter(has_text=f"{wanted.series} {wanted.number}").first
    expect(card).to_contain_text("from before Cadre, nothing to do")
    learner.check_page()
    card.get_by_role("link").click()

    learner.sees_heading(re.compile(re.escape(wanted.subject)))
    learner.sees_heading("What to do")
    learner.sees(f"Issued elsewhere, before Cadre. Source: {wanted.source}")
    assert learner.page.get_by_role("button", name=re.compile("^Confirm")).count() == 0
    learner.check_page()
