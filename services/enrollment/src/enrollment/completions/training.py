"""Training that was given elsewhere, recorded for many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from enrollment.assignments import completing
from enrollment.assignments.rules import State
from enrollment.completions.rules import PeopleExcused, PeopleNotOfAgency, Training
from enrollment.events import Asked
from enrollment.requirements.rules import check_in_force
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Shared until commit: a withdrawal waits, or has been seen.
_REQUIREMENT = """
SELECT id, course_id, course_version, audience_id, published_at, briefing_counts, state
FROM requirement WHERE notice_id = %(notice)s FOR SHARE
"""
_LOCK_OF_AGENCY = """
SELECT a.person_id, a.state
FROM assignment AS a
JOIN audience_member AS member
  ON (member.audience_id, member.person_id, member.agency_id) = (%(audience)s, a.person_id, %(agency)s)
WHERE a.requirement_id = %(requirement)s AND a.person_id = ANY(%(people)s) AND member.member
  AND (%(units)s::text[] IS NULL OR member.units && %(units)s::text[])
ORDER BY a.person_id
FOR UPDATE OF a
"""


# Of a requirement: it is asked; its notice no longer holds.
OPEN, WITHDRAWN = "OPEN", "WITHDRAWN"


class Requirement(NamedTuple):
    """What a notice asks."""

    id: UUID
    course_id: str
    course_version: int
    audience_id: UUID
    published_at: datetime
    briefing_counts: bool
    state: str

    def asked_by(self, notice_id: UUID) -> Asked:
        """What assignments are under."""
        return Asked(str(self.id), str(notice_id), self.course_id, self.course_version)


class _Listed(NamedTuple):
    person_id: UUID
    state: str


@dataclass(frozen=True)
class Recorded:
    """What recording a training did: *completed* people, and those who had completed it before."""

    completed: int
    unchanged: int


def record_training(
    db: Db,
    *,
    notice_id: UUID,
    agency_id: str,
    person_ids: Collection[UUID],
    training: Training,
    only: Collection[str] | None = None,
) -> Recorded:
    """Complete what a notice asked for people of the agency, by a training that was given elsewhere.

    All or nothing: people who are not on the agency's list, or in none of the units *only*, and excused ones, are
    refused. Whoever had completed it before is counted and left as they are.
    """
    training.check()
    requirement = requirement_of(db, notice_id)
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
        units=None if only is None else sorted(only),
    )
    if missing := len(people) - len(listed):
        raise PeopleNotOfAgency(
            f"{missing} of the people are not on this agency's list.", field="people", agency=agency_id, count=missing
        )
    if excused := sum(one.state == State.WAIVED for one in listed):
        raise PeopleExcused(f"{excused} of the people are excused.", field="people", count=excused)
    unfinished = [one.person_id for one in listed if one.state != State.COMPLETED]
    completing.complete(
        db,
        requirement.asked_by(notice_id),
        people=unfinished,
        kind=training.kind.value,
        minutes=training.minutes,
        completed_on=training.completed_on,
        led_by=training.led_by,
    )
    recorded = Recorded(len(unfinished), len(listed) - len(unfinished))
    db.changed(
        f"notices/{notice_id}",
        after={
            "agency": agency_id,
            "kind": training.kind.value,
            "complete_date": str(training.completed_on),
            "completed": sorted(map(str, unfinished)),
        },
    )
    return recorded


def requirement_of(db: Db, notice_id: UUID) -> Requirement:
    """Return what a notice asks, shared until commit: a withdrawal waits, or has been seen."""
    requirement = db.maybe(Requirement, _REQUIREMENT, notice=notice_id)
    if requirement is None:
        raise NotFound(f"notices/{notice_id}")
    return requirement
