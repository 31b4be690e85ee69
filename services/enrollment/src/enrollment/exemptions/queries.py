"""To which units of an agency a letter does not apply, and what it would mean if it did not apply to others."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from enrollment.exemptions.rules import At
from enrollment.requirements.exemptions import Exemption, check_asked
from servicekit.data.db import Db
from servicekit.refusals import NotFound

MOST_UNITS = 200
_ASKED = "SELECT id, audience_id FROM requirement WHERE notice_id = %(notice)s"
_OF = """
SELECT e.unit, e.reason, e.exempted_by, e.exempted_at, (
  SELECT count(*)::int FROM audience_member AS m
  JOIN assignment AS a ON (a.requirement_id, a.person_id) = (e.requirement_id, m.person_id)
  WHERE (m.audience_id, m.agency_id) = (%(audience)s, e.agency_id) AND m.member AND e.unit = ANY(m.units)
    AND a.state = 'WAIVED' AND a.exempt
) AS excused
FROM exemption AS e WHERE (e.requirement_id, e.agency_id) = (%(requirement)s, %(agency)s)
ORDER BY e.unit LIMIT %(most)s
"""
_PREVIEW = """
SELECT
  (count(*) FILTER (WHERE open AND all_exempt))::int AS excused,
  (count(*) FILTER (WHERE open AND all_exempt AND on_leave))::int AS on_leave,
  (count(*) FILTER (WHERE state = 'COMPLETED'))::int AS completed,
  (count(*) FILTER (WHERE state = 'WAIVED'))::int AS excused_before,
  (count(*) FILTER (WHERE open AND NOT all_exempt))::int AS asked_elsewhere
FROM (
  SELECT a.state, a.state IN ('ASSIGNED', 'IN_PROGRESS') AS open, here.on_leave, (
    SELECT bool_and(m.units <> '{}' AND m.units <@ (ARRAY(
      SELECT e.unit FROM exemption AS e WHERE (e.requirement_id, e.agency_id) = (a.requirement_id, m.agency_id)
    ) || CASE WHEN m.agency_id = %(agency)s THEN %(units)s::text[] ELSE '{}' END))
    FROM audience_member AS m
    WHERE (m.audience_id, m.person_id) = (%(audience)s, a.person_id) AND m.member
  ) AS all_exempt
  FROM audience_member AS here
  JOIN assignment AS a ON (a.requirement_id, a.person_id) = (%(requirement)s, here.person_id)
  WHERE here.audience_id = %(audience)s AND here.agency_id = %(agency)s AND here.member
    AND here.units && %(units)s::text[]
) AS person
"""


class Preview(NamedTuple):
    """Of the people of units: how many would be excused, and of these on leave; and why the others would not."""

    excused: int
    on_leave: int
    completed: int
    excused_before: int
    asked_elsewhere: int


class _Asked(NamedTuple):
    id: UUID
    audience_id: UUID


def of_agency(db: Db, at: At) -> Sequence[Exemption]:
    """Return the units to which it does not apply, with how many of their people are excused by exemptions."""
    asked = _asked(db, at)
    return db.all(
        Exemption, _OF, requirement=asked.id, audience=asked.audience_id, agency=at.agency_id, most=MOST_UNITS
    )


def preview(db: Db, at: At, units: Collection[str]) -> Preview:
    """Return what it would mean if it did not apply to these units either."""
    asked = _asked(db, at)
    values = {"requirement": asked.id, "audience": asked.audience_id, "agency": at.agency_id}
    return db.one(Preview, _PREVIEW, **values, units=sorted(units))


def _asked(db: Db, at: At) -> _Asked:
    asked = db.maybe(_Asked, _ASKED, notice=at.notice_id)
    if asked is None:
        raise NotFound(f"notices/{at.notice_id}")
    check_asked(db, asked.audience_id, at.agency_id, at.notice_id)
    return asked
