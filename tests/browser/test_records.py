"""A person's record of training: theirs wherever they work, and their agency's to look at; never a score."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import completion_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ASKS_TRAINING = notice_pb.TRAIN
COORDINATOR, SPECIALIST, BIG_COORDINATOR = "Coordinator, Lake", "Specialist, Lake", "Coordinator, Los Angeles"


@pytest.fixture(scope="module")
def trained(cadre, issued):
    """Somebody of Lake who had a local briefing on a letter of this file today; no persona of the demonstration."""
    letter = issued(
        "A briefing for the record", ASKS_TRAINING, course_version=cadre.course_version, briefing_counts=True
    )
    access, lead = cadre.access, cadre.cast.leads["lake"]
    people = access.ask(
        access.people.ListPeople, person_pb.ListPeopleRequest(parent="agencies/lake", page_size=100), person=lead
    ).people
    found = next(person for person in people if person.name not in cadre.cast.personas and not person.on_leave)
    today = pacific_date(datetime.now(UTC))
    request = pb.RecordTrainingRequest(
        parent="agencies/lake",
        notice=f"notices/{letter}",
        people=[found.name],
        kind=pb.Completion.BRIEFING,
        complete_date=today.isoformat(),
        minutes=35,
        led_by="=A. Trainer",
        request_id=request_id("records"),
    )

    def recorded():
        # The letter reaches the service that keeps training by an event.
        try:
            access.ask(access.completions.RecordTraining, request, person=lead)
        except Refused as error:
            if error.reason in ("NOT_FOUND", "PEOPLE_NOT_OF_AGENCY"):
                return False
            raise
        return True

    wait_until(recorded, "the training should have been recorded")
    return found, today


def fetched(person, path):
    """The rows of a file that a page offers."""
    response = person.page.request.get(person.url + path)
    assert response.status == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(response.body().decode("utf-8-sig"))))


def test_a_coordinator_sees_prints_and_keeps_the_record_of_one_of_their_people(person, trained):
    found, today = trained
    coordinator = person().sign_in(COORDINATOR)
    page = f"/agencies/lake/people/{found.name.removeprefix('people/')}"
    coordinator.go(page)
    coordinator.press("Record of training")

    coordinator.sees_heading(f"Record of {found.display_name}")
    # Other test files may have trained this person for other letters before.
    coordinator.sees(re.compile(r"Done this year: \d+ trainings?, .*\d+ minutes?\."))
    coordinator.sees(re.compile(rf"{today.year}, at all agencies, newest first: \d+ trainings?, .*\d+ minutes?"))
    row = coordinator.page.get_by_role("row").filter(has_text="Local briefing, led by =A. Trainer")
    expect(row).to_contain_text(f"{today:%b} {today.day}")
    expect(row).to_contain_text(re.compile(r"CSSP \d\d-\d\d"))
    coordinator.press("Print")
    coordinator.sees_heading(f"Training record of {found.display_name}")
    rows = fetched(coordinator, f"{page}/record.csv")
    (line,) = [line for line in rows if line["How"] == "Local briefing, led by =A. Trainer"]
    # What a spreadsheet program would take for a formula is only in the middle of its cell.
    assert (line["Completed"], line["Minutes"]) == (today.isoformat(), "35")
    assert line["Training"]
    assert line["Version"] == "1"
    coordinator.go(f"{page}/record?year={today.year - 1}")
    coordinator.sees(f"Nothing yet in {today.year - 1}.")


def test_a_record_that_is_printed_has_no_menus_and_nothing_that_axe_finds(person, trained):
    """Demand D67: a record on paper is in the axe run too."""
    found, _ = trained
    coordinator = person(scripts=True).sign_in(COORDINATOR)
    for page in (f"/agencies/lake/people/{found.name.removeprefix('people/')}/record/print", "/record/print"):
        coordinator.go(page)
        coordinator.page.emulate_media(media="print")

        coordinator.sees("all staff are synthetic")
        expect(coordinator.page.get_by_role("navigation")).to_have_count(0)
        expect(coordinator.page.get_by_text("Print this page with your browser")).to_be_hidden()
        assert coordinator.violations() == [], page


def test_another_agency_sees_no_record_of_them(person, trained):
    found, _ = trained
    other = person().sign_in(BIG_COORDINATOR)
    person_id = found.name.removeprefix("people/")

    for agency in ("lake", "los-angeles"):
        for kind in ("record", "record/print", "record.csv"):
            assert other.page.request.get(f"{other.url}/agencies/{agency}/people/{person_id}/{kind}").status == 404


def test_a_person_without_training_is_told_that_their_record_will_stay(person):
    specialist = person().sign_in(SPECIALIST)
    specialist.press_in_account_menu("My record")

    specialist.sees_heading("My record")
    specialist.sees(re.compile("Nothing yet. What you complete appears here|Done this year: "))
    rows = fetched(specialist, "/record.csv")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row["Completed"]) for row in rows)
