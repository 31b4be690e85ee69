"""Earlier days that agencies gave their own people under notices: copies of what notification tells.

Kept by number, so that they may be heard in any order and twice, and before the notice itself. Who works at two such
agencies has the earliest day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from enrollment.requirements.notices import Asks, lock, open_of
from servicekit.data.db import Db

_TAKE = """
INSERT INTO local_date AS known (notice_id, agency_id, number, due_date)
SELECT * FROM unnest(%(notices)s::uuid[], %(agencies)s::text[], %(numbers)s::int[], %(days)s::date[])
  AS heard (notice_id, agency_id, number, due_date)
ORDER BY notice_id, agency_id
ON CONFLICT (notice_id, agency_id) DO UPDATE SET number = excluded.number, due_date = excluded.due_date
WHERE excluded.number > known.number
"""
_AUDIENCES = "SELECT DISTINCT audience_id FROM requirement WHERE notice_id = ANY(%(notices)s)"
_ANY = "SELECT EXISTS (SELECT FROM local_date WHERE notice_id = ANY(%(notices)s) AND due_date IS NOT NULL)"
_AGENCIES = "SELECT agency_id FROM local_date WHERE notice_id = %(notice)s AND due_date IS NOT NULL"
# The earliest such day of a person under a notice, by key: no plan turns it into a join of everybody with everybody.
_OF = """
(
  SELECT min(early.due_date) FROM audience_member AS works
  JOIN local_date AS early ON early.agency_id = works.agency_id AND early.notice_id = {notice}
  WHERE works.audience_id = {audience} AND works.person_id = {person} AND works.member
)
"""


@dataclass(frozen=True)
class LocalDate:
    """What an agency said for the n-th time of a notice: an earlier day, or that there is none (any more)."""

    notice_id: UUID
    agency_id: str
    number: int
    day: date | None


class _Key(NamedTuple):
    notice_id: UUID
    agency_id: str


def take(db: Db, heard: Sequence[LocalDate]) -> list[Asks]:
    """Remember what agencies said, and return what is asked of people now whose days may be others by that."""
    newest: dict[_Key, LocalDate] = {}
    for one in sorted(heard, key=lambda one: one.number):
        newest[_Key(one.notice_id, one.agency_id)] = one
    notices = sorted({one.notice_id for one in newest.values()})
    # As with a withdrawal: notices first, then the audiences that they ask.
    lock(db, [], notice_ids=notices)
    said = list(newest.values())
    db.run(
        _TAKE,
        notices=[one.notice_id for one in said],
        agencies=[one.agency_id for one in said],
        numbers=[one.number for one in said],
        days=[one.day for one in said],
    )
    audiences = db.values(_AUDIENCES, notices=notices)
    lock(db, audiences)
    return [asks for asks in open_of(db, audiences) if asks.notice_id in notices]


def of(db: Db, notices: Collection[UUID], *, notice: str, audience: str, person: str) -> str:
    """Return SQL for a person's earliest local day; NULL at once where no agency gave any under these *notices*."""
    there = db.value(_ANY, notices=sorted(notices))
    return _OF.format(notice=notice, audience=audience, person=person) if there else "NULL::date"


def agencies(db: Db, notice_id: UUID) -> list[str]:
    """Return the agencies that gave their people an earlier day under a notice."""
    found: list[str] = db.values(_AGENCIES, notice=notice_id)
    return found
