"""What courses are given with, as gates and files ask for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from curriculum.materials.rules.materials import UNSEEN, Lack
from curriculum.works.rules.gates import Materials
from servicekit.data.db import Db

_GIVEN = """
SELECT course_id, lacks, said->'modes' AS modes, said->'objectives' AS objectives
FROM material WHERE course_id = ANY(%(courses)s)
"""
# The files of drafts and versions: as handed out, and as edited.
_NAMED = """
SELECT DISTINCT file FROM (SELECT said FROM material UNION ALL SELECT said FROM material_version) AS written
CROSS JOIN LATERAL (VALUES (said#>>'{file,sha256}'), (said#>>'{source,sha256}')) AS files (file)
WHERE file IS NOT NULL
"""


class _Given(NamedTuple):
    course_id: str
    lacks: list[str]
    modes: list[str]
    objectives: list[str]


def standing(db: Db, courses: Collection[str]) -> Mapping[str, Materials]:
    """Return what gates ask of the materials of these courses; those that have none are not in it."""
    found = defaultdict[str, list[_Given]](list)
    if courses:
        for one in db.all(_Given, _GIVEN, courses=list(courses)):
            found[one.course_id].append(one)
    return {course: _counted(given) for course, given in found.items()}


def named_files(db: Db) -> Collection[str]:
    """Return the digests of all files that materials name."""
    return db.values(_NAMED)


def _counted(given: Collection[_Given]) -> Materials:
    lacks = [{Lack(word) for word in one.lacks} for one in given]
    return Materials(
        empty=sum(Lack.CONTENT in found for found in lacks),
        inaccessible=sum(bool(found & UNSEEN) for found in lacks),
        uncredited=sum(Lack.CREDIT in found for found in lacks),
        taught=frozenset((objective, mode) for one in given for objective in one.objectives for mode in one.modes),
    )
