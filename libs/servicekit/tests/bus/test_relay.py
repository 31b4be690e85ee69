"""What a service commits reaches the stream: once, in order, whatever is killed in between."""

import os
import signal
import subprocess
import sys
import uuid

import pytest
from sqlalchemy.exc import DBAPIError

from servicekit.events.bus import BusError
from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until

INSERT = "INSERT INTO outbox (id, subject, payload, headers, at) VALUES (%s, %s, %s, '{}', now())"
SUBJECT = "cadre.maker.thing.made.v1"

# Commits one event as a process that answers calls would, and is killed before anybody publishes it.
DYING = """
import os, signal, sys
from servicekit.data.db import Database, PendingEvent

with Database(sys.argv[1]).transaction(actor="people/1", method="Make") as db:
    db.events.append(PendingEvent("cadre.maker.thing.made.v1", bytes.fromhex("0a01611007"), {}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def unpublished(station) -> int:
    return station.worker.outbox().depth


def forget_that_they_are_published(station) -> None:
    station.execute("UPDATE outbox SET published_at = NULL")


def test_an_event_carries_the_attributes_of_cloudevents_and_the_trace_of_the_call_that_caused_it(maker, operator):
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    event_id = uuid.uuid4()
    maker.execute(
        "INSERT INTO outbox (id, subject, payload, headers, at)"
        " VALUES (%s, %s, '', jsonb_build_object('traceparent', %s::text), '2026-11-23T09:00-08:00')",
        [event_id, SUBJECT, trace],
    )
    await_quiet([maker.worker])

    message = operator(lambda js: js.get_msg("maker", 1))
    assert message.subject == SUBJECT
    assert message.headers == {
        "Nats-Msg-Id": str(event_id),
        "traceparent": trace,
        "ce-specversion": "1.0",
        "ce-id": str(event_id),
        "ce-source": "services/maker",
        "ce-type": SUBJECT,
        "ce-time": "2026-11-23T17:00:00+00:00",
    }


def test_an_event_with_a_lower_number_that_commits_later_is_published(maker, hear):
    hearer = hear()
    with maker.connect(autocommit=False) as slow:
        slow.execute(INSERT, [uuid.uuid4(), SUBJECT, bytes.fromhex("0a01731001")])
        maker.execute(INSERT, [uuid.uuid4(), SUBJECT, bytes.fromhex("0a01661002")])
        await_quiet([maker.worker, hearer.worker])
        assert hearer.heard() == ["f2"]
    await_quiet([maker.worker, hearer.worker])

    assert hearer.heard() == ["f2", "s1"]


def test_what_the_stream_holds_already_counts_as_published(maker):
    maker.make(1, 2, 3)
    await_quiet([maker.worker])

    forget_that_they_are_published(maker)
    await_quiet([maker.worker])

    assert unpublished(maker) == 0
    assert maker.worker.bus().messages == 3
    assert maker.metric("cadre_relay_published_total") == 6


def test_a_batch_of_which_the_stream_holds_a_later_event_already_is_published_whole(maker):
    with maker.connect(autocommit=False) as slow:
        maker.execute(INSERT, [uuid.uuid4(), SUBJECT, b""])
        slow.execute(INSERT, [uuid.uuid4(), SUBJECT, b""])
        for _ in range(3):
            maker.execute(INSERT, [uuid.uuid4(), SUBJECT, b""])
        await_quiet([maker.worker])
        assert maker.worker.bus().messages == 4

        # As if the relay had been killed before it could mark the four, and started again after this commit.
        slow.execute("UPDATE outbox SET published_at = NULL")
    await_quiet([maker.worker])

    assert maker.worker.bus().messages == 5
    assert maker.metric("cadre_relay_published_total") == 9
    (numbers,) = maker.rows("SELECT count(*) AS rows, count(published_at) AS published FROM outbox")
    assert numbers == {"rows": 5, "published": 5}


def test_of_two_processes_of_a_service_one_publishes_and_the_other_takes_over_when_it_stops(maker, stations):
    second = stations("maker", url=maker.database.url)
    wait_until(lambda: maker.worker.leads, "the first leads")
    second.worker.start()
    maker.make(1)
    await_quiet([maker.worker])
    assert second.metric("cadre_relay_published_total") == 0
    assert not second.worker.leads

    maker.worker.stop()
    wait_until(lambda: second.worker.leads, "the second leads")
    second.make(2)
    await_quiet([second.worker])

    assert second.metric("cadre_relay_published_total") == 1


def test_a_relay_whose_connection_is_cut_leads_again(maker):
    wait_until(lambda: maker.worker.leads, "it leads")
    with maker.connect() as connection:
        cut = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'maker-relay' AND datname = current_database()"
        ).fetchall()
    assert cut == [(True,)]
    maker.make(1, 2)

    await_quiet([maker.worker])

    assert maker.worker.bus().messages == 2


def test_a_commit_in_a_process_that_does_not_publish_wakes_the_one_that_does(maker, stations):
    server = stations("maker", url=maker.database.url)
    server.worker.announce()
    wait_until(lambda: maker.worker.leads, "it leads")

    with server.connect() as listener:
        listener.execute("LISTEN outbox")
        server.make(1)
        assert [notice.channel for notice in listener.notifies(timeout=60, stop_after=1)] == ["outbox"]
    await_quiet([maker.worker])
    assert maker.worker.bus().messages == 1


def test_an_event_whose_process_is_killed_between_commit_and_publish_is_heard(stations, hear):
    maker, hearer = stations("maker"), hear()
    process = subprocess.run([sys.executable, "-c", DYING, maker.database.url], timeout=60, check=False)
    assert process.returncode == -signal.SIGKILL
    assert unpublished(maker) == 1

    maker.worker.start()
    await_quiet([maker.worker, hearer.worker])

    assert hearer.heard() == ["a7"]


def test_nats_killed_under_load_loses_nothing_and_keeps_the_order_of_each_key(maker, hear, nats_server):
    hearer = hear()
    for number in range(600):
        maker.make(number, key="ab"[number % 2])
        if number == 200:
            os.kill(nats_server.pid, signal.SIGKILL)
        if number == 400:
            nats_server.stop()
            nats_server.start()
    await_quiet([maker.worker, hearer.worker])

    heard = hearer.heard()
    assert [value for value in heard if value.startswith("a")] == [f"a{n}" for n in range(0, 600, 2)]
    assert [value for value in heard if value.startswith("b")] == [f"b{n}" for n in range(1, 600, 2)]
    assert maker.worker.bus().messages == 600


def test_postgresql_restarted_under_load_loses_nothing_and_buries_nothing(maker, hear, postgres_server):
    def tried_again(work) -> None:
        def works() -> bool:
            try:
                work()
            except DBAPIError:  # the caller of a service would be told UNAVAILABLE, and try again
                return False
            return True

        wait_until(works, "the database is back")

    hearer = hear()
    for number in range(300):
        tried_again(lambda: maker.make(number))  # noqa: B023 - called in this turn only
        if number == 150:
            postgres_server.stop()
            postgres_server.start()
    tried_again(lambda: await_quiet([maker.worker, hearer.worker]))

    assert sorted(hearer.heard()) == sorted(f"a{n}" for n in range(300))
    assert hearer.rows("SELECT * FROM dead_letter") == []
    assert hearer.rows("SELECT * FROM handler_failure") == []


def test_an_event_that_nats_would_not_take_fails_the_transaction_that_emits_it(maker):
    with pytest.raises(ValueError, match="cut it up"):
        maker.make(1, key="a" * 1_000_001)

    assert maker.rows("SELECT id FROM outbox") == []


def test_without_its_bus_a_service_that_works_does_not_start(stations, nats_server):
    maker = stations("maker")
    nats_server.stop()

    with pytest.raises(BusError, match="NATS cannot be reached"):
        maker.worker.start()
    assert not maker.worker.leads


def test_without_an_address_of_the_bus_a_service_that_works_does_not_start(stations):
    maker = stations("maker")
    maker.worker._url = ""

    with pytest.raises(BusError, match="CADRE_NATS_URL is not set"):
        maker.worker.start()
