"""What must be zero of materials, found by computing it again."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from curriculum.materials import records
from curriculum.materials.rules import materials as rules
from curriculum.materials.rules.materials import TrainerRule
from servicekit.background.audits import Audit
from servicekit.data.db import Db

_BATCH = 100
_KEPT = """
SELECT * FROM (
  SELECT id, 0 AS version, said, said_sha256, lacks FROM material
  UNION ALL
  SELECT material_id, version, said, said_sha256, '[]'::jsonb FROM material_version
) AS kept
WHERE (id, version) > (%(id)s, %(version)s) ORDER BY id, version LIMIT %(batch)s
"""
# What a draft or a version says that it is given with, beside what it is given with.
_HELD = """
SELECT c.materials_sha256, coalesce(r.practice, '[]') AS practice, coalesce(r.credential, '') AS credential,
  (SELECT jsonb_object_agg(m.id, m.said_sha256) FROM material AS m WHERE m.course_id = c.id) AS materials
FROM course AS c LEFT JOIN trainer_rule AS r ON r.course_id = c.id
UNION ALL
SELECT v.materials_sha256, coalesce(g.practice, '[]'), coalesce(g.credential, ''),
  (SELECT jsonb_object_agg(m.material_id, m.said_sha256) FROM material_version AS m
    WHERE (m.course_id, m.version) = (v.course_id, v.version))
FROM course_version AS v LEFT JOIN given_version AS g ON (g.course_id, g.version) = (v.course_id, v.version)
"""


class _Kept(NamedTuple):
    id: UUID
    version: int
    said: dict[str, Any]
    said_sha256: str
    lacks: list[str]

    @property
    def drifted(self) -> bool:
        """Whether it is not what its digest says, or lacks something else than is kept with it."""
        found = records.material_of(self.said)
        return found.sha256 != self.said_sha256 or [lack.value for lack in found.lacks()] != self.lacks


class _Held(NamedTuple):
    materials_sha256: str
    practice: list[str]
    credential: str
    materials: dict[str, str] | None


def drifted(db: Db) -> int:
    """Count materials that are not what their digests say, and courses and versions given with something else."""
    wrong = sum(one.drifted for one in _every(db))
    for one in db.all(_Held, _HELD):
        rule = TrainerRule(tuple(one.practice), one.credential)
        wrong += rules.digest(one.materials or {}, rule) != one.materials_sha256
    return wrong


def _every(db: Db) -> Iterator[_Kept]:
    at = (UUID(int=0), -1)
    while rows := db.all(_Kept, _KEPT, id=at[0], version=at[1], batch=_BATCH):
        yield from rows
        at = (rows[-1].id, rows[-1].version)


AUDITS = [
    Audit(
        "materials.drift",
        "Materials, and what courses and versions are given with, that are not what their digests say",
        drifted,
    )
]
