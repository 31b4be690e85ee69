"""Notices that were withdrawn: what they asked is closed, in one statement however many people have it.

What is completed or waived stays as it is, and whoever joins the audience afterwards gets nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.requirements import lock
from servicekit.data.db import Db

_REMEMBER = """
INSERT INTO withdrawn_notice (notice_id, withdrawn_at)
SELECT * FROM unnest(%(notices)s::uuid[], %(moments)s::timestamptz[]) AS withdrawn (notice_id, withdrawn_at)
ON CONFLICT DO NOTHING
"""
_AUDIENCES = "SELECT DISTINCT audience_id FROM requirement WHERE notice_id = ANY(%(notices)s)"
# Whoever finishes the course at this moment is waited for, and has completed it.
_CLOSE = """
WITH closed AS (
  UPDATE requirement SET state = 'WITHDRAWN' WHERE notice_id = ANY(%(notices)s) AND state <> 'WITHDRAWN'
  RETURNING id, notice_id
), held AS (
  SELECT a.requirement_id, a.person_id FROM assignment AS a JOIN closed ON closed.id = a.requirement_id
  WHERE a.state IN ('ASSIGNED', 'IN_PROGRESS')
  ORDER BY a.requirement_id, a.person_id
  FOR UPDATE OF a
), withdrawn AS (
  UPDATE assignment AS a SET state = 'WITHDRAWN' FROM held
  WHERE (a.requirement_id, a.person_id) = (held.requirement_id, held.person_id)
  RETURNING a.requirement_id, a.person_id
)
SELECT closed.id, closed.notice_id, string_agg(withdrawn.person_id::text, ',') AS people
FROM withdrawn JOIN closed ON closed.id = withdrawn.requirement_id
GROUP BY closed.id, closed.notice_id ORDER BY closed.id
"""


class _Closed(NamedTuple):
    id: UUID
    notice_id: UUID
    people: str


def close(db: Db, withdrawn: Mapping[UUID, datetime]) -> None:
    """Close what the notices asked (notice → moment of withdrawal). Idempotent; a notice may be unknown so far."""
    notices = sorted(withdrawn)
    # A notice that is stored at this moment waits and finds it remembered; a membership that changes at this moment is
    # waited for.
    lock(db, [], notice_ids=notices)
    db.run(_REMEMBER, notices=notices, moments=[withdrawn[notice] for notice in notices])
    lock(db, db.values(_AUDIENCES, notices=notices))
    for closed in db.all(_Closed, _CLOSE, notices=notices):
        asked = events.Asked(str(closed.id), str(closed.notice_id))
        events.assignments_withdrawn(db, asked, closed.people.split(","))
