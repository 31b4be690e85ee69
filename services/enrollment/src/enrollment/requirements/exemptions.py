"""To which units of agencies what is asked does not apply, and what that means for a person.

Excused is who works in such units alone, at each agency where they are asked: who also works elsewhere needs it there.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from enrollment.requirements.notices import Asks, lock
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Of a membership `m` of an assignment `a`: all its units are exempt. Nobody is left out because no unit is recorded.
EXEMPT = """
(m.units <> '{}' AND m.units <@ ARRAY(
  SELECT e.unit FROM exemption AS e WHERE (e.requirement_id, e.agency_id) = (a.requirement_id, m.agency_id)
))
"""
_AUDIENCE = "SELECT audience_id FROM requirement WHERE id = %(of)s OR notice_id = %(of)s"
_HELD = """
SELECT requirement.id, requirement.audience_id, requirement.state, notice_id, course_id, course_version
FROM requirement WHERE notice_id = %(notice)s
"""
_HAS_PEOPLE = """
SELECT EXISTS (
  SELECT FROM audience_member AS m
  WHERE m.audience_id = %(audience)s AND m.agency_id = %(agency)s AND m.member
)
"""
_UNKNOWN = """
SELECT unit FROM unnest(%(units)s::text[]) AS unit
WHERE NOT EXISTS (
  SELECT FROM audience_member AS m
  WHERE m.audience_id = %(audience)s AND m.agency_id = %(agency)s AND m.member AND unit = ANY(m.units)
)
ORDER BY unit
"""
_EXEMPT = """
INSERT INTO exemption (requirement_id, agency_id, unit, reason, exempted_by, exempted_at)
SELECT %(requirement)s, %(agency)s, unit, %(reason)s, %(by)s, %(at)s
FROM unnest(%(units)s::text[]) AS unit ORDER BY unit
ON CONFLICT DO NOTHING
RETURNING unit
"""
_END = """
DELETE FROM exemption WHERE (requirement_id, agency_id, unit) = (%(requirement)s, %(agency)s, %(unit)s)
RETURNING reason
"""
_SOME = "SELECT DISTINCT requirement_id FROM exemption WHERE requirement_id = ANY(%(requirements)s)"


class Exemption(NamedTuple):
    """It does not apply to the unit, and to how many people by that."""

    unit: str
    reason: str
    exempted_by: UUID
    exempted_at: datetime
    excused: int


class Held(NamedTuple):
    """What a notice asks; nothing of it, nor its membership, changes until commit."""

    id: UUID
    audience_id: UUID
    state: str
    notice_id: UUID
    course_id: str
    course_version: int


def hold(db: Db, of: UUID) -> None:
    """Let no membership nor exemption change under a requirement, or under what a notice asks, until commit.

    Before any row is locked. Whoever asks somebody again looks at both, and would else look past what is changed now.
    """
    lock(db, db.values(_AUDIENCE, of=of))


def held(db: Db, notice_id: UUID, agency_id: str) -> Held:
    """Return what a notice asks, if it asks people of the agency; to others it does not exist."""
    # As with an earlier day: notices first, then the audiences that they ask.
    lock(db, [], notice_ids=[notice_id])
    found = db.maybe(Held, _HELD, notice=notice_id)
    if found is None:
        raise NotFound(f"notices/{notice_id}")
    lock(db, [found.audience_id])
    check_asked(db, found.audience_id, agency_id, notice_id)
    return found


def check_asked(db: Db, audience_id: UUID, agency_id: str, notice_id: UUID) -> None:
    """Refuse an agency of whose people nobody is asked."""
    if not db.value(_HAS_PEOPLE, audience=audience_id, agency=agency_id):
        raise NotFound(f"agencies/{agency_id}/notices/{notice_id}")


def unknown(db: Db, audience_id: UUID, agency_id: str, units: Collection[str]) -> list[str]:
    """Return those of *units* in which nobody of the agency is asked."""
    found: list[str] = db.values(_UNKNOWN, audience=audience_id, agency=agency_id, units=sorted(units))
    return found


def exempt(db: Db, requirement_id: UUID, agency_id: str, units: Collection[str], *, reason: str, by: UUID) -> list[str]:
    """Note that it does not apply to these units; return those of which nobody had said so."""
    new: list[str] = db.values(
        _EXEMPT, requirement=requirement_id, agency=agency_id, units=sorted(units), reason=reason, by=by, at=db.at
    )
    return new


def end(db: Db, requirement_id: UUID, agency_id: str, unit: str) -> str | None:
    """Note that it applies to a unit again; return why it did not. None = it did."""
    reasons: list[str] = db.values(_END, requirement=requirement_id, agency=agency_id, unit=unit)
    return reasons[0] if reasons else None


def of(db: Db, asked: Collection[Asks]) -> list[UUID]:
    """Return those of what is *asked* that do not apply to some unit."""
    found: list[UUID] = db.values(_SOME, requirements=[asks.id for asks in asked]) if asked else []
    return found
