"""The import of a roster file, from its first piece to its end."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from directory.rosters import imports, jobs
from servicekit.rpc.calls import Scope
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

APPLIED, CHECKED, REFUSED = (
    roster_pb.RosterImport.APPLIED,
    roster_pb.RosterImport.CHECKED,
    roster_pb.RosterImport.REFUSED,
)


def ended(directory, import_id):
    """Wait for the end of an import; what is to be tried again later is tried at once."""
    stub, name = directory.as_whole("roster.import"), f"rosterImports/{import_id}"

    def look():
        with directory.running.connect() as connection:
            connection.execute("UPDATE task SET next_try = now() WHERE next_try > now()")
        directory.running.runtime.tasks.wake()
        found = stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=name))
        return found if found.state > roster_pb.RosterImport.RUNNING else None

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


def apply(stub, made, directory):
    return stub.ApplyRosterImport(roster_pb.ApplyRosterImportRequest(name=made.name, request_id=directory.request_id()))


def test_an_import_of_another_agency_is_not_there(directory):
    result = directory.import_roster(directory.roster({}), agency="lake")
    stub = directory.as_coordinator("mendocino")
    calls = (
        lambda: stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=result.name)),
        lambda: stub.ListRosterImportErrors(roster_pb.ListRosterImportErrorsRequest(parent=result.name)),
        lambda: stub.AppendRosterChunk(
            roster_pb.AppendRosterChunkRequest(name=result.name, content=b"x", request_id=directory.request_id())
        ),
        lambda: stub.RunRosterImport(
            roster_pb.RunRosterImportRequest(name=result.name, chunks=1, request_id=directory.request_id())
        ),
    )
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": result.name})


def test_a_file_comes_in_pieces_in_order_each_kept_once(directory):
    stub = directory.as_whole("roster.import")
    name = stub.CreateRosterImport(
        roster_pb.CreateRosterImportRequest(parent="agencies/-", request_id=directory.request_id())
    ).name

    def send(index, content):
        return stub.AppendRosterChunk(
            roster_pb.AppendRosterChunkRequest(
                name=name, index=index, content=content, request_id=directory.request_id()
            )
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
        stub.RunRosterImport(roster_pb.RunRosterImportRequest(name=name, chunks=2, request_id=directory.request_id()))

    assert (gap.value.reason, gap.value.metadata) == ("CHUNK_MISSING", {"expected": "0"})
    assert (differs.value.reason, differs.value.metadata) == ("CHUNK_DIFFERS", {"index": "0"})
    assert list(large.value.fields) == ["content"]
    assert (early.value.reason, early.value.metadata) == ("CHUNK_MISSING", {"expected": "1"})


def test_an_import_that_has_ended_takes_no_piece_and_keeps_none(directory):
    result = directory.import_roster(directory.roster({}))

    with pytest.raises(Refused) as refused:
        directory.as_whole("roster.import").AppendRosterChunk(
            roster_pb.AppendRosterChunkRequest(
                name=result.name, index=1, content=b"x", request_id=directory.request_id()
            )
        )

    assert refused.value.reason == "ROSTER_IMPORT_CLOSED"
    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM roster_chunk").fetchone() == (0,)


def test_an_import_that_a_stopped_process_left_is_taken_up_by_the_next(directory, running_import):
    database = directory.running.runtime.database

    jobs.resume(database, datetime.now(UTC))
    jobs.resume(database, datetime.now(UTC))

    assert ended(directory, running_import).state == APPLIED
    assert sorted(directory.staff()) == ["S-000001"]


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


def test_a_checked_file_is_applied_without_being_sent_again(directory):
    stub = directory.as_coordinator("lake")
    checked = directory.import_roster(directory.roster({}, {}), agency="lake", dry_run=True, stub=stub)

    started = apply(stub, checked, directory)
    applied = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=checked.name))).state
            == roster_pb.RosterImport.APPLIED
            else None
        ),
        "the file should have been applied",
    )
    again = apply(stub, checked, directory)

    assert (checked.state, checked.people_added) == (roster_pb.RosterImport.CHECKED, 2)
    assert (started.state, started.dry_run) == (roster_pb.RosterImport.RUNNING, False)
    assert (applied.people_added, applied.step) == (2, roster_pb.RosterImport.STEP_UNSPECIFIED)
    assert again.state == roster_pb.RosterImport.APPLIED, "a second click does it once"
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
        ask = roster_pb.CreateRosterImportRequest(parent="agencies/-", request_id=directory.request_id())
        made = stub.CreateRosterImport(ask)
        content = directory.roster(*({"staff_number": f"S-{n}", "email": ""} for n in range(500))).encode()
        stub.AppendRosterChunk(
            roster_pb.AppendRosterChunkRequest(
                name=made.name, index=0, content=content, request_id=directory.request_id()
            )
        )
        stub.RunRosterImport(
            roster_pb.RunRosterImportRequest(name=made.name, chunks=1, request_id=directory.request_id())
        )

        def at():
            found = stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=made.name))
            return found if found.step == roster_pb.RosterImport.APPLYING else None

        waiting = wait_until(at, "the import should have checked the file")
        assert (waiting.state, waiting.rows) == (roster_pb.RosterImport.RUNNING, 500)

    done = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=made.name))).state
            == roster_pb.RosterImport.APPLIED
            else None
        ),
        "the import should have gone on",
    )
    assert (done.rows, done.people_added) == (500, 499)


def test_the_imports_of_an_agency_are_listed_newest_first_page_by_page(directory):
    made = [directory.import_roster(directory.roster({}), agency="lake", dry_run=True).name for _ in range(3)]
    directory.import_roster(directory.roster({"agency": "mendocino"}), agency="mendocino", dry_run=True)
    stub = directory.as_coordinator("lake")

    first = stub.ListRosterImports(roster_pb.ListRosterImportsRequest(parent="agencies/lake", page_size=2))
    rest = stub.ListRosterImports(
        roster_pb.ListRosterImportsRequest(parent="agencies/lake", page_size=2, page_token=first.next_page_token)
    )

    assert [each.name for each in (*first.roster_imports, *rest.roster_imports)] == made[::-1]
    assert first.roster_imports[0].sent_by.startswith("services/")
    assert not rest.next_page_token


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
        made = stub.CreateRosterImport(roster_pb.CreateRosterImportRequest(parent="agencies/-", **ask))
        content = directory.roster({"units": "intake"}, {"units": "intake"}).encode()
        stub.AppendRosterChunk(roster_pb.AppendRosterChunkRequest(name=made.name, index=0, content=content, **ask))
        stub.RunRosterImport(roster_pb.RunRosterImportRequest(name=made.name, chunks=1, **ask))

        def at():
            found = stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=made.name))
            return found if found.step == roster_pb.RosterImport.APPLYING else None

        wait_until(at, "the import should have checked the file")
        job = person_pb.Job(local_title="Chief", job_class="attorney", units=["intake"])
        changed = stub.UpdateJob(
            person_pb.UpdateJobRequest(parent="agencies/mendocino", person=other.name, job=job, **ask)
        )

    assert changed.jobs[0].local_title == "Chief"
    done = wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=made.name))).state == APPLIED
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
