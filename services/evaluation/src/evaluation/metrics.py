"""What operators see of tests and reactions: statewide, never by person or agency."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from evaluation.quality.rules import QUESTIONS
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.calendar import pacific_date
from servicekit.data.db import Db, count

# So many tests are shown by name, those that are taken most; what is left counts together.
MOST_NAMED = 50
OTHERS = "others"

SITTINGS = Figure("cadre_sittings", "Sittings of tests by how they ended", ("test", "state"))

STATES = ("open", "passed", "failed")

# Reactions as they are told, in batches of five and more; results in steps of five people. A question that nobody
# answered yet has no mean, and so no reading of it.
REACTION_ANSWERS = Figure("cadre_reaction_answers", "Answers told to a question about courses", ("question",))
REACTION_MEAN = Figure("cadre_reaction_mean", "Mean of the answers told to a question, from 1 to 5", ("question",))
REACTIONS_WAITING = Figure("cadre_reaction_oldest_waiting_days", "Days that the oldest answer waits to be told")
TEST_TAKERS = Figure("cadre_test_takers", "People who took a test, once for each version of it")
TEST_PASS_RATIO = Figure("cadre_test_pass_ratio", "Those of them who passed, at whatever try")
TEST_FIRST_PASS_RATIO = Figure("cadre_test_first_pass_ratio", "Those of them who passed at the first try")

# Counts rows, in one pass: how often that is done follows from how long it takes (servicekit.background.measures).
_SITTINGS = "SELECT test_id AS test, lower(state) AS state, count(*) AS sittings FROM sitting GROUP BY test_id, state"


class _Sittings(NamedTuple):
    test: str
    state: str
    sittings: int


def _read_sittings(db: Db) -> Iterable[Reading]:
    rows = db.all(_Sittings, _SITTINGS)
    taken = Counter[str]()
    for row in rows:
        taken[row.test] += row.sittings
    named = {test for test, _ in taken.most_common(MOST_NAMED)} | {OTHERS}
    sittings = Counter[tuple[str, str]]()
    for row in rows:
        sittings[row.test if row.test in named else OTHERS, row.state] += row.sittings
    for test in named:
        for state in STATES:
            yield SITTINGS.of(sittings[test, state], test, state)


_REACTIONS = """
SELECT question, sum(n1 + n2 + n3 + n4 + n5)::float AS n, sum(n1 + 2 * n2 + 3 * n3 + 4 * n4 + 5 * n5)::float AS points
FROM reaction_batch GROUP BY question
"""
_WAITING = "SELECT coalesce(%(today)s::date - min(day), 0) AS days FROM sealed_answer"
_RESULTS = """
SELECT coalesce(sum(taken), 0)::float AS taken, coalesce(sum(passed), 0)::float AS passed,
  coalesce(sum(passed_first), 0)::float AS first
FROM test_result
"""


class _Told(NamedTuple):
    question: str
    n: float
    points: float


class _Results(NamedTuple):
    taken: float
    passed: float
    first: float


def _read_quality(db: Db) -> Iterable[Reading]:
    told = {row.question: row for row in db.all(_Told, _REACTIONS)}
    for question in QUESTIONS:
        row = told.get(question)
        yield REACTION_ANSWERS.of(row.n if row else 0, question)
        if row:
            yield REACTION_MEAN.of(row.points / row.n, question)
    yield REACTIONS_WAITING.of(count(db, _WAITING, today=pacific_date(db.at)))
    results = db.one(_Results, _RESULTS)
    yield TEST_TAKERS.of(results.taken)
    if results.taken:
        yield TEST_PASS_RATIO.of(results.passed / results.taken)
        yield TEST_FIRST_PASS_RATIO.of(results.first / results.taken)


MEASURES = (
    Measure("sittings", timedelta(seconds=15), (SITTINGS,), _read_sittings),
    Measure(
        "quality",
        timedelta(minutes=1),
        (
            *(REACTION_ANSWERS, REACTION_MEAN, REACTIONS_WAITING),
            *(TEST_TAKERS, TEST_PASS_RATIO, TEST_FIRST_PASS_RATIO),
        ),
        _read_quality,
    ),
)
