"""An operator sees what is stuck, hands it over once more, or lets it go with a reason; and audits count rows."""

import json
import os
import signal
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from servicekit.background.audits import Audit
from servicekit.data.db import Database, count
from servicekit.events.consumers import Subscription
from servicekit.refusals import Refusal
from servicekit.rpc.client import Refused
from servicekit.testing.drain import await_quiet
from servicekit.testing.looking import dicts
from servicekit.testing.waiting import wait_until
from servicekit.watch.operations import purge

RIGHTS = ["operations.read", "operations.write"]


class ThingUnknown(Refusal):
    """The thing means nothing here."""


class Mind:
    """A handler that refuses the numbers in *refused*, and changes its mind when the test says so."""

    def __init__(self):
        self.refused = {13, 14, 15}
        self.message = None

    def __call__(self, db, events):
        for event in events:
            db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=str(event.message.number))
            if event.message.number in self.refused:
                raise ThingUnknown("Nobody knows it.", thing=event.message.number)


@pytest.fixture
def mind():
    return Mind()


@pytest.fixture
def app(kit_app, contract, mind):
    audits = [Audit("things.many", "Things beyond none.", lambda db: count(db, "SELECT count(*) FROM thing"))]
    subscriptions = [Subscription(contract["ThingMade"], mind)]
    return replace(kit_app, name="maker", subscriptions=subscriptions, audits=audits)


@pytest.fixture
def service(launch, app):
    return launch(app, role="all")


@pytest.fixture
def operations(service):
    return service.stub(pb_grpc.OperationsServiceStub, caller="people/7", rights=RIGHTS)


@pytest.fixture
def make(service, emit):
    """Make things, and wait until they are handled or buried."""

    def make(*numbers):
        for number in numbers:
            emit(service.runtime.database, number)
        await_quiet([service.runtime.worker])

    return make


@pytest.fixture
def buried(make, operations):
    """The dead letter of thing 13."""
    make(13)
    (letter,) = operations.ListDeadLetters(pb.ListDeadLettersRequest()).dead_letters
    return letter


def things(service) -> list[str]:
    with service.runtime.database.read() as db:
        return db.values("SELECT value FROM thing ORDER BY id")


def request_id() -> str:
    return str(uuid.uuid4())


def test_a_dead_letter_shows_the_event_and_why_it_could_not_be_handled(buried):
    assert (buried.state, buried.tries) == (pb.DeadLetter.WAITING, 1)
    assert (buried.consumer, buried.subject) == ("maker-maker", "cadre.maker.thing.made.v1")
    assert buried.error.startswith("THING_UNKNOWN {'thing': '13'}")
    assert json.loads(buried.payload) == {"key": "a", "number": "13"}


def test_an_event_that_cannot_be_read_is_shown_in_hexadecimal(service, operations):
    with service.connect() as connection:
        connection.execute(
            "INSERT INTO outbox (id, subject, payload, headers, at)"
            " VALUES (gen_random_uuid(), 'cadre.maker.thing.made.v1', '\\xffff', '{}', now())"
        )
    await_quiet([service.runtime.worker])

    (letter,) = operations.ListDeadLetters(pb.ListDeadLettersRequest()).dead_letters
    assert letter.payload == "ffff"


def test_a_replay_hands_the_event_to_its_handler_once_and_settles_the_dead_letter(service, operations, buried, mind):
    mind.refused.clear()
    request = pb.ReplayDeadLetterRequest(name=buried.name, request_id=request_id())

    answer = operations.ReplayDeadLetter(request)

    assert (answer.state, answer.actor) == (pb.DeadLetter.REPLAYED, "people/7")
    assert operations.ReplayDeadLetter(request) == answer
    assert things(service) == ["13"]
    assert not operations.ListDeadLetters(pb.ListDeadLettersRequest()).dead_letters
    assert len(operations.ListDeadLetters(pb.ListDeadLettersRequest(show_settled=True)).dead_letters) == 1


def test_a_replay_that_fails_again_is_refused_with_the_error_and_the_dead_letter_waits_on(service, operations, buried):
    with pytest.raises(Refused) as refused:
        operations.ReplayDeadLetter(pb.ReplayDeadLetterRequest(name=buried.name, request_id=request_id()))

    assert refused.value.reason == "REPLAY_FAILED"
    assert refused.value.metadata["tries"] == "2"
    assert refused.value.metadata["error"].startswith("THING_UNKNOWN {'thing': '13'}")
    (letter,) = operations.ListDeadLetters(pb.ListDeadLettersRequest()).dead_letters
    assert (letter.state, letter.tries, letter.actor) == (pb.DeadLetter.WAITING, 2, "people/7")
    assert things(service) == []


def test_a_discarded_dead_letter_says_who_gave_it_up_and_why_and_is_settled(operations, buried, service):
    request = pb.DiscardDeadLetterRequest(name=buried.name, reason=" made by mistake ", request_id=request_id())

    answer = operations.DiscardDeadLetter(request)

    assert (answer.state, answer.reason, answer.actor) == (pb.DeadLetter.DISCARDED, "made by mistake", "people/7")
    with pytest.raises(Refused) as refused:
        operations.ReplayDeadLetter(pb.ReplayDeadLetterRequest(name=buried.name, request_id=request_id()))
    assert refused.value.reason == "DEAD_LETTER_SETTLED"
    assert refused.value.metadata == {"dead_letter": buried.name, "state": "DISCARDED"}
    with service.runtime.database.read() as db:
        (audit,) = dicts(
            db, "SELECT actor, reason, before, after FROM audit WHERE method = 'OperationsService/DiscardDeadLetter'"
        )
    assert audit == {
        "actor": "people/7",
        "reason": "made by mistake",
        "before": {"state": "WAITING"},
        "after": {"state": "DISCARDED"},
    }


def test_a_dead_letter_is_not_discarded_without_a_reason(operations, buried):
    with pytest.raises(Refused) as refused:
        operations.DiscardDeadLetter(
            pb.DiscardDeadLetterRequest(name=buried.name, reason="  ", request_id=request_id())
        )

    assert refused.value.reason == "INVALID_FIELD"
    assert set(refused.value.fields) == {"reason"}


def test_a_dead_letter_that_nobody_knows_is_not_found(operations):
    name = f"deadLetters/{uuid.uuid4()}"
    with pytest.raises(Refused) as refused:
        operations.DiscardDeadLetter(pb.DiscardDeadLetterRequest(name=name, reason="gone", request_id=request_id()))

    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": name})


def test_dead_letters_are_listed_newest_first_page_by_page(make, operations):
    for number in (13, 14, 15):
        make(number)

    shown, token = [], ""
    for _ in range(3):
        page = operations.ListDeadLetters(pb.ListDeadLettersRequest(page_size=1, page_token=token))
        shown += [json.loads(letter.payload)["number"] for letter in page.dead_letters]
        token = page.next_page_token
    assert shown == ["15", "14", "13"]
    assert token == ""


def test_the_status_says_what_waits_in_outbox_consumers_and_dead_letters(make, operations):
    make(1, 13)

    status = operations.GetStatus(pb.GetStatusRequest())

    assert (status.service, status.schema_revision) == ("maker", "0005")
    assert (status.outbox_depth, status.outbox_oldest_age_seconds, status.dead_letters) == (0, 0.0, 1)
    (consumer,) = status.consumers
    assert (consumer.name, consumer.stream, consumer.pending, consumer.in_flight) == ("maker-maker", "maker", 0, 0)
    assert 0 <= consumer.seconds_since_fetch < 5


def test_any_process_tells_the_minutes_that_it_remembers_and_what_waited(service, launch, app, nats_server, make):
    make(1)
    server = launch(app, database_url=service.runtime.settings.database_url, nats_url=nats_server.url("maker"))

    for running in (service, server):
        stub = running.stub(pb_grpc.OperationsServiceStub, rights=RIGHTS)
        assert not stub.GetStatus(pb.GetStatusRequest()).minutes
        running.runtime.history.take()

        (minute,) = stub.GetStatus(pb.GetStatusRequest()).minutes

        assert minute.calls > 0
        assert (minute.failures, minute.oldest_seconds, minute.waiting) == (0, 0, 0)
        assert minute.HasField("oldest_seconds")
        assert minute.HasField("waiting")
        assert abs(minute.end_time.ToSeconds() - running.runtime.clock().timestamp()) < 60


def test_without_the_bus_a_minute_says_how_long_the_oldest_waited_alone(service, operations, nats_server):
    nats_server.stop()
    service.runtime.history.take()

    (minute,) = operations.GetStatus(pb.GetStatusRequest()).minutes

    assert (minute.HasField("oldest_seconds"), minute.HasField("waiting")) == (True, False)


@pytest.mark.parametrize("hangs", [False, True], ids=["gone", "hangs"])
def test_the_status_is_told_although_the_bus_does_not_answer(make, operations, nats_server, hangs):
    make(13)
    pid = nats_server.pid
    if hangs:
        os.kill(pid, signal.SIGSTOP)
    else:
        nats_server.stop()
    try:
        status = operations.GetStatus(pb.GetStatusRequest())
    finally:
        if hangs:
            os.kill(pid, signal.SIGCONT)

    assert status.dead_letters == 1
    assert not status.consumers
    faults = {fault.reason: dict(fault.metadata) for fault in status.faults}
    assert faults["BUS_UNREACHABLE"]["error"].startswith("NATS does not answer")
    assert faults["DEAD_LETTERS_WAIT"] == {"letters": "1"}


def test_a_process_that_only_answers_calls_knows_the_consumers_of_the_one_that_works(
    service, launch, app, nats_server, make
):
    make(1)
    server = launch(app, database_url=service.runtime.settings.database_url, nats_url=nats_server.url("maker"))
    stub = server.stub(pb_grpc.OperationsServiceStub, rights=RIGHTS)

    def consumers():
        return list(stub.GetStatus(pb.GetStatusRequest()).consumers)

    (consumer,) = wait_until(consumers, "consumers are known")
    assert (consumer.name, consumer.pending) == ("maker-maker", 0)


def audits(operations) -> dict[str, int]:
    return {audit.name: audit.count for audit in operations.RunAudits(pb.RunAuditsRequest()).audits}


def test_audits_count_by_the_rows_the_kits_and_the_services_own(make, operations):
    make(1, 2, 13)

    assert audits(operations) == {
        "outbox.unpublished": 0,
        "dead_letters.waiting": 1,
        "inbox.duplicates": 0,
        "things.many": 2,
        "events.duplicates": 0,
        "events.unheard": 0,
    }


def test_the_audits_find_a_message_in_the_stream_for_which_no_event_was_published(service, make, operations):
    make(1, 2)
    with service.connect() as connection:
        connection.execute("DELETE FROM outbox WHERE seq = 1")

    assert audits(operations)["events.duplicates"] == 1


def test_the_audits_find_an_event_that_nobody_publishes(service, make, operations):
    make(1)
    service.runtime.worker.stop()
    with service.connect() as connection:
        connection.execute("UPDATE outbox SET published_at = NULL, at = at - interval '1 day'")

    found = audits(operations)

    assert found["outbox.unpublished"] == 1
    assert "events.duplicates" not in found  # nobody can count without the bus


def found(operations):
    """What the job of the audits found last, by their names."""
    return {audit.name: audit for audit in operations.ListAudits(pb.ListAuditsRequest()).audits}


def count_now(operations):
    """Have the audits counted in the background, and give what was found."""

    def counting():
        return operations.ListAudits(pb.ListAuditsRequest()).job

    before = counting().runs
    operations.RunJob(pb.RunJobRequest(name="jobs/audits", request_id=request_id()))
    wait_until(lambda: counting().runs > before and not counting().running, counting)
    return found(operations)


def test_what_the_audits_found_in_the_background_is_kept_with_its_time_and_shown_to_the_metrics(
    service, make, operations
):
    before = count_now(operations)
    assert set(before) == set(audits(operations))
    make(1, 2, 13)

    after = count_now(operations)
    assert (after["things.many"].count, after["dead_letters.waiting"].count) == (2, 1)
    counted = after["things.many"]
    assert counted.count_time.ToDatetime() > before["things.many"].count_time.ToDatetime()
    assert 0 < counted.count_seconds < 10
    assert counted.description == "Things beyond none."
    metric = service.runtime.registry.get_sample_value
    wait_until(lambda: metric("cadre_audit_rows", {"audit": "things.many"}) == 2, "the metric says so")


def test_an_audit_that_cannot_be_counted_without_the_bus_keeps_what_it_found(service, make, operations):
    make(1)
    last = count_now(operations)
    service.runtime.worker.stop()
    with service.runtime.database.transaction(actor="test", method="make") as db:
        db.run("INSERT INTO thing (value) VALUES ('2')")

    now = count_now(operations)
    assert now["things.many"].count == 2
    assert now["events.duplicates"] == last["events.duplicates"]


def test_an_audit_that_fails_is_named_and_the_others_are_counted(launch, app):
    broken = Audit("things.broken", "Things that nobody can count.", lambda db: count(db, "SELECT 1 / 0"))
    service = launch(replace(app, audits=[broken, *app.audits]), role="all")
    operations = service.stub(pb_grpc.OperationsServiceStub, caller="people/7", rights=RIGHTS)
    with service.runtime.database.transaction(actor="test", method="make") as db:
        db.run("INSERT INTO thing (value) VALUES ('1')")
        db.changed("things/1")

    now = {audit.name: audit for audit in operations.RunAudits(pb.RunAuditsRequest()).audits}
    assert now["things.broken"].error.startswith("DivisionByZero: division by zero")
    assert {name for name, audit in now.items() if audit.error} == {"things.broken"}
    assert now["things.many"].count == 1

    kept = count_now(operations)
    assert not kept["things.broken"].HasField("count_time")
    assert kept["things.many"].count == 1
    assert kept["events.duplicates"].HasField("count_time")
    job = operations.ListAudits(pb.ListAuditsRequest()).job
    assert "things.broken: DivisionByZero" in job.last_error
    faults = operations.GetStatus(pb.GetStatusRequest()).faults
    assert [fault.reason for fault in faults if fault.metadata.get("job") == "audits"] == ["JOB_FAILED"]


def test_a_job_whose_time_has_passed_and_that_nobody_runs_is_a_fault(launch, app):
    served = launch(app)
    with served.connect() as connection:
        connection.execute(
            "INSERT INTO background_job (name, every_seconds, next_run, paused_at, pause_reason) VALUES"
            " ('purge', 60, now() - interval '2 hours', NULL, ''),"
            " ('audits', 60, now() - interval '2 hours', now(), 'a look at it')"
        )
    operations = served.stub(pb_grpc.OperationsServiceStub, rights=RIGHTS)

    faults = {fault.metadata.get("job"): fault for fault in operations.GetStatus(pb.GetStatusRequest()).faults}

    assert (faults["purge"].reason, faults["purge"].metadata["minutes"]) == ("JOB_OVERDUE", "120")
    assert faults["audits"].reason == "JOB_PAUSED"


def test_the_purge_deletes_only_what_has_served_its_time(kit_database):
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    database = Database(kit_database)
    with database.engine.begin() as connection:
        for days in (6, 8, 34, 36):
            at = now - timedelta(days=days)
            for table, columns in (
                ("outbox (id, subject, payload, headers, at, published_at)", "gen_random_uuid(), '', '', '{}', %s, %s"),
                (
                    "idempotency (caller, method, request_id, request_sha256, answer, at)",
                    "'', gen_random_uuid(), '', '', '', %s",
                ),
                ("inbox (consumer, event_id, at)", "'c', gen_random_uuid(), %s"),
                (
                    "handler_failure (consumer, event_id, tries, error, at)",
                    "'c', gen_random_uuid(), 1, 'e', %s",
                ),
            ):
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({columns})", (at,) * columns.count("%s"))
        connection.exec_driver_sql(
            "INSERT INTO outbox (id, subject, payload, headers, at) VALUES (gen_random_uuid(), '', '', '{}', %s)",
            (now - timedelta(days=90),),
        )
        connection.exec_driver_sql(
            "INSERT INTO handler_failure SELECT consumer, event_id, 1, 'handled since', %s FROM inbox", (now,)
        )

    purge(database, now)

    with database.read() as db:
        kept = {
            table: count(db, f"SELECT count(*) FROM {table}")
            for table in ("outbox", "idempotency", "inbox", "handler_failure")
        }
        (audit,) = dicts(db, "SELECT actor, after FROM audit")
    database.dispose()
    assert kept == {"outbox": 2, "idempotency": 1, "inbox": 3, "handler_failure": 3}
    assert audit == {
        "actor": "jobs/purge",
        "after": {"outbox": 3, "idempotency": 3, "inbox": 1, "handler_failure": 5},
    }
