"""What agencies added to letters, as those read it who may."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.supplements.rules.supplement import Reader
from servicekit.data.db import Db
from servicekit.paging import Page

_COLUMNS = "notice_id, agency_id, number, text, version, written_by, written_at"
_VERSIONS = f"""
SELECT {_COLUMNS} FROM supplement
WHERE notice_id = %(notice)s AND agency_id = %(agency)s {{page}} ORDER BY number DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_NEWEST = _VERSIONS.format(page="")
# Where somebody works is what the copies of audiences say, and their rights.
_HOLDING = f"""
SELECT {_COLUMNS} FROM (
  SELECT DISTINCT ON (s.agency_id) s.* FROM supplement AS s
  WHERE s.notice_id = %(notice)s AND (
    %(state)s OR s.agency_id = ANY(%(works)s) OR EXISTS (
      SELECT FROM audience_member AS m
      WHERE m.person_id = %(person)s AND m.agency_id = s.agency_id AND m.member
    )
  )
  ORDER BY s.agency_id, s.number DESC
) AS newest
WHERE text <> '' {{page}} ORDER BY agency_id LIMIT %(limit)s
"""  # noqa: S608 - made of constants


class Supplement(NamedTuple):
    """A version of what an agency adds to a letter."""

    notice_id: UUID
    agency_id: str
    number: int
    text: str
    version: int
    written_by: UUID
    written_at: datetime


def newest(db: Db, notice_id: UUID, agency_id: str) -> Supplement | None:
    """Return the newest version, which may be one by which it was taken back; None if there never was one."""
    return db.maybe(Supplement, _NEWEST, notice=notice_id, agency=agency_id, limit=1)


def versions(db: Db, notice_id: UUID, agency_id: str, page: Page) -> Sequence[Supplement]:
    """Return all versions, the newest first, one more than the page holds."""
    sql = _VERSIONS.format(page=page.after_sql("AND", "<", number="int"))
    return db.all(Supplement, sql, notice=notice_id, agency=agency_id, **page.values("number"))


def holding(db: Db, notice_id: UUID, reader: Reader, page: Page) -> Sequence[Supplement]:
    """Return what holds of a letter and the reader may read, by agency, one more than the page holds."""
    sql = _HOLDING.format(page=page.after_sql("AND", ">", agency_id="text"))
    return db.all(
        Supplement,
        sql,
        notice=notice_id,
        person=reader.person_id,
        state=reader.state,
        works=sorted(reader.works),
        **page.values("agency_id"),
    )
