"""A coordinator and their people, by the words on the page and without script."""

import csv
import io
import re
import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.calendar import pacific_date
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COORDINATOR, BIG_COORDINATOR = "Coordinator, Lake", "Coordinator, Los Angeles"


def number():
    return f"B-{uuid.uuid4().hex[:8]}"


def add(coordinator, given, family, staff_number, since="2026-01-05"):
    coordinator.go("/home")
    coordinator.press("Add a person")
    coordinator.type("Staff number", staff_number)
    coordinator.type(re.compile("^Given name"), given)
    coordinator.type(re.compile("^Family name"), family)
    coordinator.type("Title here", "Child Support Officer")
    coordinator.type("First day of work", since)
    coordinator.page.get_by_label("Job class").select_option(label="Child Support Specialist I")
    coordinator.press("Add the person")


def test_a_person_is_added_changed_leaves_by_mistake_and_is_back_with_the_history_kept(person):
    coordinator = person().sign_in(COORDINATOR)
    add(coordinator, "Zora", "Zimmer", number())
    coordinator.sees("The person is added.")
    coordinator.sees("No unit is recorded here, so letters for every unit come to this person.")

    coordinator.page.get_by_text("Change unit, title or class").click()
    coordinator.page.get_by_text("Enforcement", exact=True).click()
    coordinator.press("Save unit, title and class")
    coordinator.sees("Unit, title and class are saved.")
    expect(coordinator.page.get_by_role("row", name=re.compile("^Lake County"))).to_contain_text("Enforcement")

    coordinator.page.get_by_text("Change name, e-mail or phone").click()
    coordinator.type(re.compile("^Phone"), "call me")
    coordinator.press("Save name, e-mail and phone")
    coordinator.sees("must be a phone number, such as 707-555-0123, ext. 4")
    coordinator.type(re.compile("^Phone"), "707-555-0123, ext. 4")
    coordinator.press("Save name, e-mail and phone")
    coordinator.sees("707-555-0123, ext. 4")

    coordinator.go("/home")
    coordinator.press("Someone left")
    coordinator.type(re.compile("^Name or staff number"), "zora zimmer")
    coordinator.press("Show")
    coordinator.page.get_by_role("link", name="Zora Zimmer").click()
    coordinator.press("Note that this person left")
    coordinator.sees("Noted: this person left the agency.")
    coordinator.press("Works here again")
    coordinator.sees("Noted: this person works here.")
    expect(coordinator.page.get_by_role("row", name=re.compile("^Lake County"))).to_have_count(2)
    assert coordinator.complaints == []


def test_somebody_added_by_mistake_today_is_taken_off_today_and_the_row_says_so(person):
    coordinator = person().sign_in(COORDINATOR)
    add(coordinator, "Mira", "Mistake", number(), since=pacific_date(datetime.now(UTC)).isoformat())
    coordinator.sees("The person is added.")
    # Work units of the state's own divisions are not offered at a local agency.
    coordinator.page.get_by_text("Change unit, title or class").click()
    expect(coordinator.page.get_by_label("Enforcement", exact=True)).to_have_count(1)
    expect(coordinator.page.get_by_label(re.compile("^DCSS"))).to_have_count(0)

    coordinator.page.get_by_text("Someone left", exact=True).click()
    coordinator.press("Added by mistake: take off")

    coordinator.sees("added by mistake, and taken off")
    row = coordinator.page.get_by_role("row", name=re.compile("^Lake County"))
    expect(row).to_contain_text("Never worked here: added by mistake")
    coordinator.go("/agencies/lake/people?query=mistake")
    coordinator.sees("Nobody matches.")
    assert coordinator.complaints == []


def test_who_begins_on_a_later_day_is_found_by_name_by_a_pasted_number_and_in_the_file(person):
    coordinator, staff_number = person(scripts=True).sign_in(COORDINATOR), number()
    add(coordinator, "Lena", "Later-Li", staff_number, since="2031-01-06")
    coordinator.go("/agencies/lake/people?query=later")
    row = coordinator.page.get_by_role("row").filter(has_text="Lena Later-Li")
    expect(row).to_contain_text("Starts Jan 6, 2031")

    coordinator.press("Paste staff numbers")
    coordinator.type("Paste staff numbers", f"{staff_number.upper()}\n{staff_number}; nobody-7 Lena")
    coordinator.press("Look them up")
    coordinator.sees("1 found. 1 number was there more than once.")
    coordinator.sees("1 number is not found here")
    coordinator.sees("1 word is no staff number")
    coordinator.check_page()
    coordinator.press("Lena Later-Li")
    coordinator.sees_heading("Lena Later-Li")

    answer = coordinator.page.request.get(
        f"{coordinator.url}/agencies/lake/people/list.csv?query=later&sort=-start_date"
    )
    (line,) = csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"), newline=""))
    assert (line["Name"], line["Staff number"], line["Now"]) == ("Lena Later-Li", staff_number, "Starts Jan 6, 2031")
    assert coordinator.complaints == []


def test_a_leave_ahead_is_recorded_corrected_and_taken_back(person):
    coordinator = person().sign_in(COORDINATOR)
    add(coordinator, "Yara", "Young", number())
    page = coordinator.page.url.partition("?")[0]

    for last in ("2031-02-01", "2031-03-01"):
        coordinator.go(page.removeprefix(coordinator.url) + "?do=leave")
        coordinator.type("First day of leave", "2031-01-02")
        coordinator.type(re.compile("^Last day of leave"), last)
        coordinator.press("Record the leave")
        coordinator.sees("The leave is recorded.")
    coordinator.sees("Mar 1, 2031")
    coordinator.page.get_by_text("On leave", exact=True).click()
    coordinator.press("Take back the leave from Jan 2, 2031")
    coordinator.sees("Back at work: noted.")
    expect(coordinator.page.get_by_text("Mar 1, 2031")).to_have_count(0)


def test_somebody_from_another_agency_is_the_same_person_with_a_job_here_too(person):
    elsewhere, here, staff_number = person().sign_in(BIG_COORDINATOR), person().sign_in(COORDINATOR), number()
    add(elsewhere, "Xenia", "Xiong", staff_number)
    elsewhere.sees("The person is added.")

    add(here, "Xenia", "Other", staff_number)
    here.sees_heading("Not yet: please look at this")
    expect(here.page.get_by_role("button", name="It is the same person: add the job here")).to_have_count(0)
    here.type(re.compile("^Family name"), "Xiong")
    here.press("Add the person")
    here.press("It is the same person: add the job here")

    here.sees("The person is added.")
    expect(here.page.get_by_role("row", name=re.compile("^(Lake|Los Angeles) County"))).to_have_count(2)


def test_training_done_elsewhere_is_recorded_from_home_for_everyone_not_yet_trained(person, cadre, issued):
    # A letter of its own: after it nobody at Lake is left to train.
    letter = issued("Training that was given elsewhere", notice_pb.TRAIN, course_version=cadre.course_version)
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person().sign_in(COORDINATOR)
    coordinator.press("Record training")
    coordinator.sees_heading("Record training, Lake County")
    card = coordinator.page.get_by_role("listitem").filter(has=coordinator.page.locator(f'a[href*="{letter}"]'))
    expect(card).to_contain_text(re.compile(r"\d+ of \d+ not yet trained"))
    card.get_by_role("link", name=re.compile("^Record training done elsewhere")).click()

    coordinator.type("Minutes", "45")
    coordinator.press("Check who was trained")
    coordinator.sees("Tick who was trained, or paste their staff numbers.")
    coordinator.press("Tick everyone who is not yet trained")
    expect(coordinator.page.get_by_label("Minutes")).to_have_value("45")
    ticked = coordinator.page.get_by_role("group", name="Who was trained").get_by_role("checkbox", checked=True)
    people = ticked.count()
    assert people > 5
    coordinator.press("Check who was trained")
    coordinator.sees_heading(f"Record this training for {people} people?")
    coordinator.press(f"Record the training for {people} people")
    coordinator.sees(f"Training recorded for {people} people.")
    assert coordinator.complaints == []


def test_a_briefing_of_two_units_takes_five_presses_and_the_next_page_has_it(person, cadre, issued):
    letter = issued(
        "A briefing of two units", notice_pb.TRAIN, course_version=cadre.course_version, briefing_counts=True
    )
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person(scripts=True).sign_in(BIG_COORDINATOR)
    coordinator.go(f"/agencies/los-angeles/letters/{letter}")

    coordinator.press("Record a briefing")
    units = coordinator.page.get_by_role("table", name="Units")
    for n in (0, 1):
        units.locator("td label").nth(n).click()
    coordinator.type("Led by", "The coordinator")
    coordinator.press("Check who was there")
    coordinator.sees("Whole units:")
    coordinator.check_page()
    coordinator.press(re.compile("^Record the briefing for"))

    coordinator.sees(re.compile(r"^2 units, \d+ people: trained\.$"))
    coordinator.go(f"/agencies/los-angeles/letters/{letter}/briefing")
    for n in (0, 1):
        expect(units.get_by_role("row").nth(n + 1).get_by_role("cell").nth(2)).to_have_text("0")
    assert coordinator.complaints == []


def test_people_are_chosen_by_name_in_the_list_and_by_the_numbers_of_a_file(person, cadre, issued):
    letter = issued("A briefing of some", notice_pb.TRAIN, course_version=cadre.course_version, briefing_counts=True)
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person().sign_in(BIG_COORDINATOR)
    coordinator.go(f"/agencies/los-angeles/letters/{letter}?unit=all&standing=to-go")
    rows = coordinator.page.get_by_role("table", name=re.compile("by family name")).get_by_role("row")
    number = rows.nth(2).get_by_role("cell").nth(1).inner_text()
    rows.nth(1).locator("td label").click()
    names = [rows.nth(1).get_by_role("rowheader").inner_text()]
    coordinator.press(re.compile("^Next"))
    coordinator.sees("1 chosen on other pages")
    rows.nth(3).locator("td label").click()
    names.append(rows.nth(3).get_by_role("rowheader").inner_text())
    coordinator.type(re.compile("^Name or staff number"), "nobody is called so")
    coordinator.press("Show")
    coordinator.sees("2 chosen on other pages")
    coordinator.press(re.compile("^Record training of those chosen"))
    for name in names:
        expect(coordinator.page.get_by_label(name)).to_be_checked()

    coordinator.go(f"/agencies/los-angeles/letters/{letter}/briefing/file")
    file = {"name": "there.csv", "mimeType": "text/csv", "buffer": f"Name,Staff number\nX,{number}\n".encode()}
    coordinator.page.get_by_label("File", exact=True).set_input_files(files=[file])
    coordinator.press("Read the file")
    expect(coordinator.page.get_by_label(re.compile("^Paste staff numbers"))).to_have_value(number)
    coordinator.type("Led by", "The coordinator")
    coordinator.press("Check who was there")
    coordinator.press("Record the briefing for 1 person")
    coordinator.sees("Training recorded for 1 person.")
    assert coordinator.complaints == []


def test_all_of_a_list_are_chosen_by_one_press_beyond_its_pages_and_the_next_page_says_who(person, cadre, issued):
    letter = issued("A briefing of all", notice_pb.TRAIN, course_version=cadre.course_version, briefing_counts=True)
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person(scripts=True).sign_in(BIG_COORDINATOR)
    coordinator.go(f"/agencies/los-angeles/letters/{letter}")

    coordinator.press(re.compile(r"^Choose all \d+"))
    said = coordinator.page.get_by_role("status").filter(has_text="on all pages").inner_text()
    chosen = int(re.match(r"(\d+) of \d+ are chosen, on all pages\.", said)[1])
    assert chosen > 50
    coordinator.check_page()
    coordinator.press(re.compile("^Record training of those chosen"))
    coordinator.sees(f"{chosen} people are chosen by name.")
    coordinator.type("Led by", "The coordinator")
    coordinator.press("Check who was there")

    coordinator.sees_heading(f"Record this briefing for {chosen} people?")
    assert coordinator.complaints == []


def test_several_who_left_on_the_same_day_are_ticked_looked_at_and_noted_at_once(person):
    coordinator = person(scripts=True).sign_in(COORDINATOR)
    names = [("Aada", "Allgone"), ("Abel", "Allgone")]
    for given, family in names:
        add(coordinator, given, family, number())
    coordinator.go("/agencies/lake/people?do=left&query=allgone")
    for given, family in names:
        coordinator.page.get_by_role("row", name=f"{given} {family}").locator("td label").click()
    coordinator.press("Note who left…")
    coordinator.sees_heading("Did these 2 people leave Lake County?")
    coordinator.check_page()
    coordinator.press("Note that 2 people left")

    coordinator.sees("Noted: 2 people left the agency.")
    coordinator.go("/agencies/lake/people?query=allgone")
    coordinator.sees("Nobody matches.")
    assert coordinator.complaints == []


def test_a_briefing_recorded_for_somebody_who_was_not_there_is_taken_back_and_their_record_shows_both(
    person, cadre, issued
):
    subject = "A briefing of too many"
    letter = issued(subject, notice_pb.TRAIN, course_version=cadre.course_version, briefing_counts=True)
    wait_until(cadre.access.quiet, "events are still under way")
    coordinator = person(scripts=True).sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{letter}/briefing?select=all")
    coordinator.type("Led by", "The coordinator")
    coordinator.press("Check who was there")
    coordinator.press(re.compile("^Record the briefing for"))

    coordinator.press("Recorded by mistake?")
    coordinator.check_page()
    coordinator.press(re.compile("^Briefing on .*, led by The coordinator$"))
    coordinator.check_page()
    box = coordinator.page.get_by_role("group", name="Or only for").locator("input").first
    who = box.get_attribute("value")
    coordinator.page.get_by_role("group", name="Or only for").locator("label").first.click()
    coordinator.press("Check before taking it back")
    coordinator.sees_heading("Take this training back for 1 person?")
    coordinator.press("Take it back for 1 person")
    coordinator.sees("Say what was wrong. It stays on the record of each of them.")
    coordinator.check_page()
    coordinator.type("What was wrong?", "Was not there")
    coordinator.press("Take it back for 1 person")
    coordinator.sees("Taken back for 1 person. It is on their list again.")

    coordinator.go(f"/agencies/lake/{who}/record")
    coordinator.sees(re.compile(r"^Local briefing, led by The coordinator\. Taken back .*, by .*: Was not there$"))
    coordinator.check_page()
    coordinator.go(f"/agencies/lake/letters/{letter}/mistake?person={who.removeprefix('people/')}")
    coordinator.sees("No briefing and no training done elsewhere is recorded here for this letter.")
    assert coordinator.complaints == []


def test_a_big_agency_sees_on_its_home_page_who_is_left_by_unit_and_those_without_one(person, letter):
    coordinator = person().sign_in(BIG_COORDINATOR)
    coordinator.waits_for(re.compile(r"Still to do: .*no unit recorded \d+"))
    card = coordinator.page.get_by_role("listitem").filter(has_text="no unit recorded").first
    card.get_by_role("link", name="no unit recorded").click()

    table = coordinator.page.get_by_role("table", name=re.compile("by family name"))
    expect(table.get_by_role("cell", name="None recorded").first).to_be_visible()
    assert letter


def test_a_file_is_checked_applied_and_asks_who_left(person):
    coordinator, staff_number = person().sign_in(COORDINATOR), number()
    add(coordinator, "Wanda", "Wu", number())
    coordinator.go("/agencies/lake/roster")
    columns = "agency,staff_number,family_name,given_name,local_title,job_class,hired_on"
    rows = f"{columns}\nlake,{staff_number},Vega,Vera,Officer,attorney-1,2026-01-05\n"
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    coordinator.page.get_by_label("Roster file").set_input_files(files=[file])
    coordinator.press("Check the file")
    coordinator.waits_for("Checked: nothing was changed yet")
    coordinator.sees(re.compile(r"\d+ people are not in your file: did they leave\?"))

    coordinator.press("Apply this file")
    coordinator.waits_for(re.compile("^Applied$"))
    coordinator.page.get_by_text("Wanda Wu left").click()
    coordinator.press("Note who left")
    coordinator.sees("Noted: 1 person left the agency.")
    expect(coordinator.page.get_by_text("Wanda Wu left")).to_have_count(0)

    coordinator.go("/agencies/lake/people?only=left")
    coordinator.sees("Wanda Wu")
    coordinator.go("/agencies/lake/people?query=vera+vega")
    coordinator.page.get_by_role("link", name="Vera Vega").click()
    coordinator.sees_heading("Vera Vega")
    assert coordinator.complaints == []


def test_a_file_says_how_it_was_read_whose_name_it_changes_and_whom_its_errors_are_about(person):
    coordinator, staff_number = person().sign_in(COORDINATOR), number()
    add(coordinator, "Nico", "Pena", staff_number)
    columns = "agency,staff_number,family_name,given_name,local_title,job_class,hired_on,telephone"

    def check(row):
        coordinator.go("/agencies/lake/roster")
        content = f"{columns}\r\n{row}\r\n".encode("cp850")
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
        coordinator.page.get_by_label("Roster file").set_input_files(files=[file])
        coordinator.press("Check the file")

    check(f"lake,{staff_number},Peña,Nico,Officer,attorney-1,1/5/2026,707-555-0123 EXT 4")
    coordinator.waits_for("Checked: nothing was changed yet")
    coordinator.sees("Letters were read as MS-DOS.")
    coordinator.sees("Dates in hired_on were read as month/day/year: 3/4/2024 is March 4. No day in the file shows")
    coordinator.sees_heading("1 name would change")
    expect(coordinator.page.get_by_role("row", name=f"2 {staff_number} Nico Pena Nico Peña")).to_be_visible()

    check(f"lake,{staff_number},Peña,Nico,Officer,attorney-1,1/5/0026,call me")
    coordinator.waits_for("The file has errors; nothing was changed")
    expect(coordinator.page.get_by_role("row", name=f"2 Nico Peña, {staff_number} hired_on 1/5/0026")).to_be_visible()
    expect(coordinator.page.get_by_role("row", name=f"2 Nico Peña, {staff_number} telephone call me")).to_be_visible()
    assert coordinator.complaints == []
