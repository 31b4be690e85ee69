"""Which questions versions of tests have, as their owner tells it; and links to them, by ids that last."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from curriculum.courses.rules.courses import reference_of
from curriculum.works import records
from curriculum.works.rules import trace as rules
from curriculum.works.rules.trace import Asked, Trace
from curriculum.works.tables import TestVersionRow
from servicekit.data.db import Db

_TOLD = """
INSERT INTO test_version (test_id, version, item_ids)
SELECT * FROM unnest(%(tests)s::text[], %(versions)s::int[], %(ids)s::jsonb[])
ON CONFLICT DO NOTHING
"""
# Whoever changes a trace, or which version its course names, holds the course: they go before or after.
_HOLD = "SELECT id, test_version FROM course WHERE test_version = ANY(%(names)s) ORDER BY id FOR UPDATE"
_NUMBERED = """
SELECT course_id, objectives FROM trace
WHERE course_id = ANY(%(courses)s) AND objectives @? '$[*].items[*] ? (@ like_regex "/items/[0-9]+$")'
ORDER BY course_id
"""
_TURN = """
UPDATE trace SET objectives = turned.objectives
FROM unnest(%(courses)s::text[], %(objectives)s::jsonb[]) AS turned (course_id, objectives)
WHERE trace.course_id = turned.course_id
"""


class Told(NamedTuple):
    """A version of a test, with the ids of its questions by number."""

    test: str
    version: int
    items: Sequence[str]

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"tests/{self.test}/versions/{self.version}"


class _Held(NamedTuple):
    id: str
    test_version: str


class _Numbered(NamedTuple):
    course_id: str
    objectives: list[dict[str, Any]]


def learn(db: Db, told: Sequence[Told]) -> list[str]:
    """Remember versions. Where a draft names one of them, links by number become lasting ones; return which courses.

    Traces of versions of courses stay as they were.
    """
    db.run(
        _TOLD,
        tests=[one.test for one in told],
        versions=[one.version for one in told],
        ids=[Jsonb(list(one.items)) for one in told],
    )
    held = {one.id: one.test_version for one in db.all(_Held, _HOLD, names=[one.name for one in told])}
    asked = {one.name: Asked(one.test, one.items) for one in told}
    numbered = db.all(_Numbered, _NUMBERED, courses=list(held)) if held else []
    turned = [
        rules.by_lasting_ids(Trace(records.objectives_of(row.objectives)), asked[held[row.course_id]])
        for row in numbered
    ]
    courses = [row.course_id for row in numbered]
    if courses:
        db.run(_TURN, courses=courses, objectives=[Jsonb(records.kept(one)["objectives"]) for one in turned])
    return courses


def asked_by(db: Db, test_version: str) -> Asked:
    """Return what the version of a test asks that a course names."""
    test, version = reference_of(test_version)
    told = db.get(TestVersionRow, (test, version)) if test else None
    return Asked(test, told.item_ids if told else None)
