"""Who hears that an agency added something to a letter: its staff under it, once a day, and not what it says."""

from uuid import UUID

from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.tables import Notice
from notification.messages import ledger, letters
from notification.messages.rules.kinds import LETTER_SUPPLEMENTED
from notification.messages.rules.windows import Hours
from notification.supplements import queries, telling
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

_LETTER = f"SELECT {NOTICE_WITHOUT_BODY} FROM notice AS n WHERE n.id = %(notice)s AND n.state = 'PUBLISHED'"  # noqa: S608 - made of constants
# Those who do not see the letter yet read it with the letter.
_STAFF = """
SELECT DISTINCT m.person_id FROM notice AS n
JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version AND d.agency_id = %(agency)s
JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.agency_id = d.agency_id AND m.member
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id
WHERE n.id = %(notice)s AND NOT r.excused AND NOT m.on_leave AND m.person_id <> %(writer)s
  AND (n.staff_release_date IS NULL OR n.staff_release_date <= %(today)s OR d.staff_released_at IS NOT NULL)
ORDER BY m.person_id
"""


def tell(db: Db, key: str, hours: Hours) -> None:
    """Tell of a version, if it holds still."""
    notice_id, agency_id, number = telling.told_of(key)
    notice, newest = _letter(db, notice_id), queries.newest(db, notice_id, agency_id)
    if notice is None or newest is None or not newest.text or newest.number != number:
        return
    today = pacific_date(db.at)
    people = db.values(_STAFF, notice=notice_id, agency=agency_id, writer=newest.written_by, today=today)
    if not people:
        return
    goes_at = hours.goes_at(LETTER_SUPPLEMENTED.window, db.at)
    once = f"{LETTER_SUPPLEMENTED.name}/{notice_id}/{agency_id}/{today}"
    ledger.want(
        db, letters.wanted_of(notice, LETTER_SUPPLEMENTED, once, goes_at, letters.fresh(hours, goes_at), people=people)
    )


def _letter(db: Db, notice_id: UUID) -> Notice | None:
    return db.maybe(Notice, _LETTER, notice=notice_id)
