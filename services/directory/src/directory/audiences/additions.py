"""Units that agencies ask beside those whom an audience is for: a copy of what notification tells, and who they are.

Kept by revision, so that it may be heard in any order and twice, and before the audience itself is known.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory import locks, membership
from directory.audiences.rules import Additions
from directory.audiences.tables import AudienceRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_TAKE = """
INSERT INTO audience_addition AS known (audience_id, agency_id, units, revision)
SELECT audience_id, agency_id, string_to_array(units, ','), revision
FROM unnest(%(audiences)s::uuid[], %(agencies)s::text[], %(units)s::text[], %(revisions)s::bigint[])
  AS heard (audience_id, agency_id, units, revision)
ORDER BY audience_id, agency_id
ON CONFLICT (audience_id, agency_id) DO UPDATE SET units = excluded.units, revision = excluded.revision
WHERE excluded.revision > known.revision
RETURNING audience_id
"""
_OF = "SELECT agency_id, units FROM audience_addition WHERE audience_id = %(audience)s"
# People of an agency whom nobody asks there; units one by one.
_OTHERS = """
SELECT job.person_id, job.units, EXISTS (
  SELECT FROM leave WHERE leave.person_id = job.person_id AND leave.start_date <= %(day)s
    AND (leave.end_date IS NULL OR leave.end_date >= %(day)s)) AS on_leave
FROM job
WHERE job.agency_id = %(agency)s AND job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)
  AND NOT EXISTS (
    SELECT FROM audience_member AS m
    WHERE (m.audience_id, m.person_id, m.agency_id) = (%(audience)s, job.person_id, job.agency_id) AND m.member)
"""
_BY_UNIT = f"""
SELECT unit, count(*)::int AS people FROM ({_OTHERS}) AS others CROSS JOIN LATERAL unnest(units) AS unit
GROUP BY unit ORDER BY unit
"""  # noqa: S608 - constants only
_CHOSEN = f"""
SELECT count(*)::int AS people, (count(*) FILTER (WHERE on_leave))::int AS on_leave
FROM ({_OTHERS}) AS others WHERE units && %(units)s::text[]
"""  # noqa: S608 - constants only


class Addition(NamedTuple):
    """All units that an agency asks too, as it stood by a revision."""

    audience_id: UUID
    agency_id: str
    units: Sequence[str]
    revision: int


class OfUnit(NamedTuple):
    """How many people of a unit nobody asks."""

    unit: str
    people: int


class Chosen(NamedTuple):
    """How many people of some units nobody asks, each once, and how many of them are on leave."""

    people: int
    on_leave: int


class _Of(NamedTuple):
    agency_id: str
    units: list[str]


def take(db: Db, heard: Sequence[Addition]) -> None:
    """Remember what agencies ask too, and bring memberships in step with it, today."""
    newest: dict[tuple[UUID, str], Addition] = {}
    for one in sorted(heard, key=lambda one: one.revision):
        newest[one.audience_id, one.agency_id] = one
    locks.hold(db)
    said = list(newest.values())
    changed = db.values(
        _TAKE,
        audiences=[one.audience_id for one in said],
        agencies=[one.agency_id for one in said],
        units=[",".join(sorted(set(one.units))) for one in said],
        revisions=[one.revision for one in said],
    )
    if changed:
        membership.recompute(db, at=db.at, audience_ids=sorted(set(changed)))


def of(db: Db, audience_id: UUID) -> Additions:
    """Return the units that agencies ask too."""
    return {one.agency_id: one.units for one in db.all(_Of, _OF, audience=audience_id)}


def preview(
    db: Db, audience_id: UUID, agency_id: str, units: Collection[str], *, day: date | None = None
) -> tuple[list[OfUnit], Chosen]:
    """Count, by unit, the people of an agency whom nobody asks there, and those of *units*, each once."""
    if db.get(AudienceRow, audience_id) is None:
        raise NotFound(f"audiences/{audience_id}")
    given = {"audience": audience_id, "agency": agency_id, "day": day or pacific_date(db.at)}
    return db.all(OfUnit, _BY_UNIT, **given), db.one(Chosen, _CHOSEN, **given, units=sorted(units))
