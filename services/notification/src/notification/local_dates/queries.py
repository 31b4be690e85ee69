"""The days of letters at agencies."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.letters.rows import name_of
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_AT = """
SELECT n.id AS notice_id, d.agency_id, d.local_due_date AS day, n.due_date AS state_day, d.local_due_by AS set_by,
  d.local_due_at AS set_at, d.local_due_number AS number
FROM notice AS n JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version
WHERE n.id = %(notice)s AND n.state IN ('PUBLISHED', 'WITHDRAWN')
"""
_ONE = f"{_AT} AND d.agency_id = %(agency)s"
_ALL = f"{_AT} AND d.local_due_date IS NOT NULL {{page}} ORDER BY d.agency_id LIMIT %(limit)s"


class Dates(NamedTuple):
    """The days of a letter at an agency: its own, if it has one, and the state's."""

    notice_id: UUID
    agency_id: str
    day: date | None
    state_day: date
    set_by: UUID | None
    set_at: datetime | None
    number: int


def name(notice_id: UUID, agency_id: str) -> str:
    """Return the resource name."""
    return f"agencies/{agency_id}/{name_of(notice_id)}/localDate"


def dates(db: Db, notice_id: UUID, agency_id: str) -> Dates:
    """Return the days of a letter that is at an agency."""
    found = db.maybe(Dates, _ONE, notice=notice_id, agency=agency_id)
    if found is None:
        raise NotFound(name(notice_id, agency_id))
    return found


def of_letter(db: Db, notice_id: UUID, page: Page) -> Sequence[Dates]:
    """Return the agencies that have a day of their own, one more than the page holds."""
    after = "AND d.agency_id > %(after_agency_id)s::text" if page.after else ""
    return db.all(Dates, _ALL.format(page=after), notice=notice_id, **page.values("agency_id"))
