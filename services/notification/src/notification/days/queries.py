"""How a letter came along, day by day. A list goes on after a key."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicekit.data.db import Db
from servicekit.paging import Page

_DAYS = """
SELECT day, listed, at_work, ready, not_started, overdue FROM readiness_day
WHERE notice_id = %(notice)s AND agency_id = %(agency)s AND day < %(before)s {page}
ORDER BY day LIMIT %(limit)s
"""


class ReadinessDay(NamedTuple):
    """How ready people were as a day ended; without counts, that is not known."""

    day: date
    listed: int | None
    at_work: int | None
    ready: int | None
    not_started: int | None
    overdue: int | None


def days(db: Db, notice_id: UUID, agency_id: str, page: Page, *, before: date) -> list[ReadinessDay]:
    """Return the days *before* one on which something differs from the day before; of the state if agency is ''."""
    sql = _DAYS.format(page=page.after_sql("AND", ">", day="date"))
    return db.all(ReadinessDay, sql, notice=notice_id, agency=agency_id, before=before, **page.values("day"))
