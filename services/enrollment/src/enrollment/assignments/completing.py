"""Completing for many at once: by passed tests as they are heard, or by what was given elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from enrollment import events
from enrollment.assignments import resuming
from enrollment.assignments.resuming import Tested
from servicekit.data.db import Db

_REMEMBER_PASSED = """
INSERT INTO passed_test (person_id, test_id, test_version, passed_at)
SELECT DISTINCT ON (person_id, test_id, test_version) person_id, test_id, test_version, passed_at
FROM unnest(%(people)b::uuid[], %(tests)s::text[], %(versions)s::int[], %(moments)s::timestamptz[])
  AS passed (person_id, test_id, test_version, passed_at)
ORDER BY person_id, test_id, test_version, passed_at
ON CONFLICT DO NOTHING
"""
# Locks before it looks at sections: a last section that is being completed right now is waited for, and the next
# statement sees it, and so is a waiver that is being undone. The other way round `assignments` looks for the test after
# it has the row.
_LOCK_TESTED = """
SELECT a.requirement_id, a.person_id, passed.passed_at
FROM unnest(%(people)b::uuid[], %(tests)s::text[], %(versions)s::int[]) AS heard (person_id, test_id, test_version)
JOIN passed_test AS passed USING (person_id, test_id, test_version)
JOIN course_version AS course USING (test_id, test_version)
JOIN requirement ON (requirement.course_id, requirement.course_version) = (course.course_id, course.version)
JOIN assignment AS a ON (a.requirement_id, a.person_id) = (requirement.id, passed.person_id)
WHERE a.state IN ('ASSIGNED', 'IN_PROGRESS', 'WAIVED')
ORDER BY a.requirement_id, a.person_id
FOR UPDATE OF a
"""
_RECORD = """
WITH done AS (
  UPDATE assignment SET state = 'COMPLETED'
  WHERE requirement_id = %(requirement)s::uuid AND person_id = ANY(%(people)s)
)
INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
SELECT %(requirement)s::uuid, person_id, %(kind)s, %(minutes)s, %(at)s, %(day)s, %(led_by)s
FROM unnest(%(people)s) AS person_id
"""


_RETRACT = """
WITH reopened AS (
  UPDATE assignment
  SET state = CASE WHEN %(withdrawn)s THEN 'WITHDRAWN'
    WHEN sections_completed > 0 THEN 'IN_PROGRESS' ELSE 'ASSIGNED' END
  WHERE requirement_id = %(requirement)s::uuid AND person_id = ANY(%(people)s)
)
INSERT INTO retraction (completion_id, retracted_at, retracted_by, agency_id, reason)
SELECT id, %(at)s, %(by)s, %(agency)s, %(reason)s
FROM completion
WHERE requirement_id = %(requirement)s::uuid AND person_id = ANY(%(people)s)
  AND NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id)
"""


@dataclass(frozen=True)
class Passed:
    """A person passed a version of a test."""

    person_id: UUID
    test_id: str
    test_version: int
    passed_at: datetime


def pass_tests(db: Db, passed: Iterable[Passed]) -> None:
    """Remember passed tests; complete the assignments that waited for nothing else.

    The first time counts: passing a version again changes nothing.
    """
    passed = list(passed)
    heard = {
        "people": [one.person_id for one in passed],
        "tests": [one.test_id for one in passed],
        "versions": [one.test_version for one in passed],
    }
    db.run(_REMEMBER_PASSED, **heard, moments=[one.passed_at for one in passed])
    resuming.complete_tested(db, db.all(Tested, _LOCK_TESTED, **heard))


def complete(
    db: Db, asked: events.Asked, *, people: list[UUID], kind: str, minutes: int, completed_on: date, led_by: str
) -> None:
    """Complete what is asked for these people, whose rows are locked, by a training of that kind and day."""
    db.run(
        _RECORD,
        requirement=asked.requirement_id,
        people=people,
        kind=kind,
        minutes=minutes,
        at=db.at,
        day=completed_on,
        led_by=led_by,
    )
    events.assignments_completed(db, asked, [(str(person_id), db.at) for person_id in people])


@dataclass(frozen=True)
class Mistake:
    """Why training that was recorded is taken back, by whom, for which agency."""

    person_id: UUID
    agency_id: str
    reason: str


def retract(db: Db, asked: events.Asked, people: list[UUID], mistake: Mistake, *, withdrawn: bool) -> None:
    """Take back what was recorded for these people, whose rows are locked: they go on where they were.

    Whoever had passed the test, or took the course for another letter, meanwhile has completed it by that. Of a
    *withdrawn* notice nobody is asked again.
    """
    db.run(
        _RETRACT,
        requirement=asked.requirement_id,
        people=people,
        withdrawn=withdrawn,
        at=db.at,
        by=mistake.person_id,
        agency=mistake.agency_id,
        reason=mistake.reason,
    )
    events.completions_retracted(db, asked, [str(person_id) for person_id in people])
    if withdrawn:
        events.assignments_withdrawn(db, asked, [str(person_id) for person_id in people])
        return
    resuming.resume(db, UUID(asked.requirement_id), people)
