"""Versions of tests, kept in the process: they never change, and every sitting needs one."""

from collections.abc import Collection
from threading import Lock

from evaluation.records import TestVersion, version_of
from servicekit.db import Db
from servicekit.refusals import NotFound

Key = tuple[str, int]

# Some hundred kB each at most; more versions than this are not taken in one week.
_MOST_KEPT = 256

_LOAD = """
SELECT test_id, version, title, items, pass_mark, published_at
FROM test_version JOIN unnest(%(tests)s::text[], %(versions)s::int[]) AS wanted (test_id, version)
  USING (test_id, version)
"""


class Versions:
    """Gives versions of tests, read from the database once."""

    def __init__(self) -> None:
        self._kept: dict[Key, TestVersion] = {}
        self._lock = Lock()

    def get(self, db: Db, test_id: str, version: int) -> TestVersion:
        """Return the version, or refuse: there is none."""
        found = self._kept.get((test_id, version)) or self.find(db, {(test_id, version)}).get((test_id, version))
        if found is None:
            raise NotFound(f"tests/{test_id}/versions/{version}")
        return found

    def find(self, db: Db, keys: Collection[Key]) -> dict[Key, TestVersion]:
        """Return those of *keys* that there are, by one statement at most."""
        found = {key: kept for key in keys if (kept := self._kept.get(key)) is not None}
        wanted = [key for key in keys if key not in found]
        if not wanted:
            return found
        rows = db.rows(_LOAD, tests=[key[0] for key in wanted], versions=[key[1] for key in wanted])
        loaded = {(row["test_id"], row["version"]): version_of(row) for row in rows}
        with self._lock:
            self._kept.update(loaded)
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return found | loaded
