"""The day of each person where an agency gave its people an earlier one: a statement, however many there are.

The state's day, or the earliest of their agencies; never before the days that who came later has. Who is due before the
state's own day is so by an agency, so that the state's clock is read from the same column: the later of the two.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicekit import closed_days
from servicekit.data.db import Db

_LOCALLY_DATED = """
SELECT DISTINCT n.id, n.audience_id, n.audience_revision, n.business_days_after_issue AS days
FROM notice AS n JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version
WHERE n.id = ANY(%(notices)s) AND n.state = 'PUBLISHED' AND (d.local_due_date IS NOT NULL OR %(whole)s)
ORDER BY n.id
"""
_LATER = """
SELECT revision, effective_date FROM audience_revision
WHERE audience_id = %(audience)s AND revision > %(revision)s
"""
_REDATE = """
WITH touched AS ({touched}), later AS (
  SELECT * FROM unnest(%(since)s::bigint[], %(not_before)s::date[]) AS later (since, not_before)
)
UPDATE recipient AS r SET due_date = held.due_date FROM (
  SELECT touched.notice_id, touched.person_id,
    greatest(least(n.due_date, place.local_due_date), later.not_before) AS due_date
  FROM touched JOIN notice AS n ON n.id = touched.notice_id
  CROSS JOIN LATERAL (
    SELECT max(m.since) AS since, min(d.local_due_date) AS local_due_date FROM audience_member AS m
    LEFT JOIN delivery AS d ON (d.notice_id, d.version, d.agency_id) = (n.id, n.version, m.agency_id)
    WHERE m.audience_id = n.audience_id AND m.person_id = touched.person_id AND m.member
  ) AS place
  LEFT JOIN later USING (since)
  WHERE n.id = %(redated)s AND place.since IS NOT NULL
) AS held
WHERE (r.notice_id, r.person_id) = (held.notice_id, held.person_id) AND r.due_date <> held.due_date
"""
EVERYBODY = "SELECT notice_id, person_id FROM recipient WHERE notice_id = %(redated)s"


class _Dated(NamedTuple):
    id: UUID
    audience_id: UUID
    audience_revision: int
    days: int


class _Revision(NamedTuple):
    revision: int
    effective_date: date


def redate(db: Db, notices: Collection[UUID], touched: str, *, whole: bool = False, **params: object) -> None:
    """Give *touched* people the day that they have now, under those of *notices* where an agency said an earlier one.

    With *whole*, under all of them: none may be left of what there was.
    """
    for notice in db.all(_Dated, _LOCALLY_DATED, notices=sorted(notices), whole=whole):
        calendar = closed_days.known(db).as_far_as_known()
        later = db.all(_Revision, _LATER, audience=notice.audience_id, revision=notice.audience_revision)
        db.run(
            _REDATE.format(touched=touched),
            **params,
            redated=notice.id,
            since=[one.revision for one in later],
            not_before=[calendar.add(one.effective_date, notice.days) for one in later],
        )
