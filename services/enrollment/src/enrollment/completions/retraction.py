"""Training that was recorded by mistake is taken back, for many at once. It stays on record, with who and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from enrollment.assignments import completing, exempting
from enrollment.assignments.completing import Mistake
from enrollment.assignments.rules import check_reason
from enrollment.completions.rules import RECORDED, CourseTaken, PeopleNotOfAgency
from enrollment.completions.training import OPEN, WITHDRAWN, requirement_of
from enrollment.requirements import exemptions
from servicekit.data.db import Db

MOST_RECORDINGS = 200
_LOCK_OF_AGENCY = """
SELECT a.person_id, coalesce(completion.kind, '') AS kind
FROM assignment AS a
JOIN audience_member AS member
  ON (member.audience_id, member.person_id, member.agency_id) = (%(audience)s, a.person_id, %(agency)s)
LEFT JOIN completion ON (completion.requirement_id, completion.person_id) = (a.requirement_id, a.person_id)
  AND NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id)
WHERE a.requirement_id = %(requirement)s AND a.person_id = ANY(%(people)s) AND member.member
  AND (%(units)s::text[] IS NULL OR member.units && %(units)s::text[])
ORDER BY a.person_id
FOR UPDATE OF a
"""
_RECORDINGS = """
SELECT kind, completed_on, minutes, led_by, completed_at AS recorded_at,
  array_agg(completion.person_id ORDER BY completion.person_id) AS people
FROM requirement
JOIN audience_member AS member
  ON (member.audience_id, member.agency_id) = (requirement.audience_id, %(agency)s) AND member.member
JOIN completion ON (completion.requirement_id, completion.person_id) = (requirement.id, member.person_id)
WHERE requirement.notice_id = %(notice)s AND kind = ANY(%(kinds)s)
  AND (%(units)s::text[] IS NULL OR member.units && %(units)s::text[])
  AND NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id)
GROUP BY kind, completed_on, minutes, led_by, completed_at
ORDER BY completed_at DESC, kind LIMIT %(most)s
"""


class Recording(NamedTuple):
    """What was recorded at once, of those who are on the agency's list now."""

    kind: str
    completed_on: date
    minutes: int
    led_by: str
    recorded_at: datetime
    people: list[UUID]


class _Listed(NamedTuple):
    person_id: UUID
    kind: str


@dataclass(frozen=True)
class Retracted:
    """What was done: *retracted* people, and those of whom nothing is recorded (any more)."""

    retracted: int
    unchanged: int


def recordings(db: Db, *, notice_id: UUID, agency_id: str, only: Collection[str] | None = None) -> list[Recording]:
    """Return what was recorded for people of the agency under a notice and stands, the newest first.

    With *only*, of people of these units.
    """
    requirement_of(db, notice_id)
    kinds = [kind.value for kind in RECORDED]
    return db.all(
        Recording,
        _RECORDINGS,
        notice=notice_id,
        agency=agency_id,
        units=None if only is None else sorted(only),
        kinds=kinds,
        most=MOST_RECORDINGS,
    )


def retract(
    db: Db,
    *,
    notice_id: UUID,
    person_ids: Collection[UUID],
    mistake: Mistake,
    only: Collection[str] | None = None,
) -> Retracted:
    """Take back training that was recorded for people of the agency, with the reason.

    All or nothing: people who are not on the agency's list, or in none of the units *only*, and those who took the
    course, are refused.
    """
    reason = check_reason(mistake.reason)
    exemptions.hold(db, notice_id)
    requirement = requirement_of(db, notice_id)
    people = set(person_ids)
    listed = db.all(
        _Listed,
        _LOCK_OF_AGENCY,
        requirement=requirement.id,
        audience=requirement.audience_id,
        agency=mistake.agency_id,
        people=list(people),
        units=None if only is None else sorted(only),
    )
    if missing := len(people) - len(listed):
        raise PeopleNotOfAgency(
            f"{missing} of the people are not on this agency's list.",
            field="people",
            agency=mistake.agency_id,
            count=missing,
        )
    if took := sum(one.kind not in ("", *RECORDED) for one in listed):
        raise CourseTaken(f"{took} of the people took the course.", field="people", count=took)
    recorded = [one.person_id for one in listed if one.kind]
    if recorded:
        completing.retract(
            db,
            requirement.asked_by(notice_id),
            recorded,
            Mistake(mistake.person_id, mistake.agency_id, reason),
            withdrawn=requirement.state == WITHDRAWN,
        )
        if requirement.state == OPEN:
            exempting.follow(db, [requirement.id], recorded)
    db.changed(
        f"notices/{notice_id}",
        after={"agency": mistake.agency_id, "retracted": sorted(map(str, recorded))},
        reason=reason,
    )
    return Retracted(len(recorded), len(listed) - len(recorded))
