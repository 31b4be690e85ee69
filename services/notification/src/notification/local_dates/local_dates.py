"""What an agency does: it gives its own people an earlier day than the state's, or the state's again."""

from datetime import date
from uuid import UUID

from notification.copies import MEMBERSHIPS
from notification.deliveries import deliveries, local
from notification.inbox import redating
from notification.inbox.readiness import moving
from notification.letters.acknowledgements import changed_meanwhile
from notification.letters.queries import issued
from notification.local_dates import queries
from notification.local_dates.rules import local_date
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Stale

# Of the letter and the agency: whoever is under it there, and wherever else they work.
_THERE = """
SELECT n.id AS notice_id, m.person_id FROM notice AS n
JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.agency_id = %(agency)s AND m.member
WHERE n.id = %(redated)s
"""


def give(db: Db, notice_id: UUID, agency_id: str, day: date | None, *, etag: str, by: UUID) -> None:
    """Give the agency's people another day, in as many statements for one as for ten thousand."""
    # Nobody comes, goes or moves meanwhile: memberships are held before the letter at the agency, as an amendment does.
    before = issued(db, notice_id)
    if before.audience_id is not None:
        MEMBERSHIPS.hold(db, [before.audience_id])
    letter = deliveries.held(db, notice_id, agency_id)
    if letter.audience_id != before.audience_id:
        raise changed_meanwhile(letter)
    held = local.held(db, letter, agency_id)
    if etag != etag_of(held.number):
        raise Stale(queries.name(notice_id, agency_id))
    if day == held.day:
        return
    if day is not None:
        # Those to whom it was released have seen it.
        seen = None if held.staff_released_at else letter.staff_release_date
        local_date.check_day(day, state=letter.due_date or day, today=pacific_date(db.at), seen=seen)
    with moving(db, _THERE, agency=agency_id, redated=notice_id):
        local.give(db, letter, agency_id, day, by=by)
        redating.redate(db, [notice_id], _THERE, whole=True, agency=agency_id)
    db.changed(
        queries.name(notice_id, agency_id),
        before={"due_date": str(held.day or "")},
        after={"due_date": str(day or ""), "state_due_date": str(letter.due_date)},
    )


def etag_of(number: int) -> str:
    """Return the etag of an agency's day: none until it was set for the first time."""
    return str(number) if number else ""
