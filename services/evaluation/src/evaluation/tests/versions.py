"""Versions of tests, kept in the process: they never change, and every sitting needs one."""

from collections.abc import Collection

from evaluation.tests.recent import Recent
from evaluation.tests.records import TestVersion, VersionRow, version_of
from servicekit.data.db import Db
from servicekit.refusals import NotFound

Key = tuple[str, int]

# Some hundred kB each at most; more versions than this are not taken in one week.
_MOST_VERSIONS = 256

_LOAD = """
SELECT test_id, version, title, items, pass_mark, published_at
FROM test_version JOIN unnest(%(tests)s::text[], %(versions)s::int[]) AS wanted (test_id, version)
  USING (test_id, version)
"""


class Versions:
    """Gives versions of tests, each read from the database once."""

    def __init__(self) -> None:
        self._versions: Recent[Key, TestVersion] = Recent(_MOST_VERSIONS)

    def get(self, db: Db, test_id: str, version: int) -> TestVersion:
        """Return the version, or refuse: there is none."""
        key = (test_id, version)
        found = self._versions.get(key) or self.find(db, {key}).get(key)
        if found is None:
            raise NotFound(f"tests/{test_id}/versions/{version}")
        return found

    def find(self, db: Db, keys: Collection[Key]) -> dict[Key, TestVersion]:
        """Return those of *keys* that there are, by one statement at most."""
        found = {key: kept for key in keys if (kept := self._versions.get(key)) is not None}
        if wanted := [key for key in keys if key not in found]:
            for row in db.all(VersionRow, _LOAD, tests=[key[0] for key in wanted], versions=[key[1] for key in wanted]):
                version = version_of(row)
                found[version.test_id, version.version] = version
                self._versions.set((version.test_id, version.version), version)
        return found
