"""What is said when a letter that is out is amended: to agencies, to staff who have something to do, to who wrote it.

Where only words were mended, it is said to nobody but those who wrote it.
"""

from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from notification.inbox import recipients
from notification.letters import telling
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rows import name_of
from notification.letters.tables import Notice
from notification.messages import ledger, letters
from notification.messages.ledger import Target
from notification.messages.rules.kinds import (
    LETTER_AMENDED,
    LETTER_ASKED,
    LETTER_CHANGED,
    LETTER_ISSUED,
    LETTER_LISTED,
    LETTER_OUT,
)
from notification.messages.rules.ladder import COORDINATOR
from notification.messages.rules.windows import Hours
from servicekit.background import tasks
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db

TASK = "tell-of-amendment"
_ACTOR = "services/notification"
_WORDS_ONLY, _ANEW = "EDITORIAL", "SUBSTANTIVE"
# What was amended again meanwhile, or withdrawn, is no news.
_LETTER = f"""
SELECT {NOTICE_WITHOUT_BODY} FROM notice AS n
WHERE n.id = %(notice)s AND n.version = %(version)s AND n.state = 'PUBLISHED'
"""  # noqa: S608 - made of constants
_CHANGE = "SELECT change FROM notice_version WHERE notice_id = %(notice)s AND version = %(version)s"
_WRITERS = "SELECT unnest(writers) FROM notice WHERE id = %(amendment)s"
# Agencies that heard of the letter: those that get it with the amendment hear that it came.
_AGENCIES = """
SELECT d.agency_id, d.due_date FROM delivery AS d JOIN agency USING (agency_id)
WHERE d.notice_id = %(notice)s AND d.version = %(version)s
  AND (agency.end_date IS NULL OR agency.end_date > %(today)s)
  AND EXISTS (
    SELECT FROM message_target AS t JOIN message AS m ON m.id = t.message_id
    WHERE m.about = %(about)s AND m.kind = %(kind)s AND t.scope = 'agencies/' || d.agency_id)
ORDER BY d.agency_id
"""


class _Agency(NamedTuple):
    agency_id: str
    due_date: date


def tell_later(db: Db, notice: Notice) -> None:
    """Have those told whom an amendment of *notice* concerns that is being issued, if the transaction commits."""
    key = f"{notice.id}/{notice.version}"
    tasks.defer(db, TASK, key, actor=_ACTOR, after=telling.pause(many=recipients.are_many(db, notice.id)))


def tell(db: Db, key: str, hours: Hours) -> None:
    """Tell of an amendment; and of the letter, those who are under it only since."""
    notice_id, version = key.split("/")
    notice = db.maybe(Notice, _LETTER, notice=UUID(notice_id), version=int(version))
    if notice is None:
        return
    (change,) = db.values(_CHANGE, notice=notice.id, version=notice.version)
    _tell_writers(db, notice, hours)
    if change == _WORDS_ONLY:
        return
    _tell_agencies(db, notice, hours, again=change == _ANEW)
    _tell_staff(db, notice, hours, again=change == _ANEW)
    letters.tell(db, notice.id, hours, joined=True)


def _tell_writers(db: Db, notice: Notice, hours: Hours) -> None:
    goes_at = hours.goes_at(LETTER_OUT.window, db.at, urgent=bool(notice.urgent_reason))
    writers = db.values(_WRITERS, amendment=notice.files_of)
    wanted = letters.wanted_of(
        notice,
        LETTER_OUT,
        f"{LETTER_OUT.name}/{notice.files_of}/0",
        goes_at,
        letters.fresh(hours, goes_at),
        facts={"version": str(notice.version)},
        people=writers,
    )
    ledger.want(db, wanted)


def _tell_agencies(db: Db, notice: Notice, hours: Hours, *, again: bool) -> None:
    goes_at = hours.goes_at(LETTER_AMENDED.window, db.at, urgent=bool(notice.urgent_reason))
    agencies = db.all(
        _Agency,
        _AGENCIES,
        notice=notice.id,
        version=notice.version,
        today=pacific_date(db.at),
        about=name_of(notice.id),
        kind=LETTER_ISSUED.name,
    )
    targets = [
        Target(
            COORDINATOR,
            f"agencies/{one.agency_id}",
            {"agency": one.agency_id, **({"confirm_by": str(one.due_date)} if again else {})},
        )
        for one in agencies
    ]
    once, until = f"{LETTER_AMENDED.name}/{notice.id}/{notice.version}", letters.fresh(hours, goes_at)
    said = {"what_changed": notice.what_changed}
    ledger.want(db, letters.wanted_of(notice, LETTER_AMENDED, once, goes_at, until, facts=said, targets=targets))
    to_list = f"{LETTER_LISTED.name}/{notice.id}/{notice.version}"
    letters.to_lists(db, notice, hours, [one.agency_id for one in agencies], once=to_list, facts=said)


def _tell_staff(db: Db, notice: Notice, hours: Hours, *, again: bool) -> None:
    # Not before they see the letter at all.
    released = datetime.combine(notice.staff_release_date or pacific_date(db.at), time(0), PACIFIC)
    goes_at = hours.goes_at(LETTER_CHANGED.window, max(db.at, released), urgent=bool(notice.urgent_reason))
    once, until = f"{LETTER_CHANGED.name}/{notice.id}/{notice.version}", letters.fresh(hours, goes_at)
    said = {"what_changed": notice.what_changed, **({"again": "yes"} if again else {})}
    wanted = letters.wanted_of(notice, LETTER_CHANGED, once, goes_at, until, facts=said)
    if (message_id := ledger.want(db, wanted)) is not None:
        known = {"about": name_of(notice.id), "kind": LETTER_ASKED.name}
        letters.to_staff(db, message_id, notice, goes_at, letters.TOLD, **known)
