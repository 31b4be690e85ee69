"""An event is handled once; what cannot be handled is laid aside while the rest flows."""

import threading
from dataclasses import asdict

import psycopg
import pytest
from nats.js import api
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from servicekit import trace
from servicekit.events.consumers import Subscription, explain, is_outage, sqlstate_of
from servicekit.refusals import Kind, Refusal
from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until

LETTERS = "SELECT subject, tries, state, error, consumer FROM dead_letter ORDER BY at"


class ThingUnknown(Refusal):
    """The things's number means nothing here."""


class ThingInHand(Refusal):
    """Somebody has it in hand: try again soon."""

    kind = Kind.BUSY


def test_what_is_committed_is_heard_in_order_with_the_time_at_which_it_became_true(maker, hear):
    times = set()

    def handler(db, events):
        times.update(event.at.isoformat() for event in events)
        remember_all(db, events)

    hearer = hear(handler)
    for number in range(50):
        maker.make(number)
    await_quiet([maker.worker, hearer.worker])

    assert hearer.heard() == [f"a{n}" for n in range(50)]
    assert times == {"2026-11-23T17:00:00+00:00"}


def remember_all(db, events):
    values = [f"{event.message.key}{event.message.number}" for event in events]
    db.run("INSERT INTO thing (value) SELECT unnest(%(values)s::text[])", values=values)


def refuse_thirteen(error):
    """A handler that remembers all things but number 13; and the sizes of the batches it got."""
    sizes = []

    def handler(db, events):
        sizes.append(len(events))
        remember_all(db, events)
        if any(event.message.number == 13 for event in events):
            raise error

    return handler, sizes


def test_an_event_that_is_delivered_again_is_handled_once(maker, hear, operator):
    hearer = hear()
    maker.make(1, 2, 3)
    await_quiet([maker.worker, hearer.worker])

    operator(lambda js: js.reset_consumer("maker", "hearer-maker", seq=1))
    counted = {"subject": "cadre.maker.thing.made.v1", "outcome": "duplicate"}
    wait_until(lambda: hearer.metric("cadre_events_handled_total", **counted) == 3, "delivered again")
    await_quiet([maker.worker, hearer.worker])

    assert hearer.heard() == ["a1", "a2", "a3"]


def test_an_event_that_is_twice_in_the_stream_is_handled_once(maker, hear, operator):
    async def remember_ids_briefly(js):
        config = (await js.stream_info("maker")).config
        await js.update_stream(config.evolve(duplicate_window=0.1))

    hearer = hear()
    operator(remember_ids_briefly)
    maker.make(1)

    def is_there_twice():
        maker.execute("UPDATE outbox SET published_at = NULL")
        await_quiet([maker.worker, hearer.worker])
        return maker.worker.bus().messages > 1

    wait_until(is_there_twice, "the stream took the event twice")
    assert hearer.heard() == ["a1"]


def test_an_event_that_cannot_be_read_is_buried_at_once_and_the_next_is_handled(maker, hear):
    hearer = hear()
    maker.execute(
        "INSERT INTO outbox (id, subject, payload, headers, at)"
        " VALUES (gen_random_uuid(), 'cadre.maker.thing.made.v1', '\\xffff', '{}', now())"
    )
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    (letter,) = hearer.rows(LETTERS)
    assert (letter["subject"], letter["tries"], letter["state"]) == ("cadre.maker.thing.made.v1", 1, "WAITING")
    assert letter["error"].startswith("DecodeError")
    assert hearer.heard() == ["a1"]


def test_an_event_that_is_refused_is_buried_at_once_with_reason_and_metadata(maker, hear):
    handler, _ = refuse_thirteen(ThingUnknown("Nobody knows it.", thing="things/13"))
    hearer = hear(handler)
    maker.make(12, 13, 14)
    await_quiet([maker.worker, hearer.worker])

    (letter,) = hearer.rows(LETTERS)
    assert letter["tries"] == 1
    assert letter["error"].startswith("THING_UNKNOWN {'thing': 'things/13'}")
    assert hearer.heard() == ["a12", "a14"]


def test_an_event_that_others_are_in_the_way_of_is_tried_again(maker, hear):
    calls = []

    def handler(db, events):
        calls.append(len(events))
        if len(calls) == 1:
            raise ThingInHand("Somebody has it in hand.")
        remember_all(db, events)

    hearer = hear(handler)
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    assert (calls, hearer.heard(), hearer.rows(LETTERS)) == ([1, 1], ["a1"], [])


def test_a_handler_that_fails_is_tried_five_times_while_the_rest_flows_and_then_the_event_is_buried(maker, hear):
    handler, sizes = refuse_thirteen(ValueError("out of luck"))
    hearer = hear(handler)
    maker.make(13)
    maker.make(14)
    wait_until(lambda: hearer.heard() == ["a14"], "the next is handled")
    assert hearer.rows(LETTERS) == []

    await_quiet([maker.worker, hearer.worker])

    (letter,) = hearer.rows(LETTERS)
    assert letter["tries"] == 5
    assert letter["error"].startswith("ValueError: out of luck (test_consumers.py:")
    assert letter["consumer"] == "hearer-maker"
    assert sizes.count(1) >= 5
    assert hearer.heard() == ["a14"]
    (audit,) = hearer.rows("SELECT actor, resource FROM audit WHERE resource LIKE 'deadLetters/%%'")
    assert audit["actor"] == "services/hearer"


def test_a_batch_that_fails_is_handled_one_by_one_and_only_the_guilty_event_is_laid_aside(maker, hear):
    handler, sizes = refuse_thirteen(ThingUnknown("Nobody knows it.", thing="things/13"))
    maker.make(*range(20))
    await_quiet([maker.worker])

    hearer = hear(handler)
    await_quiet([maker.worker, hearer.worker])

    assert sizes == [20] + 20 * [1]
    assert hearer.heard() == [f"a{n}" for n in range(20) if n != 13]


def test_nothing_is_quiet_before_the_consumer_that_has_everything_to_do_is_made(maker, stations, contract):
    maker.make(1)
    await_quiet([maker.worker])
    hearer = stations("hearer", [Subscription(contract["ThingMade"], remember_all)])

    with pytest.raises(AssertionError, match=r"all events handled; seen last: .*consumers=\(\)"):
        await_quiet([maker.worker, hearer.worker], seconds=0.2)

    hearer.worker.start()
    await_quiet([maker.worker, hearer.worker])
    assert hearer.heard() == ["a1"]


def test_a_lost_database_connection_uses_up_no_try(maker, hear):
    calls = []

    def handler(db, events):
        calls.append(len(events))
        if len(calls) < 8:
            db.run("SELECT pg_terminate_backend(pg_backend_pid())")
        remember_all(db, events)

    hearer = hear(handler)
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    assert len(calls) == 8
    assert hearer.heard() == ["a1"]
    assert hearer.rows("SELECT * FROM handler_failure") == []
    assert hearer.rows(LETTERS) == []


@pytest.mark.parametrize(
    ("sqlstate", "outage"),
    [
        ("08006", True),  # connection failure
        ("25006", True),  # the server became a read-only copy
        ("53100", True),  # disk full
        ("53300", True),  # too many connections
        ("57P01", True),  # shut down
        ("58030", True),  # input or output error
        ("22012", False),  # division by zero
        ("23505", False),  # unique violation
        ("40P01", False),  # deadlock
        ("55P03", False),  # lock not available
        ("57014", False),  # the statement took too long
    ],
)
def test_only_what_says_that_the_database_does_not_work_is_an_outage(kit_database, sqlstate, outage):
    engine = create_engine(kit_database, poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{sqlstate}'; END $$")

    assert sqlstate_of(raised.value) == sqlstate
    assert is_outage(raised.value) is outage


def test_a_database_that_cannot_be_reached_is_an_outage(postgres_server):
    engine = create_engine(postgres_server.url("no_such_database"), poolclass=NullPool)
    with pytest.raises(DBAPIError) as raised:
        engine.connect()

    assert is_outage(raised.value)


def test_the_explanation_of_an_error_leaves_out_the_values_of_its_statement(kit_database):
    engine = create_engine(kit_database, poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.exec_driver_sql("INSERT INTO inbox VALUES (%(secret)s, NULL)", {"secret": "Jane Roe"})

    assert "null value in column" in explain(raised.value)
    assert "Jane" not in explain(raised.value)


def test_the_explanation_of_an_error_of_the_driver_itself_repeats_no_row(kit_database):
    with psycopg.connect(kit_database.replace("+psycopg", "")) as connection, pytest.raises(psycopg.Error) as raised:
        connection.execute("CREATE TEMPORARY TABLE listed (line int, born date)")
        with connection.cursor().copy("COPY listed FROM STDIN") as copy:
            copy.write_row((7, None))
            copy.write_row(("Jane Roe <jane@lake.example>", None))
    error = RuntimeError(f"the file: {raised.value}")
    error.__cause__ = raised.value

    assert "Jane Roe" in str(raised.value).partition("CONTEXT")[2]
    assert "CONTEXT" not in explain(raised.value)
    assert "CONTEXT" not in explain(error)
    assert explain(error).startswith("RuntimeError of InvalidTextRepresentation: invalid input syntax")


def test_a_deadlock_is_run_again_and_uses_up_no_try(maker, hear):
    calls = []

    def handler(db, events):
        calls.append(len(events))
        if len(calls) < 3:
            db.run("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
        remember_all(db, events)

    hearer = hear(handler)
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    assert calls == [1, 1, 1]
    assert hearer.heard() == ["a1"]
    assert hearer.rows("SELECT * FROM handler_failure") == []


def test_the_consumer_on_the_server_is_the_one_that_is_declared(hear, operator):
    hearer = hear({"ThingMade": remember_all, "ThingBroken": remember_all})
    wait_until(lambda: hearer.worker.bus().consumers, "the consumer is there")

    live = asdict(hearer.worker.consumer_configs()["hearer-maker"])
    expected = {
        "durable_name": "hearer-maker",
        "deliver_policy": api.DeliverPolicy.ALL,
        "ack_policy": api.AckPolicy.EXPLICIT,
        "ack_wait": 30.0,
        "max_deliver": -1,
        "max_ack_pending": 2000,
        "filter_subjects": ["cadre.maker.thing.broken.v1", "cadre.maker.thing.made.v1"],
    }
    assert {name: live[name] for name in expected} == expected

    stream = operator(lambda js: js.stream_info("hearer")).config
    assert (stream.max_age, stream.max_msgs, stream.max_bytes) == (30 * 86_400, -1, -1)
    assert stream.subjects == ["cadre.hearer.>"]


def test_a_consumer_that_was_declared_otherwise_is_brought_up_to_date(maker, hear, operator):
    async def declare_otherwise(js):
        config = api.ConsumerConfig(
            name="hearer-maker", durable_name="hearer-maker", max_deliver=3, filter_subjects=["cadre.maker.gone"]
        )
        await js.add_consumer("maker", config)

    operator(declare_otherwise)
    hearer = hear()
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    live = hearer.worker.consumer_configs()["hearer-maker"]
    assert (live.max_deliver, live.filter_subjects) == (-1, ["cadre.maker.thing.made.v1"])
    assert hearer.heard() == ["a1"]


def test_a_new_subscription_hears_what_was_there_before_it_and_the_old_one_nothing_twice(maker, hear):
    hearer = hear()
    maker.make(1)
    maker.make(2, message="ThingBroken")
    maker.make(3)
    await_quiet([maker.worker, hearer.worker])
    assert hearer.heard() == ["a1", "a3"]
    hearer.worker.stop()

    newer = hear({"ThingMade": remember_all, "ThingBroken": remember_all}, url=hearer.database.url)
    # Until it leads, nothing waits for it: it is not known yet that it wants more.
    wait_until(lambda: "a2" in newer.heard(), newer.heard)
    await_quiet([maker.worker, newer.worker])

    assert newer.heard() == ["a1", "a3", "a2"]


def test_what_a_dead_process_left_unacknowledged_is_delivered_at_once_and_in_order(maker, hear, operator):
    async def take_and_die(js):
        subscription = await js.pull_subscribe_bind("hearer-maker", stream="maker")
        return len(await subscription.fetch(2, timeout=2))

    hearer = hear()
    await_quiet([maker.worker, hearer.worker])
    hearer.worker.stop()
    maker.make(1, 2, 3)
    await_quiet([maker.worker])
    assert operator(take_and_die) == 2

    successor = hear(url=hearer.database.url)
    await_quiet([maker.worker, successor.worker])

    assert successor.heard() == ["a1", "a2", "a3"]


def test_a_worker_that_is_stopped_finishes_the_transaction_under_way(maker, hear, operator):
    entered, go_on = threading.Event(), threading.Event()

    def handler(db, events):
        entered.set()
        assert go_on.wait(60)
        remember_all(db, events)

    hearer = hear(handler)
    maker.make(1)
    assert entered.wait(60)
    stopping = threading.Thread(target=hearer.worker.stop)
    stopping.start()
    go_on.set()
    stopping.join(60)

    assert hearer.heard() == ["a1"]
    info = operator(lambda js: js.consumer_info("maker", "hearer-maker"))
    assert (info.num_pending, info.num_ack_pending) == (0, 0)


def test_a_handler_works_under_the_trace_of_the_event(maker, hear):
    traces = []

    def handler(db, events):
        traces.append((trace.current.get(), events[0].headers[trace.HEADER]))

    hearer = hear(handler)
    token = trace.current.set(f"00-{'c' * 32}-{'d' * 16}-01")
    maker.make(1)
    trace.current.reset(token)
    await_quiet([maker.worker, hearer.worker])

    assert traces == [(f"00-{'c' * 32}-{'d' * 16}-01", f"00-{'c' * 32}-{'d' * 16}-01")]


def test_the_gauges_of_the_worker_are_set_without_a_scrape(maker, hear):
    hearer = hear()
    maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    gauges = {
        "cadre_relay_leading": 1,
        "cadre_outbox_events": 0,
        "cadre_outbox_oldest_seconds": 0,
        "cadre_dead_letters": 0,
        "cadre_consumer_pending_events": 0,
        "cadre_consumer_in_flight_events": 0,
    }

    def measured():
        values = {
            name: hearer.registry.get_sample_value(name, {"consumer": "hearer-maker"} if "consumer" in name else {})
            for name in gauges
        }
        return values == gauges

    wait_until(measured, "gauges are set")
    assert hearer.metric("cadre_consumer_since_fetch_seconds", consumer="hearer-maker") < 5
    assert hearer.metric("cadre_handler_seconds_count", subject="cadre.maker.thing.made.v1") == 1
