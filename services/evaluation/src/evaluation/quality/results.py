"""How learners fare in the versions of tests: counted now and then, and told only in steps of five people.

A figure is replaced when at least five people took the test, or passed it at a later try, since it was counted. So
neither the figure nor what it grew by is about fewer, and nobody who watches it sees how a certain colleague fared.
"""

from datetime import datetime

from evaluation.rules.reactions import FEWEST
from servicekit.db import Database

_ACTOR, _METHOD = "services/evaluation", "count_results"
# Per person and version of a test: when she first took it, when she first passed, whether that was the first try.
_COUNT = """
WITH try AS (
  SELECT person_id, test_id, test_version, state, submitted_at,
    row_number() OVER (PARTITION BY person_id, test_id, test_version ORDER BY submitted_at, id) AS number
  FROM sitting WHERE state <> 'OPEN' AND submitted_at <= %(at)s
), taker AS (
  SELECT person_id, test_id, test_version, min(submitted_at) AS took_at,
    min(submitted_at) FILTER (WHERE state = 'PASSED') AS passed_at,
    bool_or(number = 1 AND state = 'PASSED') AS first
  FROM try GROUP BY person_id, test_id, test_version
)
SELECT test_id, test_version, count(*) AS taken, count(passed_at) AS passed, count(*) FILTER (WHERE first) AS first
FROM taker LEFT JOIN test_result AS told USING (test_id, test_version)
GROUP BY test_id, test_version
HAVING count(*) FILTER (
  WHERE told.counted_at IS NULL OR took_at > told.counted_at OR passed_at > told.counted_at
) >= %(fewest)s
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


def count_results(database: Database, now: datetime) -> None:
    """Count who took and passed each version of a test, where at least five people make a difference."""
    with database.read() as db:
        rows = db.rows(_COUNT, at=now, fewest=FEWEST)
    if not rows:
        return
    with database.transaction(actor=_ACTOR, method=_METHOD, at=now) as db:
        db.run(
            _TELL,
            at=now,
            tests=[row["test_id"] for row in rows],
            versions=[row["test_version"] for row in rows],
            taken=[row["taken"] for row in rows],
            passed=[row["passed"] for row in rows],
            first=[row["first"] for row in rows],
        )
        db.changed("testResults", after={"versions": len(rows)})
