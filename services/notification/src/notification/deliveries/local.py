"""The earlier day by which an agency wants its own people ready under a letter: kept with the letter at the agency."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.deliveries import events
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.data.outbox import emit

_HELD = """
SELECT local_due_date AS day, local_due_number AS number, staff_released_at FROM delivery
WHERE notice_id = %(notice)s AND version = %(version)s AND agency_id = %(agency)s
"""
_SET = """
UPDATE delivery SET local_due_date = %(day)s, local_due_by = %(by)s, local_due_at = %(at)s,
  local_due_number = local_due_number + 1
WHERE notice_id = %(notice)s AND version = %(version)s AND agency_id = %(agency)s
RETURNING local_due_number
"""
# What is no earlier day than the state's any more, or has passed when the letter is seen anew.
_END = """
UPDATE delivery SET local_due_date = NULL, local_due_at = %(at)s, local_due_number = local_due_number + 1
WHERE notice_id = %(notice)s AND version = %(version)s
  AND (local_due_date >= %(due)s OR local_due_date <= %(seen)s)
RETURNING agency_id, local_due_number AS number
"""
_ANY = """
SELECT EXISTS (
  SELECT FROM delivery WHERE notice_id = %(notice)s AND version = %(version)s AND local_due_date IS NOT NULL
)
"""


class LocalDate(NamedTuple):
    """An agency's own day; None = it has none. *number*: it was said for the how manieth time."""

    day: date | None
    number: int
    staff_released_at: datetime | None


class _Ended(NamedTuple):
    agency_id: str
    number: int


def held(db: Db, notice: Notice, agency_id: str) -> LocalDate:
    """Return the day of a letter at an agency, whose row the caller holds."""
    return db.one(LocalDate, _HELD, notice=notice.id, version=notice.version, agency=agency_id)


def give(db: Db, notice: Notice, agency_id: str, day: date | None, *, by: UUID) -> int:
    """Give the agency's people a day of their own, or the state's again, and tell; return for the how manieth time."""
    values = {"notice": notice.id, "version": notice.version, "agency": agency_id}
    number = int(db.value(_SET, **values, day=day, by=by, at=db.at))
    emit(db, events.local_date_changed(notice_id=notice.id, agency_id=agency_id, number=number, due_date=day, at=db.at))
    return number


def end_moot(db: Db, notice_id: UUID, version: int, *, due: date, seen: date) -> bool:
    """End the days that are moot by an amendment, and tell; return whether any is left.

    The amended letter is *due* on a day of its own, and staff see it from *seen* on.
    """
    values = {"notice": notice_id, "version": version}
    for one in db.all(_Ended, _END, **values, due=due, seen=seen, at=db.at):
        told = events.local_date_changed(
            notice_id=notice_id, agency_id=one.agency_id, number=one.number, due_date=None, at=db.at
        )
        emit(db, told)
    return bool(db.value(_ANY, **values))
