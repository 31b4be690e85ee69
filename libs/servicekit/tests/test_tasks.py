"""What is done later: deferred with the write that asks for it, done step by step, tried again, and never lost."""

import threading
import uuid
from dataclasses import replace

import pytest

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from servicekit.background import tasks
from servicekit.background.runner import Kind, NotNowError, TaskRunner
from servicekit.data.db import Database
from servicekit.metrics import new_registry
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

RIGHTS = ["operations.read", "operations.write"]
STEPS = 4


class Work:
    """Makes four things, one a step; can be held up before one of them, and fails at it while told to."""

    def __init__(self):
        self.held_at = 0
        self.broken_at = 0
        self.rests_after = 0
        self.begun = []
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.given_up = []

    def run(self, task):
        """Make things."""
        self.begun.append(task.task.key)
        done = -1
        while done < STEPS:
            with task.step() as db:
                made = db.value("SELECT count(*) FROM thing WHERE value LIKE %(like)s", like=f"{task.task.key}-%") + 1
                if made > STEPS:
                    task.end(db)
                    return
                if made == self.held_at:
                    self.reached.set()
                    assert self.go_on.wait(60)
                if made == self.broken_at:
                    raise ZeroDivisionError("no thing")
                db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=f"{task.task.key}-{made}")
                db.changed("things/-", after={"made": made})
                task.progress(db, made, STEPS)
                done = made
                if done == STEPS:
                    task.end(db)
            if done == self.rests_after:
                self.reached.set()
                assert self.go_on.wait(60)

    def give_up(self, db, task):
        """Note it; a task that may go on does what failed no more."""
        self.given_up.append(task.key)
        if task.payload.get("goes_on"):
            self.broken_at = 0
        return bool(task.payload.get("goes_on"))


@pytest.fixture
def work():
    made = Work()
    yield made
    made.go_on.set()


@pytest.fixture
def app(kit_app, work):
    return replace(kit_app, name="maker", tasks=[Kind("make", work.run, work.give_up, pauses=(0.01, 0.01))])


@pytest.fixture
def service(launch, app):
    return launch(app, tasks=True)


@pytest.fixture
def operations(service):
    return service.stub(pb_grpc.OperationsServiceStub, caller="people/7", rights=RIGHTS)


def defer(database, *keys, **payload):
    with database.transaction(actor="people/1", method="test", resource="things/-") as db:
        for key in keys:
            tasks.defer(db, "make", key, actor="people/1", payload=payload)


def things(service):
    with service.connect() as connection:
        return [row[0] for row in connection.execute("SELECT value FROM thing ORDER BY id")]


def of(key):
    return [f"{key}-{n}" for n in range(1, STEPS + 1)]


def listed(operations, **page):
    return operations.ListTasks(pb.ListTasksRequest(**page)).tasks


def test_a_task_is_done_soon_after_the_write_that_defers_it_and_is_gone(service, operations):
    defer(service.runtime.database, "a", "b", "a")

    wait_until(lambda: not listed(operations), "both should have been done")
    assert sorted(things(service)) == of("a") + of("b"), "asked for twice in one write, it is done once"
    with service.connect() as connection:
        query = "SELECT DISTINCT actor, method, resource FROM audit WHERE resource = 'things/-' AND method <> 'test'"
        assert connection.execute(query).fetchall() == [("people/1", "tasks/make", "things/-")]


def test_a_task_that_is_to_begin_later_lets_those_go_first_that_are_asked_for_after_it(service, operations):
    with service.runtime.database.transaction(actor="people/1", method="test", resource="things/-") as db:
        tasks.defer(db, "make", "a", actor="people/1", after=1.0)
        tasks.defer(db, "make", "b", actor="people/1")

    wait_until(lambda: not listed(operations), "both should have been done")
    assert things(service) == of("b") + of("a")


def test_a_task_that_is_asked_for_again_between_its_steps_is_done_again(service, operations, work):
    work.rests_after = 2
    defer(service.runtime.database, "a")
    assert work.reached.wait(60)

    defer(service.runtime.database, "a")
    work.go_on.set()

    wait_until(lambda: not listed(operations), "it should have been done")
    assert work.begun == ["a", "a"]
    assert things(service) == of("a")


def test_a_write_that_fails_defers_nothing(service, operations):
    with pytest.raises(ValueError, match="no"), service.runtime.database.transaction(actor="a", method="m") as db:
        tasks.defer(db, "make", "a", actor="people/1")
        raise ValueError("no")

    assert listed(operations) == []
    assert not db.events


def test_a_task_says_how_far_it_is_and_a_process_that_stops_leaves_it_to_the_next(service, work, app, launch):
    work.held_at = 3
    database, url = service.runtime.database, service.runtime.settings.database_url
    defer(database, "a")
    assert work.reached.wait(60)
    with database.read() as db:
        (seen,) = tasks.listed(db, after=None, limit=10)
    stopping = threading.Thread(target=service.runtime.stop)
    stopping.start()
    wait_until(lambda: database.stopping.begun, "it should be stopping")
    work.go_on.set()
    stopping.join()
    before = things(service)

    work.held_at = 0
    launch(app, tasks=True, database_url=url)

    assert (seen.done, seen.total, seen.tries, seen.actor) == (2, STEPS, 0, "people/1")
    assert before in (of("a")[:2], of("a")[:3])
    wait_until(lambda: things(service) == of("a"), "the next process should have gone on")


def test_a_step_that_loses_its_connection_is_done_again_and_counts_as_no_failure(service, operations, work):
    work.held_at = 2
    defer(service.runtime.database, "a")
    assert work.reached.wait(60)
    with service.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            " AND datname = current_database()"
        )
    work.held_at = 0
    work.go_on.set()

    wait_until(lambda: not listed(operations), "it should have gone on")
    assert things(service) == of("a")
    assert service.runtime.registry.get_sample_value("cadre_task_failures_total", {"task": "make"}) == 0


def test_what_fails_at_its_last_try_stays_to_be_seen_and_is_tried_again_when_asked(service, operations, work):
    work.broken_at = 3
    defer(service.runtime.database, "a")
    defer(service.runtime.database, "b")
    wait_until(lambda: [one.state for one in listed(operations)] == [pb.Task.FAILED] * 2, "both should have failed")
    (failed, other) = listed(operations)
    metric = service.runtime.registry.get_sample_value
    wait_until(lambda: metric("cadre_tasks_failed", {"task": "make"}) == 2, "the gauge should say so")
    status = operations.GetStatus(pb.GetStatusRequest())

    work.broken_at = 0
    ask = {"name": failed.name, "request_id": str(uuid.uuid4())}
    tried = operations.RetryTask(pb.RetryTaskRequest(**ask))

    assert (failed.kind, failed.key, failed.tries, failed.done, failed.total) == ("make", "a", 3, 2, STEPS)
    assert failed.last_error.startswith("ZeroDivisionError: no thing (test_tasks.py:")
    assert not failed.HasField("next_try_time")
    assert work.given_up == ["a", "b"]
    assert [(one.reason, dict(one.metadata)) for one in status.faults if one.reason == "TASKS_FAILED"] == [
        ("TASKS_FAILED", {"kind": "make", "tasks": "2"})
    ]
    assert (tried.state, tried.tries) == (pb.Task.WAITING, 0)
    wait_until(lambda: [one.key for one in listed(operations)] == ["b"], "it should have been done")
    assert things(service) == [*of("a")[:2], *of("b")[:2], *of("a")[2:]]
    assert operations.RetryTask(pb.RetryTaskRequest(**ask)) == tried, "the same request again does nothing"
    with pytest.raises(Refused) as gone:
        operations.RetryTask(pb.RetryTaskRequest(name=failed.name, request_id=str(uuid.uuid4())))
    assert gone.value.reason == "NOT_FOUND"
    assert [one.name for one in listed(operations)] == [other.name]


def test_a_task_that_is_given_up_in_part_goes_on(service, operations, work):
    work.broken_at = 2
    defer(service.runtime.database, "a", goes_on=True)

    wait_until(lambda: not listed(operations), "it should have gone on")
    assert work.given_up == ["a"]
    assert things(service) == of("a")


def test_tasks_are_listed_page_by_page_what_failed_first(service, operations, work):
    work.broken_at = 1
    defer(service.runtime.database, "late")
    wait_until(lambda: [one.state for one in listed(operations)] == [pb.Task.FAILED], "it should have failed")
    service.runtime.tasks.stop()
    defer(service.runtime.database, "a", "b", "c")

    first = operations.ListTasks(pb.ListTasksRequest(page_size=2))
    rest = operations.ListTasks(pb.ListTasksRequest(page_size=2, page_token=first.next_page_token))

    assert first.tasks[0].key == "late"
    assert sorted(one.key for one in (*first.tasks[1:], *rest.tasks)) == ["a", "b", "c"]
    assert rest.next_page_token == ""


def test_only_the_process_that_leads_does_tasks_and_two_that_think_so_do_no_step_twice(launch, app, work):
    service = launch(app)
    database = service.runtime.database
    runners = [TaskRunner(database, app.tasks, new_registry()) for _ in range(3)]
    leads = [lambda: False, lambda: True, lambda: True]
    defer(database, *"abcdefgh")

    for runner, one in zip(runners, leads, strict=True):
        runner.start(leads=one)
    try:
        wait_until(lambda: len(things(service)) == 8 * STEPS, "all should have been done")
    finally:
        for runner in runners:
            runner.stop()
    assert sorted(things(service)) == [thing for key in "abcdefgh" for thing in of(key)]


def test_a_process_that_no_longer_leads_takes_no_further_step(service, work):
    led = [True]

    def run(task):
        with task.step():
            led[0] = False
        with pytest.raises(NotNowError), task.step():
            work.reached.set()
        raise NotNowError

    database: Database = service.runtime.database
    runner = TaskRunner(database, [Kind("leave", run)], new_registry())
    with database.transaction(actor="people/1", method="test", resource="things/-") as db:
        tasks.defer(db, "leave", "a", actor="people/1")
    runner.start(leads=lambda: led[0])
    wait_until(lambda: not led[0], "the step should have been taken")
    runner.stop()

    assert not work.reached.is_set()
    with database.read() as db:
        (left,) = tasks.listed(db, after=None, limit=10)
    assert (left.tries, left.error) == (0, "")
