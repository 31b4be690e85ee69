"""What becomes of a roster file whose process stops: nothing is half done, and the next process takes it up."""

import threading
from contextlib import contextmanager

from cadre.directory.v1 import roster_service_pb2 as pb
from directory.app import APP
from servicekit.background.runner import TaskRunner
from servicekit.metrics import new_registry
from servicekit.testing.waiting import wait_until


@contextmanager
def held_up(directory):
    """A file that is being applied, meanwhile, and waits for somebody who changes one of its people."""
    stub, ask = directory.as_whole("roster.import"), {"request_id": directory.request_id()}
    directory.hire(staff_number="S-000002")
    with directory.running.connect() as connection, connection.transaction():
        connection.execute("SELECT * FROM person WHERE staff_number = 'S-000002' FOR UPDATE")
        made = stub.CreateRosterImport(pb.CreateRosterImportRequest(parent="agencies/-", **ask))
        content = directory.roster({}, {"units": "intake"}, {}).encode()
        stub.AppendRosterChunk(pb.AppendRosterChunkRequest(name=made.name, index=0, content=content, **ask))
        stub.RunRosterImport(pb.RunRosterImportRequest(name=made.name, chunks=1, **ask))
        wait_until(lambda: state_of(directory, made.name)[2] == "APPLYING", "the file should be about to be applied")
        yield made.name


def state_of(directory, name):
    """State, failed tries and step of an import."""
    with directory.running.connect() as connection:
        return connection.execute(
            "SELECT state, tries, step FROM roster_import LEFT JOIN roster_progress ON import_id = id WHERE id = %s",
            [name.removeprefix("rosterImports/")],
        ).fetchone()


def test_a_process_that_stops_leaves_its_file_to_the_next_one(directory, launch):
    with held_up(directory) as name:
        directory.running.runtime.stop()

        assert [thread.name for thread in threading.enumerate() if thread.name.startswith("tasks")] == []
        assert directory.running.runtime.database.pool().in_use == 0
        assert state_of(directory, name)[:2] == ("RUNNING", 0), "it neither failed nor ended"

    launch(APP, database_url=directory.running.runtime.settings.database_url, tasks=True)
    wait_until(lambda: state_of(directory, name)[0] == "APPLIED", "the next process should have taken it up")
    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (3,)


def test_a_process_that_stops_begins_no_file(directory):
    runtime = directory.running.runtime
    with held_up(directory) as name:
        runtime.stop()
        before = begun(directory)
        runner = TaskRunner(runtime.database, APP.tasks, new_registry())

        runner.start(leads=lambda: True)
        wait_until(lambda: begun(directory) > before, "it should have looked for work")
        runner.stop()
        runtime.database.dispose()

        assert state_of(directory, name)[:2] == ("RUNNING", 0)


def begun(directory):
    """When somebody last began with the task."""
    with directory.running.connect() as connection:
        return connection.execute("SELECT last_start FROM task").fetchone()
