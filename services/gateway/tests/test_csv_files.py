"""Files for spreadsheet programs: readable there, harmless there, and with the numbers of the page."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agreed, csv_files, readiness
from gateway.letters.agency_lists import Line
from gateway.people import people_files

NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
LETTER = notice_pb.Notice(series="CSSP", number="26-04", demonstration=True)


def read(content):
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet program would guess the alphabet"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def state_file(problem=""):
    figures = readiness_pb.Readiness(
        state=readiness_pb.Counts(of=12, at_work=11, ready=8, not_started=2, on_leave=1),
        agencies=[
            readiness_pb.AgencyReadiness(
                agency="agencies/lake",
                counts=readiness_pb.Counts(of=12, at_work=11, ready=8, not_started=2, on_leave=1),
                problem=problem,
            )
        ],
    )
    known = {"agencies/lake": agency_pb.Agency(name="agencies/lake", short_title="Lake County", region="Northern")}
    return read(csv_files.agencies(LETTER, figures, readiness.rows(figures, known), NOON))


def test_the_states_file_has_a_line_for_each_agency_and_the_states_own_figure_last():
    lake, state = state_file("No room")

    assert [lake[name] for name in ("Agency", "Region", "Staff", "Ready", "Not started", "On leave", "Problem")] == [
        *("Lake County", "Northern", "12", "8", "2", "1", "No room"),
    ]
    assert (state["Agency"], state["Staff"], state["Ready"]) == (csv_files.WHOLE_STATE, "12", "8")
    assert lake["As of"] == "2026-11-23 12:00:00-08:00"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", '=HYPERLINK("https://x","y")']
)
def test_what_could_be_a_formula_is_text(text):
    assert state_file(text)[0]["Problem"] == f"'{text}"


def test_what_is_no_formula_stays_as_it_is():
    said = 'She said "wait", 50% = half;\ntwo lines'

    assert state_file(said)[0]["Problem"] == said


def test_a_file_of_a_demonstration_says_so_inside_and_in_its_name():
    assert {line["Letter"] for line in state_file()} == {"CSSP 26-04 (DEMONSTRATION, not issued by DCSS)"}
    assert csv_files.name(LETTER, "agencies", date(2026, 11, 23)) == (
        "DEMONSTRATION-CSSP-26-04-agencies-2026-11-23.csv"
    )
    assert csv_files.name(notice_pb.Notice(series="CSSP", number="26-04"), "lake", date(2026, 11, 23)) == (
        "CSSP-26-04-lake-2026-11-23.csv"
    )


def test_an_agencys_file_keeps_names_as_they_are_written_and_has_no_score():
    standing = agency_notice_pb.Recipient(person="people/1", due_date="2026-12-29", on_leave=True)
    standing.read_time.FromDatetime(NOON)
    kinds = acknowledgement_pb.Acknowledgement
    read_only = kinds(person="people/1", kind=kinds.READ, version=2, channel=kinds.PAGE)
    agreed_to = kinds(
        person="people/1",
        kind=kinds.CONFIRM,
        version=1,
        statement="I have read this.",
        statement_sha256=agreed.hash_of("I have read this."),
        channel=kinds.MAIL_LINK,
    )
    line = Line("people/1", "Nayeli Ñuñez-O'Hara", "S-1", "Intake", standing)

    (row,) = read(csv_files.people(LETTER, [line], NOON, {"people/1": [read_only, agreed_to]}))

    assert row["Name"] == "Nayeli Ñuñez-O'Hara"
    assert row["Read"] == "2026-11-23 12:00:00-08:00"
    assert (row["Confirmed"], row["Ready"], row["On leave"], row["Due"]) == ("", "No", "Yes", "2026-12-29")
    assert [row[name] for name in ("Confirmed version", "In which words", "How confirmed")] == [
        *("1", "I have read this.", "By the link of a mail"),
    ]
    assert row["Hash of the words"] == "70bdcae41bb471865395eb6c966db6310759c9da7711eea3a8976cf90294473b"
    assert not any("score" in column.lower() for column in row)


@pytest.mark.parametrize("name", ["=Lee", "\uff1dLee", "\uff0bLee", "\uff0dLee", "\uff20Lee"])
def test_a_persons_name_that_could_be_a_formula_is_text_in_the_file_of_people(name):
    job = person_pb.Job(agency="agencies/lake", start_date="2020-01-01")
    person = person_pb.Person(staff_number="S-1", family_name=name, given_name="Ann", jobs=[job])
    columns = [agency_pb.RosterColumn(name=column) for column in ("staff_number", "family_name", "given_name")]

    (row,) = read(people_files.of_people(columns, [person], "agencies/lake", date(2026, 11, 23)))

    assert row == {"staff_number": "S-1", "family_name": f"'{name}", "given_name": "Ann"}
