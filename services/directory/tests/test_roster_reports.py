"""What an import says of its file: what is wrong, who is missing, whose names change."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from directory.rosters import jobs
from servicekit.rpc.client import Refused

CHECKED, REFUSED = roster_pb.RosterImport.CHECKED, roster_pb.RosterImport.REFUSED


def test_a_dry_run_names_the_same_errors_as_an_actual_run(directory):
    file = directory.roster({"job_class": "king"}, {"hired_on": "Jan 2020"})

    dry, actual = directory.import_roster(file, dry_run=True), directory.import_roster(file)

    assert (dry.state, actual.state) == (REFUSED, REFUSED)
    assert directory.errors(dry) == directory.errors(actual)
    assert len(directory.errors(dry)) == 2


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        ({"agency": "atlantis"}, "agency", "atlantis", "is not an agency"),
        ({"agency": ""}, "agency", "", "must be given"),
        ({"staff_number": ""}, "staff_number", "", "must be given"),
        ({"staff_number": "x" * 41}, "staff_number", "x" * 40, "must be at most 40 characters"),
        ({"family_name": "", "given_name": ""}, "family_name", "", "must be given, or the given name"),
        ({"local_title": ""}, "local_title", "", "must be given"),
        ({"job_class": "king"}, "job_class", "king", "is not a job class"),
        ({"units": "legal;war"}, "units", "war", "is not a work unit"),
        ({"roles": "king"}, "roles", "king", "is not a role at this agency"),
        ({"roles": "approver"}, "roles", "approver", "is not a role at this agency"),
        ({"hired_on": ""}, "hired_on", "", "must be given"),
        ({"hired_on": "May 2004"}, "hired_on", "May 2004", "must be a date, YYYY-MM-DD"),
        ({"hired_on": "2004-02-30"}, "hired_on", "2004-02-30", "must be a date, YYYY-MM-DD"),
        ({"left_on": "soon"}, "left_on", "soon", "must be a date, YYYY-MM-DD"),
        ({"left_on": "2020-01-01"}, "left_on", "2020-01-01", "must be after hired_on"),
        ({"leave_to": "2021-01-01"}, "leave_from", "", "must be given with leave_to"),
        (
            {"leave_from": "2021-01-02", "leave_to": "2021-01-01"},
            "leave_to",
            "2021-01-01",
            "must not be before leave_from",
        ),
        ({"email": "nobody"}, "email", "nobody", "must be an e-mail address"),
        (
            {"email": "PERSON1@lake.example.org"},
            "email",
            "PERSON1@lake.example.org",
            "must not be the address of line 2",
        ),
        (
            {
                "staff_number": "S-000001",
                "agency": "mendocino",
                "family_name": "Miller",
                "email": "person1@lake.example.org",
            },
            "family_name",
            "Miller",
            "must be the name that line 2 gives this staff number",
        ),
        (
            {"staff_number": "S-000001", "agency": "mendocino", "email": "other@lake.example.org"},
            "email",
            "other@lake.example.org",
            "must be the address that line 2 gives this staff number",
        ),
        (
            {"staff_number": "S-000001", "email": "person1@lake.example.org"},
            "staff_number",
            "S-000001",
            "has the same agency and hired_on as line 2",
        ),
        (
            {"staff_number": "S-000001", "email": "person1@lake.example.org", "hired_on": "2022-01-01"},
            "hired_on",
            "2022-01-01",
            "overlaps another job at the agency",
        ),
    ],
)
def test_a_bad_cell_is_named_by_line_column_value_and_rule_and_nothing_is_applied(directory, row, column, value, rule):
    result = directory.import_roster(directory.roster({}, row))

    assert (result.state, result.errors) == (REFUSED, 1)
    assert directory.errors(result) == [(3, column, value, rule)]
    assert directory.staff() == {}


def test_all_bad_cells_of_a_file_are_named_in_order_at_once(directory):
    result = directory.import_roster(directory.roster({"units": "war;peace", "job_class": "king"}, {}, {"agency": "x"}))

    assert [(line, column, value) for line, column, value, _ in directory.errors(result)] == [
        (2, "job_class", "king"),
        (2, "units", "peace"),
        (2, "units", "war"),
        (4, "agency", "x"),
    ]


def test_errors_are_listed_page_by_page(directory):
    result = directory.import_roster(directory.roster(*[{"job_class": "king"}] * 5))
    stub = directory.as_whole("roster.import")

    first = stub.ListRosterImportErrors(roster_pb.ListRosterImportErrorsRequest(parent=result.name, page_size=3))
    second = stub.ListRosterImportErrors(
        roster_pb.ListRosterImportErrorsRequest(parent=result.name, page_size=3, page_token=first.next_page_token)
    )

    assert [each.row for each in [*first.errors, *second.errors]] == [2, 3, 4, 5, 6]
    assert second.next_page_token == ""


def not_in_file(directory, made, stub=None):
    stub = stub or directory.as_whole("roster.import")
    return stub.ListPeopleNotInFile(roster_pb.ListPeopleNotInFileRequest(parent=made.name))


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_name_missing_from_the_file_is_a_question_and_never_a_removal(directory, dry_run):
    stays, asked = directory.hire("lake", staff_number="S-000001", family="Mills"), directory.hire("lake")
    directory.hire("mendocino")

    made = directory.import_roster(directory.roster({"email": ""}), agency="lake", dry_run=dry_run)

    found = not_in_file(directory, made)
    assert (made.not_in_file, found.total_size) == (1, 1)
    assert [person.name for person in found.people] == [asked.name]
    here = directory.as_coordinator("lake").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake"))
    assert {person.name for person in here.people} == {stays.name, asked.name}

    end = person_pb.EndJobRequest(
        parent="agencies/lake",
        person=asked.name,
        end_date=directory.day().isoformat(),
        request_id=directory.request_id(),
    )
    directory.as_coordinator("lake").EndJob(end)
    assert not_in_file(directory, made).total_size == 0, "who has left since is no question"
    with pytest.raises(Refused) as refused:
        not_in_file(directory, made, directory.as_coordinator("mendocino"))
    assert refused.value.reason == "NOT_FOUND"


def test_an_error_names_the_person_of_its_row(directory):
    rows = [{}, {"family_name": "O’Hara", "given_name": "Ana", "job_class": "pilot"}, {"hired_on": "0019-05-06"}]  # noqa: RUF001
    made = directory.import_roster(directory.roster(*rows))

    stub = directory.as_whole("roster.import")
    found = stub.ListRosterImportErrors(roster_pb.ListRosterImportErrorsRequest(parent=made.name)).errors

    assert [(each.row, each.column, each.person) for each in found] == [
        (3, "job_class", "Ana O’Hara, S-000002"),  # noqa: RUF001 - as people write them
        (4, "hired_on", "Jo Mills, S-000003"),
    ]


def test_the_names_that_a_file_changes_are_listed_before_and_after(directory):
    directory.import_roster(directory.roster({"family_name": "Peña"}, {}, {"family_name": "O'Hara"}))
    file = directory.roster({"family_name": "PeÃ±a"}, {"units": "intake"}, {"family_name": "O’Hara"}, {})  # noqa: RUF001
    stub = directory.as_whole("roster.import")

    def changes(made, **page):
        return stub.ListRosterNameChanges(roster_pb.ListRosterNameChangesRequest(parent=made.name, **page))

    dry = directory.import_roster(file, dry_run=True)
    actual = directory.import_roster(file)

    for made in (dry, actual):
        first = changes(made, page_size=1)
        second = changes(made, page_size=1, page_token=first.next_page_token)
        assert (made.names_changed, first.total_size, second.next_page_token) == (2, 2, "")
        assert [(each.row, each.before, each.after) for each in (*first.changes, *second.changes)] == [
            (2, "Jo Peña", "Jo PeÃ±a"),
            (4, "Jo O'Hara", "Jo O’Hara"),  # noqa: RUF001 - as people write them
        ]
    assert first.changes[0].person == directory.staff()["S-000001"].name
    with pytest.raises(Refused) as elsewhere:
        directory.as_coordinator("lake").ListRosterNameChanges(roster_pb.ListRosterNameChangesRequest(parent=dry.name))
    assert elsewhere.value.reason == "NOT_FOUND"

    jobs.forget(directory.running.runtime.database, datetime.now(UTC) + timedelta(days=31))
    assert list(changes(dry).changes) == []


def test_how_letters_and_days_of_a_file_were_read_is_said(directory):
    rows = [{"family_name": "Muñoz", "hired_on": "5/6/2019", "leave_from": "2/13/2026", "left_on": "12/31/9999"}]
    said = directory.import_roster(directory.roster(*rows, end="\r\n").encode("cp850"), dry_run=True)
    plain = directory.import_roster(directory.roster({}), dry_run=True)

    assert (said.state, said.encoding) == (CHECKED, "MS-DOS")
    assert [(each.column, each.month_first, each.certain) for each in said.day_columns] == [
        ("hired_on", True, True),
        ("leave_from", True, True),
        ("left_on", True, True),
    ]
    assert (plain.encoding, list(plain.day_columns)) == ("UTF-8", [])


def test_what_was_wrong_with_old_files_is_forgotten(directory):
    result = directory.import_roster(directory.roster({"job_class": "king"}))
    database = directory.running.runtime.database

    jobs.forget(database, datetime.now(UTC) + timedelta(days=29))
    assert len(directory.errors(result)) == 1
    jobs.forget(database, datetime.now(UTC) + timedelta(days=31))
    assert directory.errors(result) == []
