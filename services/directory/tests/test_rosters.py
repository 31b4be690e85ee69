"""Roster files, from pieces to people."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.directory.v1 import directory_service_pb2 as pb
from cadre.directory.v1 import events_pb2
from directory.rosters import imports, jobs
from servicekit.rpc.calls import Scope
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

APPLIED, CHECKED, REFUSED = pb.RosterImport.APPLIED, pb.RosterImport.CHECKED, pb.RosterImport.REFUSED
COUNTS = (
    "rows", "errors", "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged",
    "not_in_file",
)  # fmt: skip


def counts(roster, *names):
    return {name: getattr(roster, name) for name in names or COUNTS if names or getattr(roster, name)}


def staff(directory, agency="lake"):
    found = directory.as_whole("people.read").ListPeople(
        pb.ListPeopleRequest(parent=f"agencies/{agency}", page_size=1000)
    )
    return {person.staff_number: person for person in found.people}


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
    lake = staff(directory)
    assert sorted(lake) == ["S-000001", "S-000002"]
    assert lake["S-000002"].on_leave
    assert list(staff(directory, "mendocino")["S-000003"].jobs[0].units) == ["intake", "legal"]
    changes = directory.changes(audience, 2)
    assert {(person, agency) for person, agency in changes} == {
        (lake["S-000001"].name, "lake"),
        (lake["S-000002"].name, "lake"),
        (staff(directory, "mendocino")["S-000003"].name, "mendocino"),
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


def test_a_dry_run_names_the_same_errors_as_an_actual_run(directory):
    file = directory.roster({"job_class": "king"}, {"hired_on": "Jan 2020"})

    dry, actual = directory.import_roster(file, dry_run=True), directory.import_roster(file)

    assert (dry.state, actual.state) == (REFUSED, REFUSED)
    assert directory.errors(dry) == directory.errors(actual)
    assert len(directory.errors(dry)) == 2


def test_who_is_missing_from_the_file_is_counted_and_stays(directory):
    directory.import_roster(directory.roster({}, {}, {"agency": "mendocino"}))

    result = directory.import_roster(directory.roster({}))

    assert counts(result) == {"rows": 1, "unchanged": 1, "not_in_file": 1}
    assert sorted(staff(directory)) == ["S-000001", "S-000002"]


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
    assert staff(directory) == {}


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

    first = stub.ListRosterImportErrors(pb.ListRosterImportErrorsRequest(parent=result.name, page_size=3))
    second = stub.ListRosterImportErrors(
        pb.ListRosterImportErrorsRequest(parent=result.name, page_size=3, page_token=first.next_page_token)
    )

    assert [each.row for each in [*first.errors, *second.errors]] == [2, 3, 4, 5, 6]
    assert second.next_page_token == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_of_all_scripts_go_in_and_come_out_unchanged(directory, encoding):
    names = ["Álvarez", "O’Brien", "Vang-Xiong", "Պետրոսյան", "陈", "Kaʻahumanu"]  # noqa: RUF001 - as people write them
    rows = [{"family_name": name, "given_name": "X"} for name in names]

    directory.import_roster(directory.roster(*rows, separator=";", end="\r\n").encode(encoding))

    assert [person.family_name for _, person in sorted(staff(directory).items())] == names


def test_a_western_windows_file_is_read_too(directory):
    directory.import_roster(directory.roster({"family_name": "Núñez"}).encode("cp1252"))

    assert staff(directory)["S-000001"].family_name == "Núñez"


def test_a_file_with_the_required_columns_only_works_and_leaves_the_rest_as_it_is(directory):
    directory.import_roster(directory.roster({"roles": "director", "units": "intake"}))
    required = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")

    result = directory.import_roster(directory.roster({}, columns=required))

    assert counts(result) == {"rows": 1, "unchanged": 1}
    person = staff(directory)["S-000001"]
    assert (list(person.jobs[0].units), person.email) == (["intake"], "person1@lake.example.org")


def test_a_person_in_two_agencies_is_one_person_with_two_jobs(directory):
    audience = directory.audience()
    same = {"staff_number": "S-1", "email": "jo@lake.example.org"}

    result = directory.import_roster(directory.roster(same, same | {"agency": "mendocino"}))

    assert counts(result) == {"rows": 2, "people_added": 1, "jobs_added": 2}
    assert staff(directory)["S-1"].name == staff(directory, "mendocino")["S-1"].name
    assert directory.get_audience(audience).people == 1
    assert len(directory.changes(audience, 2)) == 2


def test_a_corrected_first_day_is_the_same_job(directory):
    directory.import_roster(directory.roster({"hired_on": "2020-01-01"}))

    result = directory.import_roster(directory.roster({"hired_on": "2020-02-01"}))

    assert counts(result) == {"rows": 1, "jobs_changed": 1}
    assert [job.start_date for job in staff(directory)["S-000001"].jobs] == ["2020-02-01"]


def test_leaving_and_coming_back_by_file_keeps_person_and_history(directory):
    audience = directory.audience()
    directory.import_roster(directory.roster({}))
    name = staff(directory)["S-000001"].name
    left = {"left_on": "2024-01-01", "email": "person1@lake.example.org", "staff_number": "S-000001"}

    ended = directory.import_roster(directory.roster(left))
    assert counts(ended) == {"rows": 1, "jobs_ended": 1}
    assert not directory.changes(audience, 3)[name, "lake"].member
    assert directory.get_audience(audience).people == 0

    back = directory.import_roster(directory.roster(left, left | {"hired_on": "2025-01-01", "left_on": ""}))
    assert counts(back) == {"rows": 2, "jobs_added": 1, "unchanged": 1}
    assert staff(directory)["S-000001"].name == name
    assert directory.changes(audience, 4)[name, "lake"].member
    assert [each.person_ids[0] for each in directory.events(events_pb2.PersonLeft)] == [name.removeprefix("people/")]


def test_an_address_may_pass_from_one_person_to_another_in_one_file(directory):
    one, two = {"email": "head@lake.example.org"}, {"email": "other@lake.example.org"}
    directory.import_roster(directory.roster(one, two))

    result = directory.import_roster(directory.roster(two, one))

    assert counts(result) == {"rows": 2, "people_changed": 2}
    assert staff(directory)["S-000002"].email == "head@lake.example.org"


def test_an_address_of_somebody_who_is_not_in_the_file_is_refused(directory):
    directory.hire("mendocino", email="person1@lake.example.org")

    result = directory.import_roster(directory.roster({}))

    assert directory.errors(result) == [(2, "email", "person1@lake.example.org", "belongs to somebody else")]


def test_roles_of_a_file_follow_the_file_and_those_given_by_hand_stay(directory):
    directory.import_roster(directory.roster({"roles": "coordinator"}))
    person = staff(directory)["S-000001"]
    directory.grant(person.name, "supervisor", "agencies/lake")

    result = directory.import_roster(directory.roster({"roles": "director"}))

    assert counts(result) == {"rows": 1, "people_changed": 1}
    stub = directory.as_person(person.name, {"self.read": ["self"]})
    assert sorted(grant.role for grant in stub.GetMe(pb.GetMeRequest()).grants) == ["director", "supervisor"]


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
    person = staff(directory)["S-1"]
    assert (person.name, person.family_name, person.email) == (known.name, "Álvarez", "ana@m.example.org")


def test_an_import_of_another_agency_is_not_there(directory):
    result = directory.import_roster(directory.roster({}), agency="lake")
    stub = directory.as_coordinator("mendocino")
    calls = (
        lambda: stub.GetRosterImport(pb.GetRosterImportRequest(name=result.name)),
        lambda: stub.ListRosterImportErrors(pb.ListRosterImportErrorsRequest(parent=result.name)),
        lambda: stub.AppendRosterChunk(
            pb.AppendRosterChunkRequest(name=result.name, content=b"x", request_id=directory.request_id())
        ),
        lambda: stub.RunRosterImport(
            pb.RunRosterImportRequest(name=result.name, chunks=1, request_id=directory.request_id())
        ),
    )
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": result.name})


def test_a_file_comes_in_pieces_in_order_each_kept_once(directory):
    stub = directory.as_whole("roster.import")
    name = stub.CreateRosterImport(
        pb.CreateRosterImportRequest(parent="agencies/-", request_id=directory.request_id())
    ).name

    def send(index, content):
        return stub.AppendRosterChunk(
            pb.AppendRosterChunkRequest(name=name, index=index, content=content, request_id=directory.request_id())
        )

    with pytest.raises(Refused) as gap:
        send(1, b"b")
    send(0, b"a")
    send(0, b"a")
    with pytest.raises(Refused) as differs:
        send(0, b"z")
    with pytest.raises(Refused) as large:
        send(1, b"x" * (1024 * 1024 + 1))
    with pytest.raises(Refused) as early:
        stub.RunRosterImport(pb.RunRosterImportRequest(name=name, chunks=2, request_id=directory.request_id()))

    assert (gap.value.reason, gap.value.metadata) == ("CHUNK_MISSING", {"expected": "0"})
    assert (differs.value.reason, differs.value.metadata) == ("CHUNK_DIFFERS", {"index": "0"})
    assert list(large.value.fields) == ["content"]
    assert (early.value.reason, early.value.metadata) == ("CHUNK_MISSING", {"expected": "1"})


def test_a_file_in_many_small_pieces_is_one_file(directory):
    result = directory.import_roster(directory.roster({"family_name": "Núñez"}, {}).encode(), piece=16)

    assert counts(result) == {"rows": 2, "people_added": 2, "jobs_added": 2}


def test_an_import_that_has_ended_takes_no_piece_and_keeps_none(directory):
    result = directory.import_roster(directory.roster({}))

    with pytest.raises(Refused) as refused:
        directory.as_whole("roster.import").AppendRosterChunk(
            pb.AppendRosterChunkRequest(name=result.name, index=1, content=b"x", request_id=directory.request_id())
        )

    assert refused.value.reason == "ROSTER_IMPORT_CLOSED"
    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM roster_chunk").fetchone() == (0,)


def test_an_import_that_a_stopped_process_left_is_taken_up_by_the_next(directory, running_import):
    database = directory.running.runtime.database

    jobs.resume(database, datetime.now(UTC))
    jobs.resume(database, datetime.now(UTC))

    assert ended(directory, running_import).state == APPLIED
    assert sorted(staff(directory)) == ["S-000001"]


def test_a_file_that_we_cannot_digest_is_given_up_after_three_tries(directory, running_import):
    database = directory.running.runtime.database
    with directory.running.connect() as connection:
        connection.execute("ALTER TABLE leave RENAME TO absence")
        jobs.resume(database, datetime.now(UTC))
        result = ended(directory, running_import)
        connection.execute("ALTER TABLE absence RENAME TO leave")
        tries = connection.execute("SELECT tries, next_try, error FROM task").fetchall()

    assert (result.state, result.rows_failed) == (REFUSED, 1), "and whoever sent it is told that it was not the file"
    assert [row[:2] for row in tries] == [(3, None)], "it failed for good, and operators see why"
    assert "UndefinedTable" in tries[0][2]
    assert directory.errors(result) == [
        (1, "", "", "could not be worked on: an error of the service, which was logged")
    ]


def test_what_was_wrong_with_old_files_is_forgotten(directory):
    result = directory.import_roster(directory.roster({"job_class": "king"}))
    database = directory.running.runtime.database

    jobs.forget(database, datetime.now(UTC) + timedelta(days=29))
    assert len(directory.errors(result)) == 1
    jobs.forget(database, datetime.now(UTC) + timedelta(days=31))
    assert directory.errors(result) == []


def ended(directory, import_id):
    """Wait for the end of an import; what is to be tried again later is tried at once."""
    stub, name = directory.as_whole("roster.import"), f"rosterImports/{import_id}"

    def look():
        with directory.running.connect() as connection:
            connection.execute("UPDATE task SET next_try = now() WHERE next_try > now()")
        directory.running.runtime.tasks.wake()
        found = stub.GetRosterImport(pb.GetRosterImportRequest(name=name))
        return found if found.state > pb.RosterImport.RUNNING else None

    return wait_until(look, "the import should have ended")


@pytest.fixture
def running_import(directory):
    """An import that says RUNNING and has no task, as a killed process of the version before leaves it."""
    database = directory.running.runtime.database
    everywhere = Scope(whole=True, resources=frozenset(), person="")
    with database.transaction(actor="services/test", method="test") as db:
        made = imports.create(db, agency_id="", dry_run=False, actor="services/test", at=db.at).id
        content = directory.roster({}).encode()
        imports.append(db, import_id=made, index=0, content=content, scope=everywhere)
        imports.run(db, import_id=made, chunks=1, actor="services/test", scope=everywhere)
        db.run("DELETE FROM task")
    return made


def not_in_file(directory, made, stub=None):
    stub = stub or directory.as_whole("roster.import")
    return stub.ListPeopleNotInFile(pb.ListPeopleNotInFileRequest(parent=made.name))


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_name_missing_from_the_file_is_a_question_and_never_a_removal(directory, dry_run):
    stays, asked = directory.hire("lake", staff_number="S-000001", family="Mills"), directory.hire("lake")
    directory.hire("mendocino")

    made = directory.import_roster(directory.roster({"email": ""}), agency="lake", dry_run=dry_run)

    found = not_in_file(directory, made)
    assert (made.not_in_file, found.total_size) == (1, 1)
    assert [person.name for person in found.people] == [asked.name]
    here = directory.as_coordinator("lake").ListPeople(pb.ListPeopleRequest(parent="agencies/lake"))
    assert {person.name for person in here.people} == {stays.name, asked.name}

    end = pb.EndJobRequest(
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


def apply(stub, made, directory):
    return stub.ApplyRosterImport(pb.ApplyRosterImportRequest(name=made.name, request_id=directory.request_id()))


def test_a_checked_file_is_applied_without_being_sent_again(directory):
    stub = directory.as_coordinator("lake")
    checked = directory.import_roster(directory.roster({}, {}), agency="lake", dry_run=True, stub=stub)

    started = apply(stub, checked, directory)
    applied = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(pb.GetRosterImportRequest(name=checked.name))).state
            == pb.RosterImport.APPLIED
            else None
        ),
        "the file should have been applied",
    )
    again = apply(stub, checked, directory)

    assert (checked.state, checked.people_added) == (pb.RosterImport.CHECKED, 2)
    assert (started.state, started.dry_run) == (pb.RosterImport.RUNNING, False)
    assert (applied.people_added, applied.step) == (2, pb.RosterImport.STEP_UNSPECIFIED)
    assert again.state == pb.RosterImport.APPLIED, "a second click does it once"
    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM roster_chunk").fetchone() == (0,)


def test_a_file_with_errors_or_one_no_longer_kept_is_not_applied(directory):
    stub = directory.as_coordinator("lake")
    wrong = directory.import_roster(directory.roster({"job_class": "pilot"}), agency="lake", dry_run=True, stub=stub)
    old = directory.import_roster(directory.roster({}), agency="lake", dry_run=True, stub=stub)
    jobs.forget(directory.running.runtime.database, datetime.now(UTC) + timedelta(days=2))

    with pytest.raises(Refused) as closed:
        apply(stub, wrong, directory)
    with pytest.raises(Refused) as gone:
        apply(stub, old, directory)

    identity = wrong.name.removeprefix("rosterImports/")
    assert (closed.value.reason, closed.value.metadata) == (
        "ROSTER_IMPORT_CLOSED",
        {"roster_import": identity, "state": "REFUSED"},
    )
    assert (gone.value.reason, gone.value.metadata) == (
        "ROSTER_FILE_GONE",
        {"roster_import": old.name.removeprefix("rosterImports/")},
    )


def test_a_running_import_says_what_it_is_at(directory):
    """Held up by somebody who changes a person of its, it has found its rows sound and waits to apply them."""
    stub = directory.as_whole("roster.import")
    directory.hire(staff_number="S-7")
    with directory.running.connect() as connection, connection.transaction():
        connection.execute("SELECT * FROM person WHERE staff_number = 'S-7' FOR UPDATE")
        ask = pb.CreateRosterImportRequest(parent="agencies/-", request_id=directory.request_id())
        made = stub.CreateRosterImport(ask)
        content = directory.roster(*({"staff_number": f"S-{n}", "email": ""} for n in range(500))).encode()
        stub.AppendRosterChunk(
            pb.AppendRosterChunkRequest(name=made.name, index=0, content=content, request_id=directory.request_id())
        )
        stub.RunRosterImport(pb.RunRosterImportRequest(name=made.name, chunks=1, request_id=directory.request_id()))

        def at():
            found = stub.GetRosterImport(pb.GetRosterImportRequest(name=made.name))
            return found if found.step == pb.RosterImport.APPLYING else None

        waiting = wait_until(at, "the import should have checked the file")
        assert (waiting.state, waiting.rows) == (pb.RosterImport.RUNNING, 500)

    done = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(pb.GetRosterImportRequest(name=made.name))).state
            == pb.RosterImport.APPLIED
            else None
        ),
        "the import should have gone on",
    )
    assert (done.rows, done.people_added) == (500, 499)


def test_the_imports_of_an_agency_are_listed_newest_first_page_by_page(directory):
    made = [directory.import_roster(directory.roster({}), agency="lake", dry_run=True).name for _ in range(3)]
    directory.import_roster(directory.roster({"agency": "mendocino"}), agency="mendocino", dry_run=True)
    stub = directory.as_coordinator("lake")

    first = stub.ListRosterImports(pb.ListRosterImportsRequest(parent="agencies/lake", page_size=2))
    rest = stub.ListRosterImports(
        pb.ListRosterImportsRequest(parent="agencies/lake", page_size=2, page_token=first.next_page_token)
    )

    assert [each.name for each in (*first.roster_imports, *rest.roster_imports)] == made[::-1]
    assert first.roster_imports[0].sent_by.startswith("services/")
    assert not rest.next_page_token


def test_a_telephone_in_a_file_is_kept_and_a_bad_one_is_named(directory):
    rows = [{"telephone": "707-555-0123, ext. 4"}, {"telephone": "none"}]

    refused = directory.import_roster(directory.roster(*rows))
    directory.import_roster(directory.roster(rows[0]))

    assert directory.errors(refused) == [
        (3, "telephone", "none", "must be a telephone number, such as 707-555-0123, ext. 4")
    ]
    (person,) = directory.as_coordinator("lake").ListPeople(pb.ListPeopleRequest(parent="agencies/lake")).people
    assert person.telephone == "707-555-0123, ext. 4"


def test_an_error_names_the_person_of_its_row(directory):
    rows = [{}, {"family_name": "O’Hara", "given_name": "Ana", "job_class": "pilot"}, {"hired_on": "0019-05-06"}]  # noqa: RUF001
    made = directory.import_roster(directory.roster(*rows))

    stub = directory.as_whole("roster.import")
    found = stub.ListRosterImportErrors(pb.ListRosterImportErrorsRequest(parent=made.name)).errors

    assert [(each.row, each.column, each.person) for each in found] == [
        (3, "job_class", "Ana O’Hara, S-000002"),  # noqa: RUF001 - as people write them
        (4, "hired_on", "Jo Mills, S-000003"),
    ]


def test_the_names_that_a_file_changes_are_listed_before_and_after(directory):
    directory.import_roster(directory.roster({"family_name": "Peña"}, {}, {"family_name": "O'Hara"}))
    file = directory.roster({"family_name": "PeÃ±a"}, {"units": "intake"}, {"family_name": "O’Hara"}, {})  # noqa: RUF001
    stub = directory.as_whole("roster.import")

    def changes(made, **page):
        return stub.ListRosterNameChanges(pb.ListRosterNameChangesRequest(parent=made.name, **page))

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
    assert first.changes[0].person == staff(directory)["S-000001"].name
    with pytest.raises(Refused) as elsewhere:
        directory.as_coordinator("lake").ListRosterNameChanges(pb.ListRosterNameChangesRequest(parent=dry.name))
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


@pytest.mark.parametrize("sound", [True, False])
def test_a_file_that_is_only_looked_at_waits_for_nobody_and_nobody_for_it(directory, sound):
    """Somebody is in the middle of changing the very people of the file, and their audiences."""
    directory.audience()
    directory.import_roster(directory.roster({}, {}))
    rows = [{"family_name": "Ōta", "units": "intake"}, {"job_class": "attorney" if sound else "pilot"}, {}]
    with directory.running.connect() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock_shared(8105110001)")
        for table in ("person", "job", "audience", "audience_member"):
            assert connection.execute(f"SELECT * FROM {table} FOR UPDATE").fetchall()

        dry = directory.import_roster(directory.roster(*rows), dry_run=True)
        refused = None if sound else directory.import_roster(directory.roster(*rows))

    assert dry.state == (CHECKED if sound else REFUSED)
    if sound:
        assert (dry.people_added, dry.people_changed, dry.jobs_added, dry.jobs_changed) == (1, 1, 1, 1)
    else:
        assert refused.state == REFUSED


def test_who_changes_other_people_does_not_wait_for_a_file_that_is_being_applied(directory):
    """The file is held up in its middle by somebody who changes one of its people."""
    other = directory.hire("mendocino")
    directory.import_roster(directory.roster({}, {}))
    stub, ask = directory.as_whole("roster.import", "people.write"), {"request_id": directory.request_id()}
    with directory.running.connect() as connection, connection.transaction():
        connection.execute("SELECT * FROM person WHERE staff_number = 'S-000002' FOR UPDATE")
        made = stub.CreateRosterImport(pb.CreateRosterImportRequest(parent="agencies/-", **ask))
        content = directory.roster({"units": "intake"}, {"units": "intake"}).encode()
        stub.AppendRosterChunk(pb.AppendRosterChunkRequest(name=made.name, index=0, content=content, **ask))
        stub.RunRosterImport(pb.RunRosterImportRequest(name=made.name, chunks=1, **ask))

        def at():
            found = stub.GetRosterImport(pb.GetRosterImportRequest(name=made.name))
            return found if found.step == pb.RosterImport.APPLYING else None

        wait_until(at, "the import should have checked the file")
        job = pb.Job(local_title="Chief", job_class="attorney", units=["intake"])
        changed = stub.UpdateJob(pb.UpdateJobRequest(parent="agencies/mendocino", person=other.name, job=job, **ask))

    assert changed.jobs[0].local_title == "Chief"
    done = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(pb.GetRosterImportRequest(name=made.name))).state == APPLIED
            else None
        ),
        "the import should have gone on",
    )
    assert done.jobs_changed == 2


def test_a_file_may_take_longer_than_a_call(directory):
    """A hundred thousand rows are compared by one statement: on a busy machine that takes minutes."""
    with directory.running.connect() as connection:
        connection.execute("CREATE TABLE told (allowed interval)")
        connection.execute("GRANT ALL ON told TO PUBLIC")
        connection.execute(
            "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO told VALUES (current_setting('statement_timeout')::interval); RETURN NULL; END $$"
        )
        connection.execute("CREATE TRIGGER tell AFTER INSERT ON job EXECUTE FUNCTION tell()")
        directory.import_roster(directory.roster({}))
        directory.hire(staff_number="S-2")
        allowed = [row[0] for row in connection.execute("SELECT allowed FROM told ORDER BY allowed").fetchall()]

    assert allowed == [timedelta(minutes=1), timedelta(minutes=10)]


def test_what_a_big_file_filled_is_known_to_the_planner_before_the_next_one(directory):
    """Planned for an empty table, the jobs of the next big file would be looked for one by one."""
    known = "SELECT reltuples FROM pg_class WHERE relname = 'job'"
    with directory.running.connect() as connection:
        before = connection.execute(known).fetchone()[0]
        directory.import_roster(directory.roster(*({"email": ""} for _ in range(1_000))))
        after = connection.execute(known).fetchone()[0]

    assert before <= 0 < after
