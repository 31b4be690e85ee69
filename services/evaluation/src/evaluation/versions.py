"""Versions of tests, kept in the process: they never change, and every sitting needs one."""

import uuid
from collections.abc import Collection

from evaluation.recent import Recent
from evaluation.records import TestVersion, version_of
from servicekit.data.db import Db
from servicekit.refusals import NotFound

Key = tuple[str, int]

# Some hundred kB each at most; more versions than this are not taken in one week.
_MOST_VERSIONS = 256
# Some hundred bytes each; who opens a test submits it within the hour.
_MOST_SITTINGS = 20_000

_LOAD = """
SELECT test_id, version, title, items, pass_mark, published_at
FROM test_version JOIN unnest(%(tests)s::text[], %(versions)s::int[]) AS wanted (test_id, version)
  USING (test_id, version)
"""


class Versions:
    """Gives versions of tests, each read from the database once; and says which one an open sitting is of."""

    def __init__(self) -> None:
        self._versions: Recent[Key, TestVersion] = Recent(_MOST_VERSIONS)
        # Keyed by the person too, so that nobody learns anything about other people's sittings.
        self._opened: Recent[tuple[uuid.UUID, uuid.UUID], Key] = Recent(_MOST_SITTINGS)

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
            for row in db.rows(_LOAD, tests=[key[0] for key in wanted], versions=[key[1] for key in wanted]):
                version = version_of(row)
                found[version.test_id, version.version] = version
                self._versions.set((version.test_id, version.version), version)
        return found

    def opened(self, sitting_id: uuid.UUID, person_id: uuid.UUID, version: TestVersion) -> None:
        """Remember that the person opened the sitting, most probably to submit it to this process."""
        self._opened.set((sitting_id, person_id), (version.test_id, version.version))

    def of_opened(self, db: Db, sitting_id: uuid.UUID, person_id: uuid.UUID) -> TestVersion | None:
        """Return the version of a sitting that the person opened here; None says nothing about it."""
        key = self._opened.get((sitting_id, person_id))
        return None if key is None else self.get(db, *key)
