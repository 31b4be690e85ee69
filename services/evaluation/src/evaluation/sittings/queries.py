"""What a person can read of their sittings."""

import uuid

from evaluation.sittings.records import Sitting, SittingRow, sitting_of
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_COLUMNS = "id, test_id, test_version, state, started_at, submitted_at, chosen, right_items"
_GET = f"SELECT {_COLUMNS} FROM sitting WHERE id = %(id)s AND person_id = %(person)s"  # noqa: S608 - constants
_LIST = f"""
SELECT {_COLUMNS} FROM sitting
WHERE person_id = %(person)s
  AND (%(test)s::text IS NULL OR (test_id, test_version) = (%(test)s, %(version)s))
  AND (%(after_at)s::timestamptz IS NULL OR (started_at, id) < (%(after_at)s, %(after_id)s::uuid))
ORDER BY started_at DESC, id DESC LIMIT %(size)s
"""  # noqa: S608 - constants


def get_sitting(db: Db, sitting_id: uuid.UUID, *, person_id: uuid.UUID) -> Sitting:
    """Return a sitting of the person; anybody else's is not there."""
    row = db.maybe(SittingRow, _GET, id=sitting_id, person=person_id)
    if row is None:
        raise NotFound(f"sittings/{sitting_id}")
    return sitting_of(row)


def list_sittings(db: Db, page: Page, *, person_id: uuid.UUID, version: tuple[str, int] | None) -> list[Sitting]:
    """Return one sitting of the person more than the page holds, newest first; of one *version*, if given."""
    test_id, number = version or (None, None)
    after_at, after_id = page.after or (None, None)
    rows = db.all(
        SittingRow,
        _LIST,
        person=person_id,
        test=test_id,
        version=number,
        after_at=after_at,
        after_id=after_id,
        size=page.size + 1,
    )
    return [sitting_of(row) for row in rows]
