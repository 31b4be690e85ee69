"""Figures that are counted now and then: by the process that leads, and never an old one that passes for true."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from servicekit.background.figures import PoolCollector
from servicekit.background.measures import Figure, Measure, Measures
from servicekit.data.db import Database
from servicekit.testing.waiting import wait_until

THINGS = Figure("cadre_things", "Things by colour", ("colour",))
MADE = Figure("cadre_made_total", "Things ever made")
OFTEN = timedelta(seconds=0.05)


@contextmanager
def counting(url, read, **options):
    registry = CollectorRegistry()
    measures = Measures(url, [Measure("things", OFTEN, (THINGS, MADE), read)], registry, **options)
    measures.start()
    try:
        yield registry
    finally:
        measures.stop()


def read(db):
    yield THINGS.of(db.value("SELECT 3"), "red")
    yield MADE.of(5)


def shown(registry):
    return registry.get_sample_value("cadre_things", {"colour": "red"})


def test_a_figure_is_what_the_database_held_when_it_was_counted_last(kit_database):
    with counting(kit_database, read) as registry:
        wait_until(lambda: shown(registry) == 3, "it is not counted")

        assert registry.get_sample_value("cadre_made_total") == 5
        assert registry.get_sample_value("cadre_measure_last_success_timestamp_seconds", {"measure": "things"}) > 1.7e9
        assert registry.get_sample_value("cadre_measure_failures_total", {"measure": "things"}) == 0


def test_only_the_process_that_leads_counts_and_what_it_counted_goes_with_the_lead(kit_database):
    lead = threading.Event()
    with counting(kit_database, read, leads=lead.is_set) as registry:
        assert shown(registry) is None
        lead.set()
        wait_until(lambda: shown(registry) == 3, "the leader does not count")
        lead.clear()
        wait_until(lambda: shown(registry) is None, "the figures of a process that no longer leads are shown")


def test_a_count_that_fails_is_told_and_shows_no_old_figure(kit_database):
    broken = threading.Event()

    def fragile(db):
        return db.values("SELECT no_such_column FROM audit") if broken.is_set() else read(db)

    def failures():
        return registry.get_sample_value("cadre_measure_failures_total", {"measure": "things"})

    with counting(kit_database, fragile) as registry:
        wait_until(lambda: shown(registry) == 3, "it is not counted")
        broken.set()
        wait_until(lambda: failures() == 1, "the failure is not counted")
        wait_until(lambda: shown(registry) is None, "an old figure is shown")


def test_a_count_takes_no_more_than_a_fiftieth_of_the_time_however_long_it_takes(kit_database):
    def slow(db):
        db.run("SELECT pg_sleep(0.1)")
        return read(db)

    quick, lasting = Measure("quick", OFTEN, (THINGS, MADE), read), Measure("slow", OFTEN, (THINGS, MADE), slow)
    measures = Measures(kit_database, [quick, lasting], CollectorRegistry())

    assert measures._count(lasting) >= 50 * 0.1
    assert measures._count(quick) >= OFTEN.total_seconds()
    measures.stop()


def test_a_reading_needs_a_value_for_each_label():
    with pytest.raises(ValueError, match="colour"):
        THINGS.of(1)


def test_the_pool_says_who_uses_connections_and_who_got_none(kit_database):
    registry = CollectorRegistry()
    small = Database(kit_database, pool_size=1)
    small.engine.pool._timeout = 0.05
    PoolCollector(small, registry)
    held = [small.engine.connect() for _ in range(small.pool().most)]

    with pytest.raises(NoConnectionFree):
        small.ping()

    assert registry.get_sample_value("cadre_database_pool_connections", {"state": "in use"}) == len(held) == 5
    assert registry.get_sample_value("cadre_database_pool_limit_connections") == 5
    assert registry.get_sample_value("cadre_database_pool_timeouts_total") == 1
    assert registry.get_sample_value("cadre_database_pool_waiting_callers") == 0
    for connection in held:
        connection.close()
    assert registry.get_sample_value("cadre_database_pool_connections", {"state": "in use"}) == 0
    small.dispose()
