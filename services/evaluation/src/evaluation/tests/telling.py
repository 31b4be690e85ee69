"""Telling which questions a version has: as it is published, or afterwards where a release before did not tell it."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Jsonb

from evaluation.tests import events
from evaluation.tests.records import TestVersion, VersionRow, version_of
from servicekit.data.db import Database, Db
from servicekit.data.outbox import emit

_ACTOR, _METHOD = "services/evaluation", "tell_versions"
# With its questions each has some ten kB.
_AT_ONCE = 100
_UNTOLD = """
SELECT test_id, version, title, items, pass_mark, published_at FROM test_version AS known
WHERE NOT EXISTS (
  SELECT FROM told_version AS told WHERE (told.test_id, told.version) = (known.test_id, known.version)
)
ORDER BY test_id, version LIMIT %(limit)s
"""
_TOLD = """
INSERT INTO told_version (test_id, version, item_ids)
SELECT * FROM unnest(%(tests)s::text[], %(versions)s::int[], %(ids)s::jsonb[])
"""


def tell(db: Db, versions: Sequence[TestVersion]) -> None:
    """Tell versions, which are in their table, and remember that they are told."""
    for version in versions:
        emit(db, events.version_published(version))
    db.run(
        _TOLD,
        tests=[version.test_id for version in versions],
        versions=[version.version for version in versions],
        ids=[Jsonb([item.id for item in version.test.items]) for version in versions],
    )


def tell_versions(database: Database, now: datetime) -> None:
    """Tell the versions of tests that were published before their questions had ids."""
    while found := _untold(database):
        with database.transaction(actor=_ACTOR, method=_METHOD, at=now) as db:
            tell(db, found)
            db.changed("tests/-", after={"told": [version.name for version in found]})


def _untold(database: Database) -> list[TestVersion]:
    with database.read() as db:
        return [version_of(row) for row in db.all(VersionRow, _UNTOLD, limit=_AT_ONCE)]
