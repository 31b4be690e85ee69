"""What notification can rebuild: its readiness figures."""

from dataclasses import fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import ADD, COUNTED, STANDING
from notification.inbox.rules import Counts
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database

# Figures of a letter that was withdrawn stay as they were on that day.
_NOTICES = "SELECT id, audience_id FROM notice WHERE state = 'PUBLISHED' ORDER BY id"
# Whoever moves a figure holds one of these first: a change of membership its audience, a person's step their row.
_HOLD_AUDIENCE = "SELECT FROM audience WHERE audience_id = %(audience)s FOR UPDATE"
_HOLD_PEOPLE = """
SELECT count(*) FROM (
  SELECT FROM recipient WHERE notice_id = %(notice)s ORDER BY notice_id, person_id FOR UPDATE
) AS held
"""
# One that was withdrawn in the meantime keeps its figures too.
_FORGET = """
DELETE FROM readiness
WHERE notice_id = %(notice)s AND EXISTS (SELECT FROM notice WHERE id = %(notice)s AND state = 'PUBLISHED')
"""
_COUNT = ADD.format(
    rows=f"""
SELECT notice_id, agency_id, due_date, 0, {", ".join(field.name for field in fields(Counts))}
FROM (
  WITH touched AS (SELECT notice_id, person_id FROM recipient WHERE notice_id = %(notice)s),
  standing AS ({STANDING})
  SELECT notice_id, agency_id, due_date, {COUNTED} FROM standing GROUP BY notice_id, agency_id, due_date
) AS counted
ORDER BY notice_id, agency_id, due_date
"""  # noqa: S608 - made of constants
)


class _Issued(NamedTuple):
    id: UUID
    audience_id: UUID


def recount_readiness(database: Database, now: datetime, progress: Progress) -> None:
    """The figures of readiness, recounted from the people of each letter that is out.

    Each letter is a transaction of its own: whoever reads or confirms it in the meantime waits for that one only.
    """
    with database.read(now) as db:
        notices = db.all(_Issued, _NOTICES)
    progress.expect(len(notices))
    for notice in notices:
        with database.transaction(
            actor="services/notification", method="projections/readiness", resource=f"notices/{notice.id}", at=now
        ) as db:
            db.run(_HOLD_AUDIENCE, audience=notice.audience_id)
            db.run(_HOLD_PEOPLE, notice=notice.id)
            before = db.run(_FORGET, notice=notice.id)
            after = db.run(_COUNT, notice=notice.id)
            db.changed(f"notices/{notice.id}", before={"rows": before}, after={"rows": after})
        progress.step()


PROJECTIONS = (Projection("readiness", recount_readiness),)
