"""How learners fare in the versions of tests: counted now and then, and told only in steps of five people.

A figure is replaced when at least five people took the test, or passed it at a later try, since it was counted. So
neither the figure nor what it grew by is about fewer, and nobody who watches it sees how a certain colleague fared.
"""

from datetime import datetime
from typing import NamedTuple

from evaluation.quality.rules import FEWEST
from servicekit.data.db import Database

_ACTOR, _METHOD = "services/evaluation", "count_results"
# Versions of tests for which enough people made a difference since they were counted: by a first try, or by passing
# after tries that failed. Only sittings since then are looked at, and what their people did before.
_CHANGED = """
SELECT version.test_id, version.version AS test_version
FROM test_version AS version
LEFT JOIN test_result AS told ON (told.test_id, told.test_version) = (version.test_id, version.version)
CROSS JOIN LATERAL (
  SELECT count(DISTINCT new.person_id) AS people FROM sitting AS new
  WHERE new.test_id = version.test_id AND new.test_version = version.version AND new.state <> 'OPEN'
    AND new.submitted_at > coalesce(told.counted_at, '-infinity') AND new.submitted_at <= %(at)s
    AND NOT EXISTS (
      SELECT FROM sitting AS before
      WHERE before.person_id = new.person_id AND before.state <> 'OPEN'
        AND (before.test_id, before.test_version) = (new.test_id, new.test_version)
        AND before.submitted_at <= told.counted_at AND (before.state = 'PASSED' OR new.state = 'FAILED')
    )
) AS difference
WHERE difference.people >= %(fewest)s
"""
# These versions are counted again in full, per person: who took it, who passed, and who passed at the first try.
_COUNT = """
WITH try AS (
  SELECT person_id, test_id, test_version, state,
    row_number() OVER (PARTITION BY person_id, test_id, test_version ORDER BY submitted_at, id) AS number
  FROM unnest(%(tests)s::text[], %(versions)s::int[]) AS changed (test_id, test_version)
  JOIN sitting USING (test_id, test_version)
  WHERE state <> 'OPEN' AND submitted_at <= %(at)s
), taker AS (
  SELECT person_id, test_id, test_version, bool_or(state = 'PASSED') AS passed,
    bool_or(number = 1 AND state = 'PASSED') AS first
  FROM try GROUP BY person_id, test_id, test_version
)
SELECT test_id, test_version, count(*) AS taken, count(*) FILTER (WHERE passed) AS passed,
  count(*) FILTER (WHERE first) AS first
FROM taker GROUP BY test_id, test_version
"""
_TELL = """
INSERT INTO test_result (test_id, test_version, taken, passed, passed_first, counted_at)
SELECT *, %(at)s FROM unnest(
  %(tests)s::text[], %(versions)s::int[], %(taken)s::int[], %(passed)s::int[], %(first)s::int[]
)
ON CONFLICT (test_id, test_version) DO UPDATE
SET taken = excluded.taken, passed = excluded.passed, passed_first = excluded.passed_first,
  counted_at = excluded.counted_at
"""


class _Version(NamedTuple):
    test_id: str
    test_version: int


class _Counted(NamedTuple):
    test_id: str
    test_version: int
    taken: int
    passed: int
    first: int


def count_results(database: Database, now: datetime) -> None:
    """Count who took and passed each version of a test, where at least five people make a difference."""
    with database.read() as db:
        changed = db.all(_Version, _CHANGED, at=now, fewest=FEWEST)
        if not changed:
            return
        counted = db.all(
            _Counted,
            _COUNT,
            at=now,
            tests=[one.test_id for one in changed],
            versions=[one.test_version for one in changed],
        )
    with database.transaction(actor=_ACTOR, method=_METHOD, at=now) as db:
        db.run(
            _TELL,
            at=now,
            tests=[one.test_id for one in counted],
            versions=[one.test_version for one in counted],
            taken=[one.taken for one in counted],
            passed=[one.passed for one in counted],
            first=[one.first for one in counted],
        )
        db.changed("testResults", after={"versions": len(counted)})
