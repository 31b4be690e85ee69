"""Who leaves an agency leaves the parts that they have for it: their places fall vacant on that day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from partnership import events
from partnership.visibility import RUNS, stands
from servicekit.calendar import pacific_date
from servicekit.data import messages, outbox
from servicekit.data.db import Db

_REASON = "They left the agency for which they had this part."
# Of their bodies nothing else is changed meanwhile.
_HOLD = """
SELECT id FROM body WHERE EXISTS (
  SELECT FROM membership WHERE membership.body_id = body.id AND membership.person_id = ANY(%(people)s)
) ORDER BY id FOR UPDATE
"""
# What was recorded after they left is of another time that they worked there. Nobody who left carries over.
_END = f"""
WITH gone AS (
  SELECT * FROM unnest(%(people)s::uuid[], %(agencies)s::text[], %(moments)s::timestamptz[], %(days)s::date[])
    AS gone (person_id, agency_id, at, day)
), ended AS (
  SELECT m.id, greatest(m.start_on, min(gone.day)) AS day
  FROM membership AS m JOIN gone
    ON gone.person_id = m.person_id AND gone.agency_id = m.organization_id AND gone.at >= m.created_at
  WHERE m.end_on IS DISTINCT FROM m.start_on
    AND (m.end_on IS NULL OR m.end_on > gone.day OR (m.carries_over AND {stands("m", "gone.day")}))
  GROUP BY m.id
)
UPDATE membership AS m SET end_on = ended.day, carries_over = false, end_reason = %(reason)s, version = m.version + 1
FROM ended, body AS b WHERE m.id = ended.id AND b.id = m.body_id
RETURNING m.id, m.body_id, b.title AS body, m.person_id, m.part,
  (SELECT title FROM seat WHERE seat.body_id = m.body_id AND seat.id = m.seat_id) AS seat, m.end_on, m.version
"""  # noqa: S608 - made of constants
_RUNS = f"""
SELECT DISTINCT m.person_id FROM membership AS m
WHERE m.body_id = %(body)s AND m.part = ANY(%(runs)s) AND {stands("m", "%(today)s")} ORDER BY 1
"""  # noqa: S608 - made of constants


class Left(NamedTuple):
    """Somebody left an agency at a moment."""

    person: UUID
    agency: str
    at: datetime


class _Ended(NamedTuple):
    id: UUID
    body_id: str
    body: str
    person_id: UUID
    part: str
    seat: str | None
    end_on: date
    version: int


def leave(db: Db, gone: Sequence[Left]) -> None:
    """End the parts of those who left, and tell who runs the bodies that places are vacant."""
    people = [one.person for one in gone]
    db.run(_HOLD, people=people)
    ended = db.all(
        _Ended,
        _END,
        people=people,
        agencies=[one.agency for one in gone],
        moments=[one.at for one in gone],
        days=[pacific_date(one.at) for one in gone],
        reason=_REASON,
    )
    for one in sorted(ended, key=lambda one: (one.body_id, one.id)):
        outbox.emit(
            db,
            events.membership_ended(
                membership_id=one.id,
                body_id=one.body_id,
                person_id=one.person_id,
                end_on=one.end_on,
                version=one.version,
            ),
        )
        if one.part != "OBSERVER":
            _tell_vacant(db, one)
    db.changed("bodies/-", after={"ended": sorted(str(one.id) for one in ended)}, reason=_REASON)


def _tell_vacant(db: Db, one: _Ended) -> None:
    running: list[UUID] = db.values(_RUNS, body=one.body_id, runs=sorted(RUNS), today=pacific_date(db.at))
    if not running:
        return
    messages.want(
        db,
        kind="seat.vacant",
        once=f"{one.id}/{one.version}",
        about=f"bodies/{one.body_id}",
        facts={"body": one.body, "part": one.part, "seat": one.seat or "", "since": one.end_on.isoformat()},
        people=running,
    )
