"""Letters as they are read: the columns of one, and one that was issued."""

from uuid import UUID

from notification.letters.rows import name_of
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# To be read `FROM notice AS n`.
NOTICE = ", ".join(f'n."{name}"' for name in Notice.model_fields)
# For lists, and for what is answered to each of many: a body may have 100,000 characters.
NOTICE_WITHOUT_BODY = NOTICE.replace('n."body"', "'' AS body")
# Newest first, where a list is in rising order, and where it is narrowed to some letters.
NEWEST = "(extract(epoch FROM n.published_at) * -1000000)::bigint"
ONLY = "AND n.id = ANY(%(notices)s)"
_ISSUED = f"SELECT {NOTICE} FROM notice AS n WHERE n.id = %(notice)s AND n.state IN ('PUBLISHED', 'WITHDRAWN')"  # noqa: S608 - made of constants


def issued(db: Db, notice_id: UUID) -> Notice:
    """Return a notice that was issued, also if it was withdrawn since."""
    found = db.maybe(Notice, _ISSUED, notice=notice_id)
    if found is None:
        raise NotFound(name_of(notice_id))
    return found
