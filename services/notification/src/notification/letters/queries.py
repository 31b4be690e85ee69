"""Letters as they are read: the columns of one, one that was issued, and when one would be due."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from notification.letters.rows import name_of
from notification.letters.rules import due_dates
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.lifecycle import BEFORE_ISSUE
from notification.letters.tables import Notice
from servicekit import closed_days
from servicekit.calendar import YEARS_OF_DOCUMENTS, CalendarYearMissing, pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# To be read `FROM notice AS n`.
NOTICE = ", ".join(f'n."{name}"' for name in Notice.model_fields)
# For lists, and for what is answered to each of many: a body may have 100,000 characters.
NOTICE_WITHOUT_BODY = NOTICE.replace('n."body"', "'' AS body")
# Newest first, where a list is in rising order, and where it is narrowed to some letters.
NEWEST = "(extract(epoch FROM n.published_at) * -1000000)::bigint"
URGENT = "(n.urgent_reason <> '')"
# A part of it takes effect after *today*.
PART_COMES = """
jsonb_path_exists(n.section_dates, '$[*] ? (@.effective_date > $today)',
  jsonb_build_object('today', %(today)s::date::text))
"""
ONLY = "AND n.id = ANY(%(notices)s)"
_ISSUED = f"SELECT {NOTICE} FROM notice AS n WHERE n.id = ANY(%(notices)s) AND n.state IN ('PUBLISHED', 'WITHDRAWN')"  # noqa: S608 - made of constants


def issued(db: Db, notice_id: UUID) -> Notice:
    """Return a notice that was issued, also if it was withdrawn since."""
    found = db.maybe(Notice, _ISSUED, notices=[notice_id])
    if found is None:
        raise NotFound(name_of(notice_id))
    return found


def all_issued(db: Db, notice_ids: Collection[UUID]) -> list[Notice]:
    """Return those of the notices that were issued, also if they were withdrawn since."""
    return db.all(Notice, _ISSUED, notices=list(notice_ids))


def due_sentence(db: Db, notice: Notice, today: date) -> str:
    """Say when a letter that is not out yet would be due, and why; '' if that cannot be said or has been decided."""
    effective = notice.effective_date
    # A draft may have a day of before there was a range: it has to be mended, and nothing is counted from it.
    if effective is None or effective.year not in YEARS_OF_DOCUMENTS or notice.state not in BEFORE_ISSUE:
        return ""
    rule = DueRule(notice.business_days_before_effective, notice.business_days_after_issue, notice.staff_release_days)
    issued = pacific_date(notice.publish_at) if notice.publish_at else today
    try:
        return due_dates.sentence(rule, closed_days.known(db), effective=effective, issued=issued)
    except CalendarYearMissing as missing:
        return f"due on a day that cannot be counted: the holidays of {missing.metadata['year']} are not on record"
