"""What operators see of tests: how many are passed, statewide and by test, never by person or agency."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from servicekit.db import Db
from servicekit.measures import Figure, Measure, Reading

# So many tests are shown by name, those that are taken most; what is left counts together.
MOST_NAMED = 50
OTHERS = "others"

SITTINGS = Figure("cadre_sittings", "Sittings of tests by how they ended", ("test", "state"))

STATES = ("open", "passed", "failed")

# Counts rows, in one pass: how often that is done follows from how long it takes (servicekit.measures).
_SITTINGS = "SELECT test_id AS test, lower(state) AS state, count(*) AS sittings FROM sitting GROUP BY test_id, state"


def _read_sittings(db: Db) -> Iterable[Reading]:
    rows = db.rows(_SITTINGS)
    taken = Counter[str]()
    for row in rows:
        taken[row["test"]] += row["sittings"]
    named = {test for test, _ in taken.most_common(MOST_NAMED)} | {OTHERS}
    sittings = Counter[tuple[str, str]]()
    for row in rows:
        sittings[row["test"] if row["test"] in named else OTHERS, row["state"]] += row["sittings"]
    for test in named:
        for state in STATES:
            yield SITTINGS.of(sittings[test, state], test, state)


MEASURES = (Measure("sittings", timedelta(seconds=15), (SITTINGS,), _read_sittings),)
