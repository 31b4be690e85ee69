"""The last hour of a process, minute by minute, from its own counters."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from servicekit.watch.history import MINUTES, History, Minute

START = datetime(2026, 11, 23, 18, tzinfo=UTC)


class Process:
    """A process that counts as services do, on a clock that is set by hand."""

    def __init__(self):
        self.registry = CollectorRegistry()
        self.calls = Counter("cadre_rpc_handled", "x", ["method", "code"], registry=self.registry)
        self.lag = Histogram("cadre_event_lag_seconds", "x", ["subject"], registry=self.registry)
        self.outbox = Gauge("cadre_outbox_events", "x", registry=self.registry)
        self.pending = Gauge("cadre_consumer_pending_events", "x", ["consumer"], registry=self.registry)
        self.leading = Gauge("cadre_relay_leading", "x", registry=self.registry)
        self.now = 0.0
        self.history = History(self.registry, lambda: START + timedelta(seconds=self.now), lambda: self.now)

    def minute(self):
        self.now += 60
        self.history.take()
        return self.history.minutes()[-1]


@pytest.fixture
def process():
    return Process()


def test_a_minute_is_what_happened_in_it_and_not_before(process):
    process.leading.set(1)
    process.calls.labels("Get", "OK").inc(90)
    process.calls.labels("Get", "INTERNAL").inc(30)
    process.calls.labels("Put", "FAILED_PRECONDITION").inc(60)
    for seconds in (0.2, 0.6):
        process.lag.labels("a").observe(seconds)
    process.outbox.set(3)
    process.pending.labels("one").set(4)
    process.pending.labels("two").set(5)

    first, second = process.minute(), process.minute()

    assert first == Minute(START + timedelta(minutes=1), 3.0, 0.5, pytest.approx(0.4), 12)
    assert second == Minute(START + timedelta(minutes=2), 0.0, 0.0, None, 12)


def test_a_process_that_does_not_send_and_handle_events_says_nothing_of_what_waits(process):
    process.outbox.set(3)

    assert process.minute().waiting is None


def test_what_is_older_than_an_hour_is_forgotten(process):
    for _ in range(MINUTES + 5):
        process.minute()

    minutes = process.history.minutes()
    assert [minutes[0].at, minutes[-1].at] == [START + timedelta(minutes=6), START + timedelta(minutes=65)]


def test_a_history_that_was_not_started_stops(process):
    process.history.stop()
    assert process.history.minutes() == []
