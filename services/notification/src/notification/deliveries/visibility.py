"""Which letters a reader sees: nobody's drafts but the state's, and staff's only once they are released to them."""

from typing import Any
from uuid import UUID

from notification.letters.queries import NOTICE
from notification.letters.rows import name_of
from notification.letters.rules.reading import Reader
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_NOBODY = UUID(int=0)

# Of a notice `n` that is out, or historic. It is released by its day, or sooner by an agency where the reader works.
_RELEASED = """
(
  {before_staff} OR n.staff_release_date IS NULL OR n.staff_release_date <= {today}
  OR EXISTS (
    SELECT FROM delivery AS released
    JOIN audience_member AS works ON works.agency_id = released.agency_id
    WHERE released.notice_id = n.id AND released.staff_released_at IS NOT NULL
      AND works.person_id = {reader} AND works.member
  )
)
"""
# To one reader, and to each of those who `asked`.
RELEASED = _RELEASED.format(before_staff="%(before_staff)s", today="%(today)s", reader="%(reader)s")
RELEASED_TO_EACH = _RELEASED.format(before_staff="asked.before_staff", today="asked.today", reader="asked.person_id")
VISIBLE = f"""
(
  %(drafts)s
  OR (n.state IN ('PUBLISHED', 'WITHDRAWN', 'HISTORIC') AND {RELEASED})
)
"""
_LETTER = f"SELECT {NOTICE} FROM notice AS n WHERE n.id = %(notice)s AND {VISIBLE}"  # noqa: S608 - made of constants


def letter(db: Db, notice_id: UUID, reader: Reader) -> Notice:
    """Return a letter that *reader* sees; nothing tells others that there is one."""
    found = db.maybe(Notice, _LETTER, notice=notice_id, **values(reader))
    if found is None:
        raise NotFound(name_of(notice_id))
    return found


def values(reader: Reader) -> dict[str, Any]:
    """Return what the conditions above are filled with."""
    return {
        "reader": reader.person_id or _NOBODY,
        "today": reader.today,
        "drafts": reader.drafts,
        "before_staff": reader.before_staff,
    }
