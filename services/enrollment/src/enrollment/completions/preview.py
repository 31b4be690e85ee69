"""Who would be recorded as trained, before it is recorded: of the people of units, and of others by name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from enrollment.assignments.rules import State
from servicekit.data.db import Db
from servicekit.refusals import NotFound

NO_UNIT = "none"

_CHOSEN = """
SELECT a.person_id, a.state, member.on_leave
FROM requirement
JOIN audience_member AS member ON member.audience_id = requirement.audience_id AND member.agency_id = %(agency)s
JOIN assignment AS a ON (a.requirement_id, a.person_id) = (requirement.id, member.person_id)
WHERE requirement.notice_id = %(notice)s AND member.member AND (
  member.units && %(units)s::text[] OR (%(no_unit)s AND member.units = '{}') OR a.person_id = ANY(%(people)b::uuid[])
)
  AND (%(only)s::text[] IS NULL OR member.units && %(only)s::text[])
ORDER BY a.person_id
"""


class _Chosen(NamedTuple):
    person_id: UUID
    state: str
    on_leave: bool


@dataclass(frozen=True)
class Preview:
    """Who would be recorded, and who would not and why; each person once."""

    people: list[UUID]
    trained: list[UUID]
    excused: list[UUID]
    on_leave: list[UUID]
    not_listed: list[UUID]


def preview(
    db: Db,
    *,
    notice_id: UUID,
    agency_id: str,
    units: Collection[str],
    person_ids: Collection[UUID],
    only: Collection[str] | None = None,
) -> Preview:
    """Return what recording a training for whole units and named people would do: one statement, however many.

    Whoever is on leave was in no briefing of their unit, unless somebody names them. Who is in none of the units *only*
    is not listed.
    """
    if not db.value("SELECT EXISTS (SELECT FROM requirement WHERE notice_id = %(notice)s)", notice=notice_id):
        raise NotFound(f"notices/{notice_id}")
    named = set(person_ids)
    found = db.all(
        _Chosen,
        _CHOSEN,
        notice=notice_id,
        agency=agency_id,
        units=sorted(set(units) - {NO_UNIT}),
        no_unit=NO_UNIT in units,
        people=list(named),
        only=None if only is None else sorted(only),
    )
    groups: dict[str, list[UUID]] = {"people": [], "trained": [], "excused": [], "on_leave": []}
    for one in found:
        groups[_group(one, named=one.person_id in named)].append(one.person_id)
    return Preview(**groups, not_listed=sorted(named - {one.person_id for one in found}))


def _group(one: _Chosen, *, named: bool) -> str:
    if one.state == State.COMPLETED:
        return "trained"
    if one.state == State.WAIVED:
        return "excused"
    return "on_leave" if one.on_leave and not named else "people"
