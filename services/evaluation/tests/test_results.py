"""Pass rates: per person and version of a test, between 0 and 1, told in steps of five people."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from evaluation.quality.results import count_results
from servicekit.testing.plans import Plan

from .conftest import COURSE, Quality

NOW = datetime.now(UTC)
TRY = """
INSERT INTO sitting (id, person_id, test_id, test_version, state, started_at, submitted_at, chosen, right_items)
SELECT gen_random_uuid(), person, 'intake', %(version)s, state, at, at, '[]', '[]'
FROM unnest(%(people)s::uuid[], %(states)s::text[], %(at)s::timestamptz[]) AS one (person, state, at)
"""


@pytest.fixture
def results(quality, evaluation, published):
    """The course asks for the test that is published; sittings are written as they would be after years."""
    quality.hear(2, test=("intake", 1))
    return Results(quality)


class Results:
    def __init__(self, of: Quality) -> None:
        self.quality = of

    def take(self, *tries, at=NOW - timedelta(hours=1), version=1):
        """Each try is a person's number with whether they passed, one second after the other."""
        with self.quality.evaluation.running.connect() as connection:
            connection.execute("ALTER TABLE sitting DISABLE TRIGGER needs_audit_row")
            connection.execute(
                TRY,
                {
                    "version": version,
                    "people": [uuid.UUID(int=person) for person, _ in tries],
                    "states": ["PASSED" if passed else "FAILED" for _, passed in tries],
                    "at": [at + timedelta(seconds=n) for n in range(len(tries))],
                },
            )

    def forget(self):
        with self.quality.evaluation.running.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM sitting")
            connection.execute("DELETE FROM test_result")

    def count(self, at=NOW):
        count_results(self.quality.database, at)
        course = self.quality.course(COURSE)
        if not course.HasField("passed"):
            return None
        assert course.passed.of == course.passed_first.of
        return course.passed_first.count, course.passed.count, course.passed.of


def test_below_five_takers_there_is_no_figure_and_from_five_on_there_are_counts(results):
    results.take(*((n, n > 1) for n in range(4)))
    assert results.count() is None
    results.take((4, True))
    assert results.count() == (3, 3, 5)
    assert not results.quality.course().passed.HasField("share")


def test_who_passes_at_the_third_try_passed_and_not_at_the_first(results):
    """A rate of 200 % comes from counting tries over people: here both are people."""
    results.take(*((n, True) for n in range(5)), (9, False), (9, False), (9, True), (9, True))
    assert results.count() == (5, 6, 6)


def test_a_share_comes_from_thirty_takers_on_with_its_interval(results):
    """Demand D55. The interval: statsmodels 0.15.0, `proportion_confint(24, 34, method="wilson")`."""
    results.take(*((n, n % 3 > 0) for n in range(29)))
    assert results.count() == (19, 19, 29)
    assert not results.quality.course().passed.HasField("share")
    results.take(*((n, True) for n in range(100, 105)), at=NOW + timedelta(minutes=1))
    assert results.count(NOW + timedelta(hours=1)) == (24, 24, 34)
    passed = results.quality.course().passed
    assert (passed.share, passed.low, passed.high) == pytest.approx((24 / 34, 0.538311, 0.831654), abs=1e-6)


def test_a_figure_changes_in_steps_of_five_people_only(results):
    later = NOW + timedelta(hours=2)
    results.take(*((n, n > 2) for n in range(10)))
    assert results.count() == (7, 7, 10)

    results.take((20, True), (21, True), (0, True), (1, True), at=NOW + timedelta(hours=1))
    assert results.count(later) == (7, 7, 10)
    # The fifth: somebody who had not passed yet.
    results.take((2, True), at=NOW + timedelta(minutes=90))
    assert results.count(later) == (9, 12, 12)


def test_who_passed_before_and_takes_it_again_changes_nothing(results):
    results.take(*((n, True) for n in range(5)))
    assert results.count() == (5, 5, 5)
    results.take(*((n, False) for n in range(5)), at=NOW + timedelta(minutes=1))
    assert results.count(NOW + timedelta(hours=1)) == (5, 5, 5)


def test_a_sitting_of_after_the_count_waits_for_the_next_one(results):
    results.take(*((n, True) for n in range(5)))
    results.take(*((n, True) for n in range(10, 15)), at=NOW + timedelta(seconds=1))
    assert results.count() == (5, 5, 5)
    assert results.count(NOW + timedelta(minutes=1)) == (10, 10, 10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=60))
def test_every_rate_is_between_0_and_1(results, tries):
    results.forget()
    results.take(*tries)
    figures = results.count()

    people = {person for person, _ in tries}
    if len(people) < 5:
        assert figures is None
    else:
        first, passed, taken = figures
        assert 0 <= first <= passed <= taken == len(people)
        assert passed == len({person for person, right in tries if right})
        assert first == sum(next(right for who, right in tries if who == person) for person in people)


def test_counting_looks_at_what_is_new_and_not_at_what_was_counted(results):
    results.take(*((n, True) for n in range(20_000)), at=NOW - timedelta(days=1))
    with results.quality.evaluation.running.connect() as connection:
        connection.execute("VACUUM ANALYZE sitting")
    assert results.count() == (20_000, 20_000, 20_000)
    results.take(*((n, True) for n in range(20_000, 20_004)), at=NOW + timedelta(minutes=1))
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(results.quality.database.engine, "before_cursor_execute", note)
    assert results.count(NOW + timedelta(hours=1)) == (20_000, 20_000, 20_000)
    event.remove(results.quality.database.engine, "before_cursor_execute", note)

    ((statement, parameters),) = [one for one in sent if "FROM sitting" in one[0]][:1]
    with results.quality.evaluation.running.connect() as connection:
        (plan,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).fetchone()
    how = Plan(plan[0]["Plan"])
    assert "sitting" not in how.scanned_whole()
    assert 0 < how.rows_of("sitting") <= 10
    assert [one for one in sent if "row_number" in one[0]] == []


def test_counting_costs_two_statements_however_many_took_it(results, statements):
    counts = []
    for size in (10, 3000):
        results.take(*((n, True) for n in range(size)), at=NOW + timedelta(minutes=size))
        with statements() as sent:
            count_results(results.quality.database, NOW + timedelta(days=30))
        counts.append(len(sent))
        results.forget()
    assert counts[0] == counts[1] <= 5
