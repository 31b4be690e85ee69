"""What the state does with a letter besides issuing it: files, who it is for, a later issue, withdrawal, tables."""

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import psycopg
import pytest
from pikepdf import Dictionary, Name
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, APPROVER = "State analyst", "Approver"
COORDINATOR = "Coordinator, Lake"
TODAY = pacific_date(datetime.now(UTC))
# The moment for which a letter is scheduled is reached.
TIME_COMES = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource) VALUES (gen_random_uuid(), now(), 'test', 'time', 'notices')
  RETURNING id
), audited AS (
  SELECT set_config('cadre.audit', id::text, true) AS id FROM entry
)
UPDATE notice SET publish_at = now() - interval '1 second' FROM audited
WHERE notice.id = %(letter)s AND audited.id <> ''
"""


def pdf(text):
    """A PDF of one page that says *text*."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(612, 792)).obj
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F=font))
    page.Contents = document.make_stream(f"BT /F 12 Tf 72 700 Td ({text}) Tj ET".encode("latin-1"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def draft(analyst, subject, *, effective=None):
    """Write a draft with all that approval asks for, and stay at its review."""
    analyst.begins(subject)
    analyst.says_what_changes(effective or state_calendar().add(TODAY, 28))
    analyst.goes_on_to_review()


def open_files(analyst):
    """Go from a step of a draft to its files."""
    analyst.goes_to_step("Letter")
    analyst.press("Save, then add or remove files")


def send_for_approval(analyst, cadre):
    """Send the draft in the form, and return the path of its letter."""
    analyst.press("Send for approval")
    analyst.sees("The letter was sent for approval.")
    return analyst.page.url.partition("?")[0].removeprefix(cadre.url)


def approve_for(approver, path, day, at):
    """Approve a letter to be issued later, as soon as its list of staff has arrived where letters are issued."""

    def approved():
        approver.go(path)
        approver.page.get_by_text("Issue on a day and time").click()
        approver.type("Day of issue (optional)", day.isoformat())
        approver.type("Time of issue (optional)", at)
        approver.press("Approve, and issue it then")
        return bool(approver.page.get_by_text("The letter is approved.").count())

    wait_until(approved, "the list of staff arrives")


# ---- writing ----


def test_a_draft_keeps_every_field_that_was_typed(person):
    analyst = person().sign_in(ANALYST)
    texts = {
        "Letter": {
            "Topic (optional)": "enforcement",
            "Replaces (optional)": "CSSP 25-11",
            "Supersedes (optional)": "CSSP 24-02, section 3",
            "References (optional)": "Family Code 17400",
            "Phone (optional)": "916-555-0100",
            "Urgent, because (optional)": "The system is down.",
        },
        "Change": {
            "Before (optional)": "It was named A.",
            "From the effective date (optional)": "It is named B.",
            "What staff must do (optional)": "Use B.",
            "Until then (optional)": "Use A.",
        },
        "Ask": {"Staff see it so many business days after their agency": "4"},
    }
    analyst.begins("Every field", **texts["Letter"])
    analyst.says_what_changes(state_calendar().add(TODAY, 28), **texts["Change"])
    analyst.press("Save and go on to Ask")
    for label, text in texts["Ask"].items():
        analyst.type(label, text)
    analyst.press("Save and go on to Review")

    analyst.sees("Nothing is missing.")
    analyst.sees(re.compile(r"If it were issued today: due \w+day, .* before it takes effect\."))
    for step, typed in texts.items():
        analyst.goes_to_step(step)
        for label, text in typed.items():
            expect(analyst.page.get_by_label(label, exact=True)).to_have_value(text)
    analyst.page.get_by_role("link", name="Preview as staff").click()
    analyst.sees("DCSS Policy, 916-555-0100")


def test_a_letter_without_lead_time_says_that_training_is_due_after_it_takes_effect(person):
    analyst = person().sign_in(ANALYST)
    analyst.begins("From today on")
    analyst.says_what_changes(TODAY)
    analyst.page.get_by_text(re.compile("It is meant so: it takes effect today")).click()
    analyst.press("Save and go on to Who")
    analyst.goes_on_to_review()

    analyst.sees(re.compile("If it were issued today: due .*; it takes effect on the day of issue"))


def test_a_change_of_who_a_letter_is_for_is_shown_before_it_is_kept(person):
    analyst = person().sign_in(ANALYST)
    draft(analyst, "For fewer people")
    analyst.goes_to_step("Who")
    everyone = analyst.page.locator("#counted p").first.inner_text()
    here = analyst.page.url
    analyst.page.get_by_text("Only some of them", exact=True).click()
    analyst.page.get_by_text("Choose work units").click()
    analyst.page.get_by_role("group", name="Staff of these units").get_by_text("Intake", exact=True).click()
    analyst.press("Save and go on to Ask")

    analyst.sees_heading("This changes who the letter is for")
    said = analyst.page.locator("#changes-who strong").inner_text()
    added, removed, as_before = (int(n.replace(",", "")) for n in re.findall(r"[\d,]+", said))
    assert added == 0
    assert removed > as_before > 0
    again = analyst.page.context.new_page()
    again.goto(here)
    expect(again.locator("#counted p").first).to_have_text(everyone)

    analyst.press("Save and go on to Ask")
    analyst.sees_heading("4 of 5: What do we ask?")
    again.goto(here)
    expect(again.get_by_label("Intake", exact=True)).to_be_checked()


# ---- files ----


def test_a_signed_letter_is_attached_searched_for_numbers_read_by_staff_and_removed(person, cadre):
    analyst = person().sign_in(ANALYST)
    draft(analyst, "With its signed letter")
    open_files(analyst)
    analyst.press("Add the file")
    analyst.sees_heading("Not yet: please look at this")

    risky = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": pdf("Her number is 536-22-8726.")}
    analyst.page.get_by_label("File", exact=True).set_input_files(risky)
    analyst.type("Title (optional)", "The signed letter")
    analyst.press("Add the file")
    analyst.sees_heading("Personal numbers?")
    analyst.sees(re.compile("page 1: social security number ending in 26"))
    assert "536-22-8726" not in analyst.page.content()
    expect(analyst.page.get_by_label("Title (optional)")).to_have_value("The signed letter")
    analyst.page.get_by_label("File", exact=True).set_input_files(risky)
    analyst.type("I looked; these are not real numbers, because …", "It is the number of a form in an example.")
    analyst.press("Add the file")
    analyst.sees("The file is added to the draft.")
    analyst.sees("Looked at by a person: It is the number of a form in an example.")

    other = {"name": "chart.txt", "mimeType": "text/plain", "buffer": "Who does what: ñ".encode()}
    analyst.page.get_by_label("File", exact=True).set_input_files(other)
    analyst.press("Add the file")
    analyst.sees("chart.txt")
    analyst.press(re.compile("^Remove chart.txt"))
    analyst.sees("The file is removed from the draft.")
    assert analyst.page.get_by_text("chart.txt").count() == 0

    analyst.press("Back to the draft")
    analyst.sees_heading("With its signed letter")
    link = analyst.page.get_by_role("link", name="The signed letter", exact=True)
    answer = analyst.page.request.get(cadre.url + link.get_attribute("href"))
    assert answer.status == 200, answer.text()
    assert answer.body() == risky["buffer"]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="signed.pdf"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    outsider = person().sign_in(COORDINATOR)
    assert outsider.page.request.get(cadre.url + link.get_attribute("href")).status == 404


def test_a_file_that_is_too_large_is_refused_at_its_field_and_beyond_any_form_before_it_is_read(person, tmp_path):
    analyst = person().sign_in(ANALYST)
    draft(analyst, "With a large file")
    open_files(analyst)
    page = analyst.page.url
    for megabytes in (11, 30):
        analyst.page.goto(page)
        large = tmp_path / "large.txt"
        large.write_bytes(b"a" * megabytes * 1024 * 1024)
        analyst.page.get_by_label("File", exact=True).set_input_files(large)
        analyst.press("Add the file")
        analyst.sees("The file is larger than 10 MB." if megabytes < 21 else "This file is too large")


def test_a_file_cannot_wait_for_a_new_sign_in_but_what_was_typed_beside_it_does(person, fifteen_minutes_pass):
    analyst = person().sign_in(ANALYST)
    draft(analyst, "Typed beside a file")
    open_files(analyst)
    analyst.sees("The file itself is not kept if your sign-in ends")
    analyst.type("Title (optional)", "Chart of duties")
    chart = {"name": "chart.txt", "mimeType": "text/plain", "buffer": b"Who does what"}
    analyst.page.get_by_label("File", exact=True).set_input_files(chart)
    fifteen_minutes_pass()
    analyst.press("Add the file")
    analyst.page.get_by_role("button", name=re.compile(ANALYST)).click()

    analyst.sees("The file itself could not be kept.")
    analyst.sees("chart.txt")
    analyst.press("Send it now")
    analyst.sees("Choose the file.")
    expect(analyst.page.get_by_label("Title (optional)")).to_have_value("Chart of duties")


# ---- a later issue ----


def test_a_letter_is_issued_on_a_day_and_time_and_can_be_returned_before(person, cadre):
    analyst = person().sign_in(ANALYST)
    draft(analyst, "Not before Monday")
    path = send_for_approval(analyst, cadre)
    day = state_calendar().add(TODAY, 3)

    approver = person().sign_in(APPROVER)
    approver.go(path)
    approver.page.get_by_text("Issue on a day and time").click()
    approver.type("Day of issue (optional)", (TODAY - timedelta(days=1)).isoformat())
    approver.press("Approve, and issue it then")
    approver.sees("This moment has passed.")
    approve_for(approver, path, day, "14:30")
    approver.sees(re.compile(rf"is issued {day:%b} {day.day}(, \d+)?, 2:30 p\.m\., Pacific time"))
    approver.go("/letters")
    approver.sees_heading("Scheduled")

    notice = cadre.access.ask(
        cadre.access.notices.GetNotice,
        pb.GetNoticeRequest(name=f"notices{path.removeprefix('/letters')}"),
        person=cadre.cast.approver,
    )
    assert notice.publish_at.ToDatetime(tzinfo=UTC) == datetime(day.year, day.month, day.day, 14, 30, tzinfo=PACIFIC)
    approver.go(path)
    approver.type(re.compile("Reason for returning it"), "The form changed again.")
    approver.press("Return with a reason")
    approver.sees("The letter went back to its author with your reason.")


def test_a_scheduled_letter_is_issued_by_its_job_and_a_worker_reads_its_signed_pdf(person, cadre):
    signed = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": pdf("The letter, signed.")}
    analyst = person().sign_in(ANALYST)
    draft(analyst, "Issued by itself")
    open_files(analyst)
    analyst.page.get_by_text("The signed letter (PDF)", exact=True).click()
    analyst.page.get_by_label("File", exact=True).set_input_files(signed)
    analyst.press("Add the file")
    analyst.sees("The file is added to the draft.")
    analyst.press("Back to the draft")
    path = send_for_approval(analyst, cadre)
    day = state_calendar().add(TODAY, 3)

    approver = person().sign_in(APPROVER)
    approve_for(approver, path, day, "08:00")
    approver.press("History")
    at_eight = rf"{day:%b} {day.day}(, \d+)?, 8:00 a\.m\."
    steps = approver.page.get_by_role("listitem")
    expect(steps.filter(has_text="It is issued by itself then")).to_contain_text(re.compile(at_eight))
    expect(steps.filter(has_text="Approved by ")).to_contain_text(re.compile(rf"to be issued {at_eight}, Pacific time"))

    with psycopg.connect(cadre.databases["notification"]) as connection:
        connection.execute(TIME_COMES, {"letter": path.removeprefix("/letters/")})
    operator = person().sign_in("Operator")
    operator.go("/operations/jobs")
    card = operator.page.get_by_role("article").filter(has_text="notification: issue scheduled")
    card.get_by_role("button", name=re.compile("^Run now")).click()
    operator.sees("The job runs now.")
    approver.waits_for("Issued by itself, at its time")

    learner = person().sign_in("Specialist, Lake")
    learner.go(f"/training{path.removeprefix('/letters')}")
    link = learner.page.get_by_role("link", name="Read the whole letter (PDF)")
    answer = learner.page.request.get(cadre.url + link.get_attribute("href"))
    assert answer.status == 200
    assert answer.body() == signed["buffer"]
    assert answer.headers["content-type"] == "application/pdf"


# ---- withdrawal ----


def test_withdrawing_says_what_it_does_and_every_page_of_the_letter_says_that_it_is_withdrawn(person, issued):
    notice = issued("To be withdrawn")
    approver = person().sign_in(APPROVER)
    approver.go(f"/letters/{notice}")
    approver.press("Withdraw…")
    approver.sees_heading("What this does")
    approver.sees("47 agencies have this letter")
    approver.sees("Nothing is deleted")
    approver.press("Withdraw the letter")
    approver.sees_heading("Not yet: please look at this")
    approver.type("Reason", "The judgment was reversed.")
    approver.press("Withdraw the letter")
    approver.sees("The letter is withdrawn.")

    coordinator = person().sign_in(COORDINATOR)
    pages = [
        *((approver, f"/letters/{notice}{tab}") for tab in ("", "/map", "/text", "/included", "/history", "/print")),
        (coordinator, f"/agencies/lake/letters/{notice}"),
        (coordinator, f"/training/{notice}"),
        (coordinator, f"/training/{notice}/letter"),
    ]
    for visitor, path in pages:
        assert visitor.go(path).status == 200
        visitor.sees_heading(re.compile("^Withdrawn "))
        visitor.sees("The judgment was reversed.")
        assert visitor.page.get_by_role("button", name=re.compile("^Confirm")).count() == 0
    for home in ("/training", "/home"):
        coordinator.go(home)
        assert coordinator.page.get_by_text("To be withdrawn").count() == 0


def test_a_letter_that_staff_see_later_is_released_by_the_coordinator(person, issued):
    notice = issued("Staff see it later", staff_release_days=5)
    colleague = person().sign_in("Specialist, Lake")
    assert colleague.go(f"/training/{notice}").status == 404
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{notice}")
    coordinator.sees_heading("When our staff see it")
    coordinator.press("Release to our staff now")

    coordinator.sees("Your staff see this letter from now on.")
    coordinator.sees(re.compile("^Released to our staff "))
    wait_until(lambda: colleague.go(f"/training/{notice}").status == 200, "the colleague sees the letter")
