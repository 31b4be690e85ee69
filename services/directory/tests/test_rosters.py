"""What a roster file changes."""

import pytest

from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from servicekit.rpc.client import Refused

APPLIED, CHECKED = roster_pb.RosterImport.APPLIED, roster_pb.RosterImport.CHECKED
COUNTS = (
    "rows", "errors", "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged",
    "not_in_file",
)  # fmt: skip


def counts(roster, *names):
    return {name: getattr(roster, name) for name in names or COUNTS if names or getattr(roster, name)}


def fingerprint(directory):
    """Everything that a roster can change, and what was told."""
    tables = ("person", "job", "leave", "role_grant", "audience", "audience_member")
    with directory.running.connect() as connection:
        state = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in tables}
        return state, connection.execute("SELECT count(*) FROM outbox").fetchone()


def test_a_file_adds_people_with_jobs_leave_and_roles_and_their_audiences(directory):
    audience = directory.audience()
    today = directory.day()

    result = directory.import_roster(
        directory.roster(
            {"family_name": "Álvarez", "given_name": "Ana", "roles": "coordinator;supervisor"},
            {"units": "", "leave_from": today.isoformat(), "leave_to": directory.day(9).isoformat()},
            {"agency": "mendocino", "units": "legal; intake"},
            {"hired_on": "2010-01-01", "left_on": "2015-01-01"},
        )
    )

    assert result.state == APPLIED
    assert counts(result) == {"rows": 4, "people_added": 4, "jobs_added": 4}
    lake = directory.staff()
    assert sorted(lake) == ["S-000001", "S-000002"]
    assert lake["S-000002"].on_leave
    assert list(directory.staff("mendocino")["S-000003"].jobs[0].units) == ["intake", "legal"]
    changes = directory.changes(audience, 2)
    assert {(person, agency) for person, agency in changes} == {
        (lake["S-000001"].name, "lake"),
        (lake["S-000002"].name, "lake"),
        (directory.staff("mendocino")["S-000003"].name, "mendocino"),
    }
    assert changes[lake["S-000002"].name, "lake"].on_leave
    assert directory.get_audience(audience).people == 3
    hired = {each.agency_id: len(each.person_ids) for each in directory.events(events_pb2.PersonHired)}
    assert hired == {"lake": 2, "mendocino": 1}, "a job that had ended is history and told to nobody"


def test_the_same_file_again_changes_nothing_and_tells_nobody(directory):
    directory.audience()
    file = directory.roster(
        {"roles": "director", "leave_from": "2020-01-01", "leave_to": "2020-02-01"}, {"units": "intake;legal"}
    )
    directory.import_roster(file)
    before = fingerprint(directory)

    again = directory.import_roster(file)

    assert counts(again) == {"rows": 2, "unchanged": 2}
    assert fingerprint(directory) == before


def test_a_dry_run_reports_what_an_actual_run_does_and_changes_nothing(directory):
    directory.audience()
    directory.import_roster(directory.roster({}, {}, {}, {"left_on": ""}))
    changed = directory.roster(
        {"family_name": "Núñez"},
        {"units": "intake"},
        {"left_on": directory.day().isoformat()},
        {"staff_number": "S-000009", "email": ""},
    )
    before = fingerprint(directory)

    dry = directory.import_roster(changed, dry_run=True)
    assert fingerprint(directory) == before
    actual = directory.import_roster(changed)

    assert (dry.state, actual.state) == (CHECKED, APPLIED)
    assert counts(dry) == counts(actual)
    assert counts(actual) == {
        "rows": 4,
        "people_added": 1,
        "people_changed": 1,
        "jobs_added": 1,
        "jobs_changed": 1,
        "jobs_ended": 1,
        "not_in_file": 1,
    }


def test_who_is_missing_from_the_file_is_counted_and_stays(directory):
    directory.import_roster(directory.roster({}, {}, {"agency": "mendocino"}))

    result = directory.import_roster(directory.roster({}))

    assert counts(result) == {"rows": 1, "unchanged": 1, "not_in_file": 1}
    assert sorted(directory.staff()) == ["S-000001", "S-000002"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_of_all_scripts_go_in_and_come_out_unchanged(directory, encoding):
    names = ["Álvarez", "O’Brien", "Vang-Xiong", "Պետրոսյան", "陈", "Kaʻahumanu"]  # noqa: RUF001 - as people write them
    rows = [{"family_name": name, "given_name": "X"} for name in names]

    directory.import_roster(directory.roster(*rows, separator=";", end="\r\n").encode(encoding))

    assert [person.family_name for _, person in sorted(directory.staff().items())] == names


def test_a_western_windows_file_is_read_too(directory):
    directory.import_roster(directory.roster({"family_name": "Núñez"}).encode("cp1252"))

    assert directory.staff()["S-000001"].family_name == "Núñez"


def test_a_file_with_the_required_columns_only_works_and_leaves_the_rest_as_it_is(directory):
    directory.import_roster(directory.roster({"roles": "director", "units": "intake"}))
    required = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")

    result = directory.import_roster(directory.roster({}, columns=required))

    assert counts(result) == {"rows": 1, "unchanged": 1}
    person = directory.staff()["S-000001"]
    assert (list(person.jobs[0].units), person.email) == (["intake"], "person1@lake.example.org")


def test_a_person_in_two_agencies_is_one_person_with_two_jobs(directory):
    audience = directory.audience()
    same = {"staff_number": "S-1", "email": "jo@lake.example.org"}

    result = directory.import_roster(directory.roster(same, same | {"agency": "mendocino"}))

    assert counts(result) == {"rows": 2, "people_added": 1, "jobs_added": 2}
    assert directory.staff()["S-1"].name == directory.staff("mendocino")["S-1"].name
    assert directory.get_audience(audience).people == 1
    assert len(directory.changes(audience, 2)) == 2


def test_a_corrected_first_day_is_the_same_job(directory):
    directory.import_roster(directory.roster({"hired_on": "2020-01-01"}))

    result = directory.import_roster(directory.roster({"hired_on": "2020-02-01"}))

    assert counts(result) == {"rows": 1, "jobs_changed": 1}
    assert [job.start_date for job in directory.staff()["S-000001"].jobs] == ["2020-02-01"]


def test_leaving_and_coming_back_by_file_keeps_person_and_history(directory):
    audience = directory.audience()
    directory.import_roster(directory.roster({}))
    name = directory.staff()["S-000001"].name
    left = {"left_on": "2024-01-01", "email": "person1@lake.example.org", "staff_number": "S-000001"}

    ended = directory.import_roster(directory.roster(left))
    assert counts(ended) == {"rows": 1, "jobs_ended": 1}
    assert not directory.changes(audience, 3)[name, "lake"].member
    assert directory.get_audience(audience).people == 0

    back = directory.import_roster(directory.roster(left, left | {"hired_on": "2025-01-01", "left_on": ""}))
    assert counts(back) == {"rows": 2, "jobs_added": 1, "unchanged": 1}
    assert directory.staff()["S-000001"].name == name
    assert directory.changes(audience, 4)[name, "lake"].member
    assert [each.person_ids[0] for each in directory.events(events_pb2.PersonLeft)] == [name.removeprefix("people/")]


def test_an_address_may_pass_from_one_person_to_another_in_one_file(directory):
    one, two = {"email": "head@lake.example.org"}, {"email": "other@lake.example.org"}
    directory.import_roster(directory.roster(one, two))

    result = directory.import_roster(directory.roster(two, one))

    assert counts(result) == {"rows": 2, "people_changed": 2}
    assert directory.staff()["S-000002"].email == "head@lake.example.org"


def test_an_address_of_somebody_who_is_not_in_the_file_is_refused(directory):
    directory.hire("mendocino", email="person1@lake.example.org")

    result = directory.import_roster(directory.roster({}))

    assert directory.errors(result) == [(2, "email", "person1@lake.example.org", "belongs to somebody else")]


def test_roles_of_a_file_follow_the_file_and_those_given_by_hand_stay(directory):
    directory.import_roster(directory.roster({"roles": "coordinator"}))
    person = directory.staff()["S-000001"]
    directory.grant(person.name, "supervisor", "agencies/lake")

    result = directory.import_roster(directory.roster({"roles": "director"}))

    assert counts(result) == {"rows": 1, "people_changed": 1}
    stub = directory.as_person(person.name, {"self.read": ["self"]})
    assert sorted(grant.role for grant in stub.GetMe(person_pb.GetMeRequest()).grants) == ["director", "supervisor"]


def test_a_coordinators_file_may_speak_of_their_own_agency_only(directory):
    stub = directory.as_coordinator("lake")

    with pytest.raises(Refused) as whole_state:
        directory.import_roster(directory.roster({}), stub=stub)
    with pytest.raises(Refused) as elsewhere:
        directory.import_roster(directory.roster({}), agency="mendocino", stub=stub)
    result = directory.import_roster(directory.roster({}, {"agency": "mendocino"}), agency="lake", stub=stub)

    assert whole_state.value.reason == elsewhere.value.reason == "PERMISSION_MISSING"
    assert directory.errors(result) == [(3, "agency", "mendocino", "is not the agency of this import")]


def test_a_coordinators_file_may_take_on_somebody_from_elsewhere_but_not_rename_them(directory):
    known = directory.hire("mendocino", family="Álvarez", given="Ana", staff_number="S-1", email="ana@m.example.org")
    row = {"staff_number": "S-1", "family_name": "Alvarez", "given_name": "Ana", "email": "new@lake.example.org"}
    stub = directory.as_coordinator("lake")

    wrong = directory.import_roster(directory.roster(row | {"family_name": "Mills"}), agency="lake", stub=stub)
    right = directory.import_roster(directory.roster(row), agency="lake", stub=stub)

    assert directory.errors(wrong) == [(2, "staff_number", "S-1", "belongs to somebody of another name")]
    assert counts(right) == {"rows": 1, "jobs_added": 1}
    person = directory.staff()["S-1"]
    assert (person.name, person.family_name, person.email) == (known.name, "Álvarez", "ana@m.example.org")


def test_a_file_in_many_small_pieces_is_one_file(directory):
    result = directory.import_roster(directory.roster({"family_name": "Núñez"}, {}).encode(), piece=16)

    assert counts(result) == {"rows": 2, "people_added": 2, "jobs_added": 2}


def test_a_telephone_in_a_file_is_kept_and_a_bad_one_is_named(directory):
    rows = [{"telephone": "707-555-0123, ext. 4"}, {"telephone": "none"}]

    refused = directory.import_roster(directory.roster(*rows))
    directory.import_roster(directory.roster(rows[0]))

    assert directory.errors(refused) == [
        (3, "telephone", "none", "must be a phone number, such as 707-555-0123, ext. 4")
    ]
    (person,) = directory.as_coordinator("lake").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).people
    assert person.telephone == "707-555-0123, ext. 4"
