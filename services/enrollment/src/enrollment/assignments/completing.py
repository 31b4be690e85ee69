"""Completing for many at once: by passed tests as they are heard, or by what was given elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.assignments import crediting
from servicekit.calendar import pacific_date
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
# Completed when the test was passed, or when the last section was finished if that was later.
_COMPLETE_TESTED = """
WITH done AS (
  UPDATE assignment AS a SET state = 'COMPLETED'
  FROM unnest(%(requirements)b::uuid[], %(people)b::uuid[], %(moments)s::timestamptz[])
      AS tested (requirement_id, person_id, passed_at)
    JOIN requirement ON requirement.id = tested.requirement_id
    JOIN course_version AS course
      ON (course.course_id, course.version) = (requirement.course_id, requirement.course_version)
  WHERE (a.requirement_id, a.person_id) = (tested.requirement_id, tested.person_id)
    AND a.state = 'IN_PROGRESS' AND a.sections_completed = course.section_count
  RETURNING a.requirement_id, a.person_id, requirement.of_notice_id AS notice_id, course.course_id,
    course.version AS course_version, course.minutes,
    greatest(tested.passed_at, a.progressed_at) AS completed_at
), recorded AS (
  INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
  SELECT requirement_id, person_id, 'COURSE', minutes, completed_at,
    (completed_at AT TIME ZONE 'America/Los_Angeles')::date, ''
  FROM done ORDER BY requirement_id, person_id
)
SELECT requirement_id::text, notice_id::text, course_id, course_version, person_id::text, completed_at
FROM done ORDER BY requirement_id, person_id
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
# Their rows are locked.
_PASSED = """
SELECT a.requirement_id, a.person_id, passed.passed_at
FROM assignment AS a
JOIN requirement ON requirement.id = a.requirement_id
JOIN course_version AS course
  ON (course.course_id, course.version) = (requirement.course_id, requirement.course_version)
JOIN passed_test AS passed
  ON (passed.person_id, passed.test_id, passed.test_version) = (a.person_id, course.test_id, course.test_version)
WHERE a.requirement_id = %(requirement)s::uuid AND a.person_id = ANY(%(people)s)
"""


class _Tested(NamedTuple):
    requirement_id: UUID
    person_id: UUID
    passed_at: datetime


class _Done(NamedTuple):
    requirement_id: str
    notice_id: str
    course_id: str
    course_version: int
    person_id: str
    completed_at: datetime

    @property
    def asked(self) -> events.Asked:
        """What it was under."""
        return events.Asked(self.requirement_id, self.notice_id, self.course_id, self.course_version)


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
    _complete_tested(db, db.all(_Tested, _LOCK_TESTED, **heard))


def _complete_tested(db: Db, tested: Sequence[_Tested]) -> None:
    """Complete those of the locked assignments, of people who passed the test, that have nothing else missing."""
    if not tested:
        return
    done = db.all(
        _Done,
        _COMPLETE_TESTED,
        requirements=[one.requirement_id for one in tested],
        people=[one.person_id for one in tested],
        moments=[one.passed_at for one in tested],
    )
    for asked, those in groupby(done, key=lambda one: one.asked):
        events.assignments_completed(db, asked, [(one.person_id, one.completed_at) for one in those])
    taken = [
        crediting.Taken(UUID(one.requirement_id), UUID(one.person_id), pacific_date(one.completed_at)) for one in done
    ]
    crediting.grant(db, crediting.of_others(db, taken))


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
    _complete_tested(db, db.all(_Tested, _PASSED, requirement=asked.requirement_id, people=people))
    crediting.grant(db, crediting.of_listed(db, UUID(asked.requirement_id), people))
