"""A person's letters. A list goes on after a key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.deliveries.visibility import RELEASED, values
from notification.inbox.readiness import DID_ALL
from notification.letters.queries import NEWEST, NOTICE, NOTICE_WITHOUT_BODY, ONLY, URGENT
from notification.letters.rows import name_of
from notification.letters.rules.reading import Reader
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# Led by the reader's audiences: their letters are looked at, not all that are out, and rows are found by key. Only
# those of the page are fetched whole.
_INBOX = f"""
SELECT {{columns}}, item.*
FROM (
  SELECT * FROM (
    SELECT n.id AS item_id, r.due_date AS own_due_date, r.read_at, r.confirmed_at, r.trained_at, r.excused,
      r.confirmed_for, mine.on_leave, closed, {NEWEST} AS newest,
      CASE WHEN closed THEN 0 ELSE r.due_date - date '1970-01-01' - {URGENT}::int * 1000000 END AS due,
      (count(*) FILTER (WHERE NOT closed) OVER ())::int AS open_count
    FROM (
      SELECT m.audience_id, bool_or(m.on_leave) AS on_leave FROM audience_member AS m
      WHERE m.person_id = %(reader)s AND m.member
      GROUP BY m.audience_id
    ) AS mine
    JOIN notice AS n ON n.audience_id = mine.audience_id AND n.state IN ('PUBLISHED', 'WITHDRAWN')
    JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = %(reader)s
    CROSS JOIN LATERAL (SELECT r.excused OR n.state = 'WITHDRAWN' OR {DID_ALL} AS closed) AS step
    WHERE {RELEASED} {{which}}
  ) AS theirs
  {{page}}
  ORDER BY closed, due, newest, item_id LIMIT %(limit)s
) AS item
JOIN notice AS n ON n.id = item.item_id
ORDER BY closed, due, newest, item_id
"""  # noqa: S608 - made of constants


class InboxRow(NamedTuple):
    """A letter as it stands for a person, and how many letters of all pages are open."""

    notice: Notice
    item_id: UUID
    own_due_date: date
    read_at: datetime | None
    confirmed_at: datetime | None
    trained_at: datetime | None
    excused: bool
    confirmed_for: bool
    on_leave: bool
    closed: bool
    newest: int
    due: int
    open_count: int


def inbox(db: Db, reader: Reader, *, only_open: bool, page: Page, notice_ids: Sequence[UUID] = ()) -> list[InboxRow]:
    """Return a person's letters, without body: those with something to do first, by due date, then newest first.

    Of those with something to do the urgent ones stand before the others. Narrowed to *notice_ids* if there are any.
    Each row says how many letters of all pages are open: `open_count`.
    """
    sql = _INBOX.format(
        columns=NOTICE_WITHOUT_BODY,
        which=" ".join(("AND NOT closed" if only_open else "", ONLY if notice_ids else "")),
        page=page.after_sql("WHERE", ">", closed="bool", due="int", newest="bigint", item_id="uuid"),
    )
    values_ = page.values("closed", "due", "newest", "item_id")
    return db.all(InboxRow, sql, notices=list(notice_ids), **values(reader), **values_)


def inbox_item(db: Db, reader: Reader, notice_id: UUID) -> InboxRow:
    """Return a person's letter, with its body."""
    sql = _INBOX.format(columns=NOTICE, which="AND n.id = %(notice)s", page="")
    found = db.maybe(InboxRow, sql, notice=notice_id, limit=1, **values(reader))
    if found is None:
        raise NotFound(name_of(notice_id))
    return found
