"""Measures the path of events through the kit: the relay, a batched handler, and one event when nothing goes on."""

import time
from functools import partial
from pathlib import Path

from cadre_tools.bench import raw_events, servers
from cadre_tools.bench.figures import Delays, Events, Throughput
from cadre_tools.bench.stage import WrongResultError, wait_until
from cadre_tools.bench.station import MAKER, Eyes, Ground, open_ground, start
from servicekit.events.bus import Outgoing

# A look costs a tenth of a millisecond.
_LOOK_SECONDS = 0.005
_CLOSE_LOOK_SECONDS = 0.001
# After an event the relay lets others gather; what comes later than that finds it idle.
_PAUSE_SECONDS = 0.1
_BATCH = "SELECT id, subject, payload, headers, at FROM outbox ORDER BY seq"


def measure(folder: Path, count: int, singles: int, *, fsync: bool = True) -> Events:
    """Measure with *count* events at once, then with *singles* one after the other, on servers made in *folder*.

    Raises:
        NotDurableError: the servers do not promise full durability although they should.
        WrongResultError: events were lost, doubled or not handled.
    """
    with open_ground(folder, fsync=fsync) as ground:
        settings = servers.settings(ground.database_urls, ground.nats.monitoring_port)
        if fsync:
            servers.require_durable(settings, folder)
        relay = _relay(ground, count)
        consumer = _consumer(ground, count)
        idle = _idle(ground, count, singles)
        return Events(relay, consumer, idle, settings)


def _relay(ground: Ground, count: int) -> Throughput:
    """Drain a backlog, from its commit until nothing of it waits; then publish the same messages bare."""
    maker, eyes = ground.maker, ground.maker.eyes
    start(maker)
    maker.make(0, count)
    started = time.perf_counter()
    wait_until(lambda: not eyes.waiting(), "events wait in the outbox", _LOOK_SECONDS)
    seconds = time.perf_counter() - started
    if (stored := maker.worker.bus().messages) != count:
        raise WrongResultError(f"{stored} events are in the stream of {count} that were committed")
    rows = eyes.connection.execute(_BATCH).fetchall()
    bare, held = raw_events.publish(ground.nats.url(), [Outgoing(str(row[0]), *row[1:]) for row in rows])
    if held != count:
        raise WrongResultError(f"{held} messages are in the bare stream, not {count}")
    return Throughput.of(count, seconds, bare)


def _consumer(ground: Ground, count: int) -> Throughput:
    """Handle what is in the stream, from the worker's start; before it, fetch and acknowledge the same bare."""
    bare = raw_events.pull(ground.nats.url(), MAKER, count)
    eyes = ground.counter.eyes
    started = time.perf_counter()
    start(ground.counter)
    wait_until(lambda: eyes.counted() >= count, "events are not handled", _LOOK_SECONDS)
    seconds = time.perf_counter() - started
    require_handled(ground, count)
    return Throughput.of(count, seconds, bare)


def _idle(ground: Ground, before: int, singles: int) -> Delays:
    """From the commit of one event until the commit of what its handler wrote."""
    eyes = ground.counter.eyes
    taken = []
    for number in range(before + 1, before + singles + 1):
        time.sleep(_PAUSE_SECONDS)
        ground.maker.make(number, 1)
        started = time.perf_counter()
        wait_until(partial(_has_counted, eyes, number), "an event is not handled", _CLOSE_LOOK_SECONDS)
        taken.append(time.perf_counter() - started)
    require_handled(ground, before + singles)
    return Delays.of(taken)


def _has_counted(eyes: Eyes, wanted: int) -> bool:
    return eyes.counted() >= wanted


def require_handled(ground: Ground, count: int) -> None:
    """Have exactly *count* events handled.

    Raises:
        WrongResultError: there are more, or fewer, or dead letters.
    """
    eyes = ground.counter.eyes
    if eyes.counted() != count or ground.counter.worker.dead_letters():
        raise WrongResultError(f"{eyes.counted()} events were counted of {count}")
