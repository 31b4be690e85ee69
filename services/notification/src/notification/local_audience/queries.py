"""The units that an agency asks too under a letter, and how far their people are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import DID_ALL
from notification.letters.rows import name_of
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Led by the few who are there so; of a withdrawn letter, as it was on that day.
_HERE = """
FROM notice AS n
JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.agency_id = %(agency)s AND m.member AND m.local
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id AND NOT r.excused
"""
_UNITS = f"""
SELECT l.unit, l.reason, l.added_by, l.added_at, (
  SELECT count(*)::int {_HERE} WHERE n.id = l.notice_id AND l.unit = ANY(m.units)
) AS people
FROM local_audience AS l WHERE l.notice_id = %(notice)s AND l.agency_id = %(agency)s ORDER BY l.unit
"""  # noqa: S608 - made of constants
_FIGURES = f"""
SELECT count(*)::int AS people,
  (count(*) FILTER (WHERE NOT m.on_leave AND {DID_ALL}))::int AS ready,
  (count(*) FILTER (WHERE m.on_leave))::int AS on_leave,
  (count(*) FILTER (WHERE NOT m.on_leave AND NOT ({DID_ALL})
    AND r.due_date < least(%(today)s, (n.withdrawn_at AT TIME ZONE 'America/Los_Angeles')::date)))::int AS overdue
{_HERE} WHERE n.id = %(notice)s
"""
_IS_THERE = """
SELECT EXISTS (
  SELECT FROM notice AS n JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version
  WHERE n.id = %(notice)s AND d.agency_id = %(agency)s AND n.state IN ('PUBLISHED', 'WITHDRAWN')
)
"""


class Unit(NamedTuple):
    """A unit that an agency asks too, and how many of its people have the letter by that alone."""

    unit: str
    reason: str
    added_by: UUID
    added_at: datetime
    people: int


class Figures(NamedTuple):
    """How far those are whom the agency alone asks."""

    people: int
    ready: int
    on_leave: int
    overdue: int


class LocalAudience(NamedTuple):
    """Whom an agency asks too under a letter."""

    notice_id: UUID
    agency_id: str
    units: Sequence[Unit]
    figures: Figures


def name(notice_id: UUID, agency_id: str) -> str:
    """Return the resource name."""
    return f"agencies/{agency_id}/{name_of(notice_id)}/localAudience"


def local_audience(db: Db, notice_id: UUID, agency_id: str, today: date) -> LocalAudience:
    """Return whom an agency asks too under a letter that is there."""
    asked = {"notice": notice_id, "agency": agency_id}
    if not db.value(_IS_THERE, **asked):
        raise NotFound(name(notice_id, agency_id))
    units, figures = db.all(Unit, _UNITS, **asked), db.one(Figures, _FIGURES, **asked, today=today)
    return LocalAudience(notice_id, agency_id, units, figures)
