"""A database that was lost does not start beside a full stream; a consumer that went deaf is found. On real servers."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from servicekit.clock import utc
from servicekit.data.db import Database
from servicekit.events import standing
from servicekit.events.consumers import Subscription
from servicekit.events.standing import DatabaseBehindBusError, Event
from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until


def remember(db, events):
    for event in events:
        db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=str(event.message.number))


@pytest.fixture
def app(kit_app, contract):
    """A service that makes things and hears of them itself."""
    return replace(kit_app, name="maker", subscriptions=[Subscription(contract["ThingMade"], remember)])


@pytest.fixture
def full(launch, app, emit):
    """The service with three events in its stream, stopped; and how to start it again on some database."""
    service = launch(app, role="all")
    for number in (1, 2, 3):
        emit(service.runtime.database, number)
    await_quiet([service.runtime.worker])
    service.close()
    return service


def again(full, launch, app, **settings):
    """Start the service again on the database that it had."""
    return launch(app, **{"role": "all", "database_url": full.runtime.settings.database_url} | settings)


def test_an_empty_database_beside_a_full_stream_refuses_to_start_and_names_the_restore(launch, app, full):
    with pytest.raises(DatabaseBehindBusError, match="database of maker is empty or older") as refused:
        launch(app, role="all")
    assert "docs/runbook/backup.md" in str(refused.value)
    assert "cadre.maker.thing.made.v1" in str(refused.value)


def test_nor_does_the_process_that_only_answers_calls(launch, app, full, nats_server):
    with pytest.raises(DatabaseBehindBusError):
        launch(app, role="serve", nats_url=nats_server.url("maker"))


def test_who_only_answers_calls_starts_without_a_bus(launch, app, full):
    assert launch(app, role="serve", nats_url="nats://127.0.0.1:1").port


def test_a_database_of_an_hour_ago_beside_a_full_stream_refuses_to_start(launch, app, full):
    with full.connect() as connection:
        connection.execute("DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)")
    with pytest.raises(DatabaseBehindBusError, match="its stream holds"):
        again(full, launch, app)


def test_a_database_that_does_not_know_what_it_acknowledged_refuses_to_start(launch, app, full):
    with full.connect() as connection:
        connection.execute("DELETE FROM inbox WHERE event_id = (SELECT id FROM outbox ORDER BY seq DESC LIMIT 1)")
    with pytest.raises(DatabaseBehindBusError, match="maker-maker acknowledged"):
        again(full, launch, app)


def test_a_loss_that_an_operator_accepts_is_said_and_the_service_starts(launch, app, full, capsys):
    started = launch(app, role="all", accept_loss=True)
    assert "loss_accepted" in capsys.readouterr().out
    await_quiet([started.runtime.worker])


def test_a_clock_by_which_everything_is_long_past_is_no_sign_of_a_lost_database(launch, app, full):
    with full.connect() as connection:
        connection.execute("DELETE FROM inbox")
        connection.execute("DELETE FROM outbox")
    assert again(full, launch, app, clock=lambda: utc() + timedelta(days=400)).port


def test_its_own_database_starts_again_and_so_does_a_new_installation(launch, app, full, nats_server, operator, emit):
    service = again(full, launch, app)
    emit(service.runtime.database, 4)
    await_quiet([service.runtime.worker])
    service.close()
    operator(lambda js: js.delete_stream("maker"))
    fresh = launch(app, role="all")
    emit(fresh.runtime.database, 1)
    await_quiet([fresh.runtime.worker])


def test_what_was_laid_aside_was_acknowledged_too(launch, app, full):
    with full.connect() as connection:
        connection.execute(
            "WITH last AS (DELETE FROM inbox WHERE event_id = (SELECT id FROM outbox ORDER BY seq DESC LIMIT 1)"
            " RETURNING consumer, event_id) INSERT INTO dead_letter"
            " (id, consumer, event_id, subject, payload, headers, tries, error, at, state)"
            " SELECT gen_random_uuid(), consumer, event_id, 's', '', '{}', 1, 'e', now(), 'WAITING' FROM last"
        )
    assert again(full, launch, app).port


def test_an_event_that_the_outbox_need_not_hold_any_more_is_no_sign_of_a_lost_database(full):
    database = Database(full.runtime.settings.database_url)
    old = Event("", "cadre.maker.thing.made.v1", uuid.uuid4(), datetime.now(UTC) - timedelta(days=7))
    with database.read() as db:
        standing.require_past(db, "maker", old, [])
        with pytest.raises(DatabaseBehindBusError):
            standing.require_past(db, "maker", replace(old, at=datetime.now(UTC)), [])
    database.dispose()


@pytest.fixture
def later(launch, app):
    """The service a few minutes from now: what happens now happened a while ago for it."""
    return launch(app, role="all", clock=lambda: utc() + timedelta(minutes=5))


@pytest.fixture
def operations(later):
    return later.stub(pb_grpc.OperationsServiceStub, rights=["operations.read", "operations.write"])


def faults(operations):
    return {fault.reason: dict(fault.metadata) for fault in operations.GetStatus(pb.GetStatusRequest()).faults}


def audit(operations):
    return {one.name: one.count for one in operations.RunAudits(pb.RunAuditsRequest()).audits}["events.unheard"]


def test_a_consumer_that_gets_nothing_of_what_its_stream_holds_is_found_whatever_it_says_of_itself(
    launch, app, later, operations, operator, emit
):
    emit(later.runtime.database, 1)
    await_quiet([later.runtime.worker])
    assert (faults(operations), audit(operations)) == ({}, 0)

    # Its index is damaged: it believes that it has delivered what does not exist yet.
    operator(lambda js: js.reset_consumer("maker", "maker-maker", seq=1_000_000))
    emit(later.runtime.database, 2)
    wait_until(lambda: later.runtime.worker.outbox().depth == 0, "it is published")
    status = operations.GetStatus(pb.GetStatusRequest())
    assert [consumer.pending for consumer in status.consumers] == [0], "by its own account nothing waits"

    found = faults(operations)["CONSUMER_DEAF"]
    assert (found["consumer"], found["subject"]) == ("maker-maker", "cadre.maker.thing.made.v1")
    assert audit(operations) == 1

    # As the runbook says: it looks at its place when it starts.
    later.close()
    anew = launch(app, role="all", database_url=later.runtime.settings.database_url, clock=later.runtime.clock)
    await_quiet([anew.runtime.worker])
    operations = anew.stub(pb_grpc.OperationsServiceStub, rights=["operations.read"])
    wait_until(lambda: faults(operations) == {}, "it hears what it missed")
    assert audit(operations) == 0
    with anew.connect() as connection:
        values = connection.execute("SELECT value FROM thing ORDER BY id").fetchall()
    assert values == [("1",), ("2",)], "and nothing twice"


def test_a_service_of_which_no_process_works_says_so(launch, app, later, nats_server):
    serving = launch(
        app,
        role="serve",
        nats_url=nats_server.url("maker"),
        database_url=later.runtime.settings.database_url,
        clock=later.runtime.clock,
    )
    operations = serving.stub(pb_grpc.OperationsServiceStub, rights=["operations.read"])
    wait_until(lambda: faults(operations) == {}, "the other process leads")
    later.runtime.worker.stop()
    wait_until(lambda: "NOBODY_LEADS" in faults(operations), "nobody does")
