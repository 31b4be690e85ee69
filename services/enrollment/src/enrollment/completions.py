"""Completing for many at once: passed tests as they are heard, and training that was given elsewhere."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.rules.assignments import State, check_in_force
from enrollment.rules.training import PeopleExcused, PeopleNotOfAgency, Training
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound

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
  RETURNING a.requirement_id, a.person_id, requirement.notice_id, course.minutes,
    greatest(tested.passed_at, a.progressed_at) AS completed_at
), recorded AS (
  INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
  SELECT requirement_id, person_id, 'COURSE', minutes, completed_at,
    (completed_at AT TIME ZONE 'America/Los_Angeles')::date, ''
  FROM done ORDER BY requirement_id, person_id
)
SELECT requirement_id::text, notice_id::text, person_id::text, completed_at
FROM done ORDER BY requirement_id, person_id
"""
# Shared until commit: a withdrawal waits, or has been seen.
_REQUIREMENT = """
SELECT id, audience_id, published_at, briefing_counts, state FROM requirement WHERE notice_id = %(notice)s FOR SHARE
"""
_LOCK_OF_AGENCY = """
SELECT a.person_id, a.state
FROM assignment AS a
JOIN audience_member AS member
  ON (member.audience_id, member.person_id, member.agency_id) = (%(audience)s, a.person_id, %(agency)s)
WHERE a.requirement_id = %(requirement)s AND a.person_id = ANY(%(people)s) AND member.member
ORDER BY a.person_id
FOR UPDATE OF a
"""
_RECORD = """
WITH done AS (
  UPDATE assignment SET state = 'COMPLETED'
  WHERE requirement_id = %(requirement)s AND person_id = ANY(%(people)s)
)
INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
SELECT %(requirement)s, person_id, %(kind)s, %(minutes)s, %(at)s, %(day)s, %(led_by)s
FROM unnest(%(people)s) AS person_id
"""


# Of a requirement: its notice no longer holds.
WITHDRAWN = "WITHDRAWN"


class _Tested(NamedTuple):
    requirement_id: UUID
    person_id: UUID
    passed_at: datetime


class _Done(NamedTuple):
    requirement_id: str
    notice_id: str
    person_id: str
    completed_at: datetime


class _Requirement(NamedTuple):
    id: UUID
    audience_id: UUID
    published_at: datetime
    briefing_counts: bool
    state: str


class _Listed(NamedTuple):
    person_id: UUID
    state: str


@dataclass(frozen=True)
class Passed:
    """A person passed a version of a test."""

    person_id: UUID
    test_id: str
    test_version: int
    passed_at: datetime


@dataclass(frozen=True)
class Recorded:
    """What recording a training did: *completed* people, and those who had completed it before."""

    completed: int
    unchanged: int


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
    tested = db.all(_Tested, _LOCK_TESTED, **heard)
    if not tested:
        return
    done = db.all(
        _Done,
        _COMPLETE_TESTED,
        requirements=[one.requirement_id for one in tested],
        people=[one.person_id for one in tested],
        moments=[one.passed_at for one in tested],
    )
    for (requirement_id, notice_id), those in groupby(done, key=lambda one: (one.requirement_id, one.notice_id)):
        completions = [(one.person_id, one.completed_at) for one in those]
        events.assignments_completed(db, events.Asked(requirement_id, notice_id), completions)


def record_training(
    db: Db, *, notice_id: UUID, agency_id: str, person_ids: Collection[UUID], training: Training
) -> Recorded:
    """Complete what a notice asked for people of the agency, by a training that was given elsewhere.

    All or nothing: people who are not on the agency's list, and excused ones, are refused. Whoever had completed it
    before is counted and left as they are.
    """
    training.check()
    requirement = _requirement(db, notice_id)
    check_in_force(str(notice_id), withdrawn=requirement.state == WITHDRAWN)
    training.check_counts(str(notice_id), briefing_counts=requirement.briefing_counts)
    training.check_day(today=pacific_date(db.at), issued_on=pacific_date(requirement.published_at))
    people = set(person_ids)
    listed = db.all(
        _Listed,
        _LOCK_OF_AGENCY,
        requirement=requirement.id,
        audience=requirement.audience_id,
        agency=agency_id,
        people=list(people),
    )
    if missing := len(people) - len(listed):
        raise PeopleNotOfAgency(
            f"{missing} of the people are not on this agency's list.", field="people", agency=agency_id, count=missing
        )
    if excused := sum(one.state == State.WAIVED for one in listed):
        raise PeopleExcused(f"{excused} of the people are excused.", field="people", count=excused)
    completing = [one.person_id for one in listed if one.state != State.COMPLETED]
    _record(db, requirement.id, notice_id, completing, training)
    recorded = Recorded(len(completing), len(listed) - len(completing))
    db.changed(
        f"notices/{notice_id}",
        after={
            "agency": agency_id,
            "kind": training.kind.value,
            "complete_date": str(training.completed_on),
            "completed": sorted(map(str, completing)),
        },
    )
    return recorded


def _requirement(db: Db, notice_id: UUID) -> _Requirement:
    requirement = db.maybe(_Requirement, _REQUIREMENT, notice=notice_id)
    if requirement is None:
        raise NotFound(f"notices/{notice_id}")
    return requirement


def _record(db: Db, requirement_id: UUID, notice_id: UUID, people: list[UUID], training: Training) -> None:
    db.run(
        _RECORD,
        requirement=requirement_id,
        people=people,
        kind=training.kind.value,
        minutes=training.minutes,
        at=db.at,
        day=training.completed_on,
        led_by=training.led_by,
    )
    completions = [(str(person_id), db.at) for person_id in people]
    events.assignments_completed(db, events.Asked(str(requirement_id), str(notice_id)), completions)
