"""What people do, from page to page, by role and label, in a browser that runs no script."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, APPROVER = "State analyst", "Approver"
COORDINATOR, SPECIALIST, BIG_COORDINATOR = "Coordinator, Lake", "Specialist, Lake", "Coordinator, Los Angeles"


def test_what_was_typed_is_kept_when_a_form_is_refused_and_the_summary_leads_to_the_field(person):
    analyst = person().sign_in(ANALYST)
    analyst.go("/letters/new")
    analyst.type("Subject", "Half a letter")
    analyst.type("Number (optional)", "twenty")
    analyst.press("Save and leave")

    analyst.sees_heading("Not yet: please look at this")
    expect(analyst.page.get_by_label("Subject", exact=True)).to_have_value("Half a letter")
    analyst.page.get_by_role("alert").get_by_role("link").click()
    expect(analyst.page.get_by_label("Number (optional)", exact=True)).to_be_focused()


def test_little_begins_a_draft_and_its_review_says_all_that_is_missing_and_where_it_belongs(person):
    analyst = person().sign_in(ANALYST)
    analyst.go("/letters/new")
    # Of the series that are on record those in which somebody issues letters here today.
    expect(analyst.page.get_by_label("Series").locator("option")).to_have_text(
        [re.compile(r"^(CSSP|CSSI|CCSAS), ")] * 3
    )
    analyst.type("Subject", "Hardly begun")
    analyst.press("Save and go on to Change")
    analyst.goes_to_step("Review")

    wrong = analyst.page.locator("#corrections")
    names = [link.get_attribute("href").partition("/edit/")[2] for link in wrong.get_by_role("link").all()]
    assert names == [
        *("letter#reason", "letter#contact", "change#change", "change#effective_date", "who#act_scope"),
    ]
    expect(analyst.page.locator("[aria-current=step]")).to_contain_text("5. Review")
    expect(analyst.page.get_by_role("list").filter(has_text="1. Letter")).to_contain_text("2 things to correct")
    analyst.press("Send for approval")
    analyst.sees("The letter is not sent yet: something is still missing.")
    wrong.get_by_role("link", name="Contact is empty").click()
    expect(analyst.page.get_by_label("Contact", exact=True)).to_be_visible()

    analyst.press("Delete draft")
    analyst.sees_heading("Delete this draft?")
    analyst.press("Delete the draft")
    analyst.sees("The draft is deleted, with its files.")
    expect(analyst.page.get_by_text("Hardly begun")).to_have_count(0)


def test_of_two_who_write_at_one_step_the_second_sees_what_is_saved_and_loses_nothing(person):
    first = person().sign_in(ANALYST)
    first.begins("Written by two")
    second = first.page.context.new_page()
    second.goto(first.page.url)
    first.type("Before (optional)", "First.")
    first.press("Save and leave")

    second.get_by_label("Before (optional)", exact=True).fill("Second.")
    second.get_by_role("button", name="Save and go on to Who").click()
    expect(second.get_by_role("alert")).to_contain_text("You saved this draft in another tab")
    expect(second.get_by_text("First.", exact=True).first).to_be_visible()
    expect(second.get_by_label("Before (optional)", exact=True)).to_have_value("Second.")
    second.get_by_role("button", name="Save and go on to Who").click()
    expect(second.get_by_role("heading", name="who is this for")).to_be_visible()


def test_who_gets_a_letter_is_chosen_apart_from_who_must_act(person):
    analyst = person().sign_in(ANALYST)
    analyst.begins("For two, acted on by one")
    analyst.goes_to_step("Who")
    analyst.page.get_by_text("Only some agencies", exact=True).click()
    analyst.page.get_by_text("Choose agencies that get it").click()
    getting = analyst.page.get_by_role("group", name="Agencies that get it")
    for name in ("Lake County", "Napa County"):
        getting.get_by_text(name, exact=True).click()
    analyst.page.get_by_text("Only some of them", exact=True).click()
    analyst.page.get_by_text("Choose agencies whose staff must act").click()
    analyst.page.get_by_role("group", name="Staff of these agencies").get_by_text("Lake County", exact=True).click()
    analyst.press("Save and go on to Ask")

    so_far = analyst.page.get_by_role("region", name="So far")
    expect(so_far).to_contain_text("2 agencies")
    expect(so_far).to_contain_text("1 agency")


def test_a_day_that_has_passed_is_said_in_words_and_ticked(person):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.begins("In effect already")
    analyst.type("Effective date", "2026-01-05")
    analyst.press("Save and go on to Who")
    analyst.sees("This has passed, or is today.")
    analyst.check_page()
    analyst.page.get_by_text(re.compile("It is meant so: it took effect Monday, January 5")).click()
    analyst.press("Save and go on to Who")
    analyst.sees_heading("3 of 5: Who is this for?")


def test_the_author_is_offered_no_approval_and_an_approver_can_return_the_letter(person, cadre):
    analyst = person().sign_in(ANALYST)
    analyst.begins("To be returned")
    analyst.says_what_changes(date(2030, 1, 2))
    analyst.goes_on_to_review()
    analyst.press("Send for approval")
    analyst.sees("The letter was sent for approval.")
    expect(analyst.page.get_by_role("button", name="Approve and issue")).to_have_count(0)
    path = analyst.page.url.partition("?")[0].removeprefix(cadre.url)

    approver = person().sign_in(APPROVER)
    approver.go(path)
    approver.press("Return with a reason")
    approver.sees_heading("Not yet: please look at this")
    approver.type(re.compile("Reason for returning it"), "Say who pays.")
    approver.press("Return with a reason")
    approver.sees("The letter went back to its author with your reason.")

    analyst.go(f"{path}/edit")
    analyst.sees("Say who pays.")


def test_a_person_who_does_not_need_it_is_excused_with_a_reason_and_can_be_reinstated(person, cadre, letter):
    # Whom another test has just trained is not to go any more.
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{letter}")
    coordinator.page.get_by_label("Show", exact=True).select_option(label="Not started")
    coordinator.press("Show")
    name = coordinator.page.get_by_role("rowheader").first.inner_text()
    coordinator.press(name)
    coordinator.sees_heading(name)
    coordinator.press("This does not apply")
    coordinator.sees_heading("Not yet: please look at this")
    coordinator.type("Reason", "Works on building maintenance")
    coordinator.press("This does not apply")
    coordinator.sees("Noted: this training does not apply to this person.")
    coordinator.sees(re.compile("does not apply to 1"))

    coordinator.press(name)
    coordinator.type("Reason", "Now in intake")
    coordinator.press("It applies after all")
    coordinator.sees("This training is on the person's list again.")


def test_somebody_new_gets_the_letter_by_themselves_and_somebody_who_left_is_off_the_list(person, letter):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/people/new")
    coordinator.type("Staff number", "S-900001")
    coordinator.type("Given name", "Nayeli")
    coordinator.type("Family name (optional)", "Ñuñez-O'Hara")
    coordinator.type("Title here", "Child Support Specialist II")
    coordinator.page.get_by_label("Job class").select_option(index=1)
    coordinator.type("First day of work", "2026-01-05")
    coordinator.press("Add the person")
    coordinator.sees("The person is added.")
    page = coordinator.page.url.partition("?")[0]
    coordinator.go(f"/agencies/lake/letters/{letter}")
    coordinator.waits_for("Nayeli Ñuñez-O'Hara")

    coordinator.page.goto(page)
    coordinator.page.get_by_text("Someone left", exact=True).click()
    coordinator.press("Note that this person left")
    coordinator.sees("this person left the agency")
    coordinator.go(f"/agencies/lake/letters/{letter}")

    def gone():
        coordinator.page.reload()
        return coordinator.page.get_by_text("Nayeli Ñuñez-O'Hara").count() == 0

    assert any(gone() for _ in range(40))


def test_a_large_agency_sees_counts_by_unit_first_and_names_behind_them(person, letter):
    coordinator = person().sign_in(BIG_COORDINATOR)
    coordinator.go(f"/agencies/los-angeles/letters/{letter}")
    table = coordinator.page.get_by_role("table")
    expect(table.get_by_role("columnheader").first).to_have_text("Unit")
    table.get_by_role("link", name="Enforcement", exact=True).click()
    expect(coordinator.page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    units = coordinator.page.locator("td[data-label=Unit]").all_inner_texts()
    assert units
    assert all("Enforcement" in unit for unit in units)


def test_a_roster_file_is_checked_row_by_row_before_anything_changes(person):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/roster")
    coordinator.press("Check the file")
    coordinator.sees_heading("Not yet: please look at this")
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": b"staff_number,family_name\nS-1,Yee\n"}
    coordinator.page.get_by_label("Roster file").set_input_files(file)
    coordinator.press("Check the file")
    coordinator.waits_for("The file has errors; nothing was changed")
    expect(coordinator.page.get_by_role("columnheader", name="Rule")).to_be_visible()


def test_a_form_that_comes_after_the_sign_in_ended_is_there_after_the_next_one(person, fifteen_minutes_pass):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.go("/letters/new")
    analyst.type("Subject", "Typed before lunch")
    fifteen_minutes_pass()
    analyst.press("Save and go on to Change")

    analyst.sees("Please sign in. You come back to the same place, with what you typed.")
    analyst.check_page()
    analyst.page.get_by_role("button", name=re.compile(ANALYST)).click()
    analyst.sees_heading("What you typed before you were signed out")
    analyst.sees("Typed before lunch")
    analyst.check_page()
    analyst.press("Send it now")
    analyst.sees_heading("2 of 5: What changes?")
    analyst.sees_heading("Typed before lunch")


def test_choosing_units_changes_who_a_letter_is_for_and_the_choice_stays_in_the_draft(person):
    analyst = person().sign_in(ANALYST)
    analyst.begins("For intake alone")
    analyst.goes_to_step("Who")
    analyst.page.get_by_text("Only some of them", exact=True).click()
    analyst.page.get_by_text("Choose work units").click()
    analyst.page.get_by_role("group", name="Staff of these units").get_by_text("Intake", exact=True).click()
    analyst.press("Count who this is for")
    sentence = analyst.page.locator("#counted p").first.inner_text()
    assert "intake" in sentence.lower()
    analyst.press("Save and go on to Ask")
    analyst.goes_to_step("Who")
    expect(analyst.page.get_by_label("Intake", exact=True)).to_be_checked()
    expect(analyst.page.locator("#counted p").first).to_have_text(sentence)


def test_a_leave_is_recorded_and_ends(person):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/people")
    rows = coordinator.page.get_by_role("row").filter(has_text="At work")
    rows.last.get_by_role("link").click()
    coordinator.page.get_by_text("On leave", exact=True).click()
    coordinator.type("First day of leave", "2026-11-02")
    coordinator.press("Record the leave")
    coordinator.sees("The leave is recorded.")
    coordinator.sees("on leave")
    coordinator.press("Back at work")
    coordinator.sees("Back at work: noted.")


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (COORDINATOR, "/agencies/los-angeles/letters/{letter}", 403),
        (COORDINATOR, "/agencies/los-angeles/people", 403),
        (COORDINATOR, "/letters/{letter}", 403),
        (COORDINATOR, "/letters", 403),
        (COORDINATOR, "/operations", 403),
        (SPECIALIST, "/agencies/lake/letters/{letter}", 403),
        (SPECIALIST, "/letters/new", 403),
        (ANALYST, "/agencies/lake/letters/{letter}", 403),
        (ANALYST, "/agencies/lake/people", 403),
        (ANALYST, "/training/00000000-0000-4000-8000-000000000000", 404),
        (ANALYST, "/letters/not-a-letter", 404),
    ],
)
def test_a_page_that_is_not_yours_says_so_and_what_to_do(person, letter, who, path, status):
    visitor = person().sign_in(who)

    answer = visitor.go(path.format(letter=letter))

    assert answer.status == status
    expect(visitor.page.get_by_role("link", name="Go to my home page")).to_be_visible()
