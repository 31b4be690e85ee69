"""Courses as bodies vote on them and review them: what a material lacks is open, what a guide says is read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from curriculum.governance.subjects import Subject
from curriculum.materials import queries
from curriculum.materials.queries import Place
from curriculum.materials.rules.materials import SAID, Lack
from curriculum.materials.rules.readable import parts
from curriculum.rounds.subjects import Reading
from curriculum.rounds.subjects import Subject as Reviewed
from servicekit import names
from servicekit.data.db import Db

_LACKING = """
SELECT said->>'title' AS title, lacks FROM material WHERE course_id = %(course)s AND lacks <> '[]'
ORDER BY said->>'kind', said->>'title', id
"""


class _Lacking(NamedTuple):
    title: str
    lacks: list[str]


def given(courses: Subject) -> Subject:
    """Return courses: none is voted on as long as a material lacks something."""

    def open_lines(db: Db, name: str) -> Sequence[str]:
        return [*courses.open_lines(db, name), *lines(db, names.slug_in("courses/{course}", name, field="subject"))]

    return replace(courses, open_lines=open_lines)


def read(courses: Reviewed) -> Reviewed:
    """Return courses: of each all that its guides for trainers say is reviewed with it."""

    def reading(db: Db, name: str) -> Reading:
        found = courses.read(db, name)
        at = Place(names.slug_in("courses/{course}", name, field="subject"), 0, trainers=True)
        guides = [part for one in queries.every(db, at) for part in parts(one.material)]
        return replace(found, parts=[*found.parts, *guides])

    return replace(courses, read=reading)


def lines(db: Db, course_id: str) -> list[str]:
    """Return what materials of a draft lack, each in a line."""
    found = db.all(_Lacking, _LACKING, course=course_id)
    return [f"material {one.title}: {SAID[Lack(lack)]}" for one in found for lack in one.lacks]
