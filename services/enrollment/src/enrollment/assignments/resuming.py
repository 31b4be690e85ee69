"""Whoever is asked again goes on where they were; what has nothing missing by then is completed at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.assignments import crediting
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

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


class Tested(NamedTuple):
    """An assignment, locked, of somebody who passed the test of its course."""

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


def resume(db: Db, requirement_id: UUID, people: Collection[UUID]) -> None:
    """Let these people, whose rows are locked and open, go on.

    Whoever had passed the test, or took the course for another letter, meanwhile has completed it by that.
    """
    complete_tested(db, db.all(Tested, _PASSED, requirement=requirement_id, people=list(people)))
    crediting.grant(db, crediting.of_listed(db, requirement_id, people))


def complete_tested(db: Db, tested: Sequence[Tested]) -> None:
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
