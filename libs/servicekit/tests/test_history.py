"""The last hour of a process, minute by minute, from its own counters."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from prometheus_client import CollectorRegistry, Counter

from servicekit.watch.history import MINUTES, History, Minute, Waiting

START = datetime(2026, 11, 23, 18, tzinfo=UTC)


class Process:
    """A process that counts as services do, on a clock that is set by hand."""

    def __init__(self):
        self.registry = CollectorRegistry()
        self.calls = Counter("cadre_rpc_handled", "x", ["method", "code"], registry=self.registry)
        self.now = 0.0
        self.waiting = Waiting(0.0, 0)
        self.history = History(self.registry, self.look, lambda: START + timedelta(seconds=self.now), lambda: self.now)

    def look(self):
        if isinstance(self.waiting, Exception):
            raise self.waiting
        return self.waiting

    def minute(self):
        self.now += 60
        self.history.take()
        return self.history.minutes()[-1]


@pytest.fixture
def process():
    return Process()


def test_a_minute_is_what_happened_in_it_and_not_before(process):
    process.calls.labels("Get", "OK").inc(90)
    process.calls.labels("Get", "INTERNAL").inc(30)
    process.calls.labels("Put", "FAILED_PRECONDITION").inc(60)
    process.waiting = Waiting(2.5, 12)

    first, second = process.minute(), process.minute()

    assert first == Minute(START + timedelta(minutes=1), 3.0, 0.5, Waiting(2.5, 12))
    assert second == Minute(START + timedelta(minutes=2), 0.0, 0.0, Waiting(2.5, 12))


@pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), ValueError("a fault of ours")])
def test_a_minute_in_which_nobody_could_look_says_nothing_of_what_waits_and_is_kept(process, error):
    process.waiting = error

    assert process.minute().waiting == Waiting(None, None)


def test_what_is_older_than_an_hour_is_forgotten(process):
    for _ in range(MINUTES + 5):
        process.minute()

    minutes = process.history.minutes()
    assert [minutes[0].at, minutes[-1].at] == [START + timedelta(minutes=6), START + timedelta(minutes=65)]


def test_a_history_that_was_not_started_stops(process):
    process.history.stop()
    assert process.history.minutes() == []
