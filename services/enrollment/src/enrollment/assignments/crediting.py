"""Credit: who took the same version of a course for another letter, not too long before, is not asked for it again."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.events import Asked
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

# What was taken for a letter that was withdrawn since counts too: it was learned.
_LISTED = """
SELECT a.requirement_id, r.notice_id, r.course_id, r.course_version, a.person_id,
  earlier.notice_id AS credited_notice_id, earlier.completed_on AS credited_on
FROM requirement AS r JOIN assignment AS a ON a.requirement_id = r.id
CROSS JOIN LATERAL (
  SELECT other.of_notice_id AS notice_id, c.completed_on
  FROM completion AS c JOIN requirement AS other ON other.id = c.requirement_id
  WHERE c.person_id = a.person_id AND c.kind = 'COURSE'
    AND (other.course_id, other.course_version) = (r.course_id, r.course_version)
    AND c.completed_on
      > (r.published_at AT TIME ZONE 'America/Los_Angeles')::date - make_interval(months => r.credit_months)
  ORDER BY c.completed_at DESC LIMIT 1
) AS earlier
WHERE r.id = %(requirement)s AND r.credit_months > 0
  AND (%(people)s::uuid[] IS NULL OR a.person_id = ANY(%(people)s::uuid[])) AND a.state IN ('ASSIGNED', 'IN_PROGRESS')
ORDER BY a.requirement_id, a.person_id
FOR UPDATE OF a
"""
# Whoever finishes another of them at this very moment completes that one by themselves.
_OTHERS = """
SELECT a.requirement_id, r.notice_id, r.course_id, r.course_version, a.person_id,
  took.of_notice_id AS credited_notice_id, given.day AS credited_on
FROM unnest(%(requirements)b::uuid[], %(people)b::uuid[], %(days)b::date[]) AS given (requirement_id, person_id, day)
JOIN requirement AS took ON took.id = given.requirement_id
JOIN requirement AS r
  ON (r.course_id, r.course_version) = (took.course_id, took.course_version) AND r.id <> took.id
  AND r.credit_months > 0 AND r.state = 'OPEN'
JOIN assignment AS a ON (a.requirement_id, a.person_id) = (r.id, given.person_id)
WHERE a.state IN ('ASSIGNED', 'IN_PROGRESS')
  AND (a.requirement_id, a.person_id) NOT IN (
    SELECT * FROM unnest(%(held)b::uuid[], %(holders)b::uuid[]) AS held (requirement_id, person_id)
  )
ORDER BY a.requirement_id, a.person_id
FOR UPDATE OF a SKIP LOCKED
"""
_WRITE = """
WITH found AS (
  SELECT *
  FROM unnest(%(requirements)b::uuid[], %(people)b::uuid[], %(notices)b::uuid[], %(days)b::date[])
    AS found (requirement_id, person_id, credited_notice_id, credited_on)
), done AS (
  UPDATE assignment AS a SET state = 'COMPLETED' FROM found
  WHERE (a.requirement_id, a.person_id) = (found.requirement_id, found.person_id)
)
INSERT INTO completion (
  requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by, credited_notice_id, credited_on
)
SELECT requirement_id, person_id, 'CREDIT', 0, %(at)s, %(today)s, '', credited_notice_id, credited_on
FROM found ORDER BY requirement_id, person_id
"""


class Taken(NamedTuple):
    """Somebody took the course for a letter, on a day in California."""

    requirement_id: UUID
    person_id: UUID
    day: date


class Credit(NamedTuple):
    """An open assignment, locked, of somebody who took the course for another letter."""

    requirement_id: UUID
    notice_id: UUID
    course_id: str
    course_version: int
    person_id: UUID
    credited_notice_id: UUID
    credited_on: date

    @property
    def asked(self) -> Asked:
        """What it is under."""
        return Asked(str(self.requirement_id), str(self.notice_id), self.course_id, self.course_version)


def of_listed(db: Db, requirement_id: UUID, people: Collection[UUID] | None = None) -> list[Credit]:
    """Find those of *people* (None = everybody) who were just asked, and took the course before."""
    found = list(people) if people is not None else None
    return _one_each(db.all(Credit, _LISTED, requirement=requirement_id, people=found))


def of_others(db: Db, taken: Sequence[Taken], held: Sequence[tuple[UUID, UUID]] = ()) -> list[Credit]:
    """Find what other letters ask of those who took a course just now.

    But for what is *held* (requirement, person): it is being decided by whoever calls.
    """
    if not taken:
        return []
    return _one_each(
        db.all(
            Credit,
            _OTHERS,
            requirements=[one.requirement_id for one in taken],
            people=[one.person_id for one in taken],
            days=[one.day for one in taken],
            held=[requirement_id for requirement_id, _ in held],
            holders=[person_id for _, person_id in held],
        )
    )


def write(db: Db, granted: Sequence[Credit], at: datetime) -> None:
    """Complete what is credited."""
    if not granted:
        return
    db.run(
        _WRITE,
        requirements=[one.requirement_id for one in granted],
        people=[one.person_id for one in granted],
        notices=[one.credited_notice_id for one in granted],
        days=[one.credited_on for one in granted],
        at=at,
        today=pacific_date(at),
    )


def grant(db: Db, granted: Sequence[Credit]) -> None:
    """Complete what is credited, and tell."""
    write(db, granted, db.at)
    for asked, those in by_letter(granted):
        events.assignments_completed(db, asked, [(str(one.person_id), db.at) for one in those])


def by_letter(granted: Sequence[Credit]) -> Iterator[tuple[Asked, list[Credit]]]:
    """Give them letter by letter."""
    for asked, those in groupby(granted, key=lambda one: one.asked):
        yield asked, list(those)


def _one_each(granted: Sequence[Credit]) -> list[Credit]:
    """Somebody may take a course for two letters in the same moment."""
    return list({(one.requirement_id, one.person_id): one for one in granted}.values())
