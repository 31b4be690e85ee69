"""A training coordinator reminds people of a letter: who would hear it, who is left out, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import DID_ALL
from notification.letters.queries import issued
from notification.letters.rows import name_of
from notification.letters.rules.lifecycle import State
from notification.messages import ledger, letters
from notification.messages.ledger import Wanted
from notification.messages.rules.kinds import REMINDED
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC, end_of_day, pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Kind, NotFound, Refusal

ON_LEAVE, REMINDED_TODAY, UNTICKED = "ON_LEAVE", "REMINDED_TODAY", "UNTICKED"
# Who has still something to do at an agency under a letter that they see; units None = all of the agency.
_TO_GO = f"""
SELECT r.person_id, CASE
  WHEN place.on_leave THEN 'ON_LEAVE'
  WHEN EXISTS (SELECT FROM message_to AS t JOIN message AS m ON m.id = t.message_id
    WHERE t.person_id = r.person_id AND m.about = %(about)s AND m.kind = %(kind)s AND t.at >= %(today)s)
    THEN 'REMINDED_TODAY' ELSE '' END AS cause
FROM notice AS n JOIN audience_member AS place ON place.audience_id = n.audience_id
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = place.person_id
JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version AND d.agency_id = place.agency_id
WHERE n.id = %(notice)s AND place.agency_id = %(agency)s AND place.member AND NOT r.excused AND NOT ({DID_ALL})
  AND (n.staff_release_date <= %(day)s OR d.staff_released_at IS NOT NULL)
  AND (%(people)s::uuid[] = '{{}}' OR r.person_id = ANY(%(people)s::uuid[]))
ORDER BY r.person_id
"""  # noqa: S608 - made of constants
_SENT = f"""
SELECT m.id, m.sender_id, m.wanted_at AS at, (m.facts ->> 'left_out')::int AS left_out,
  coalesce(m.facts ->> 'unticked', '0')::int AS unticked, count(*)::int AS people,
  (count(*) FILTER (WHERE {DID_ALL} OR r.excused))::int AS done_since
FROM message AS m JOIN message_to AS t ON t.message_id = m.id
JOIN notice AS n ON n.id = m.notice_id
LEFT JOIN recipient AS r ON r.notice_id = m.notice_id AND r.person_id = t.person_id
WHERE m.about = %(about)s AND m.kind = %(kind)s AND m.facts ->> 'agency' = %(agency)s
GROUP BY m.id ORDER BY m.wanted_at DESC, m.id LIMIT %(most)s
"""  # noqa: S608 - made of constants
_MOST = 100


class NobodyToRemind(Refusal):
    """Everybody is done, on leave, or was reminded today."""

    kind = Kind.PRECONDITION


class ToGo(NamedTuple):
    """Somebody who has still something to do; *cause* is why they are not reminded, '' if they are."""

    person_id: UUID
    cause: str


class Sent(NamedTuple):
    """A reminder that was sent: by whom, when, to how many, and how many of them have done it since.

    *unticked* of those who were left out were so by who sent it.
    """

    id: UUID
    sender_id: UUID
    at: datetime
    left_out: int
    unticked: int
    people: int
    done_since: int


def preview(db: Db, notice_id: UUID, agency_id: str, people: Sequence[UUID], *, at: datetime) -> list[ToGo]:
    """Return who has still something to do, and which of them would not be reminded."""
    today = pacific_date(at)
    return db.all(
        ToGo,
        _TO_GO,
        notice=notice_id,
        agency=agency_id,
        people=list(people),
        about=name_of(notice_id),
        kind=REMINDED.name,
        day=today,
        today=datetime.combine(today, datetime.min.time(), PACIFIC),
    )


def wanted(
    db: Db,
    notice_id: UUID,
    agency_id: str,
    found: Sequence[ToGo],
    hours: Hours,
    *,
    at: datetime,
    sender: UUID | None = None,
) -> Wanted:
    """Return what those of *found* who are not left out would be told, and when."""
    notice = issued(db, notice_id)
    if notice.state != State.PUBLISHED:
        raise NotFound(name_of(notice_id))
    people = [one.person_id for one in found if not one.cause]
    goes_at = hours.goes_at(REMINDED.window, at, urgent=bool(notice.urgent_reason))
    return letters.wanted_of(
        notice,
        REMINDED,
        f"{REMINDED.name}/{notice_id}/{agency_id}/{at.isoformat()}",
        goes_at,
        end_of_day(hours.calendar.add(pacific_date(goes_at), 1)),
        facts={
            "agency": agency_id,
            "left_out": str(len(found) - len(people)),
            "unticked": str(sum(one.cause == UNTICKED for one in found)),
        },
        people=people,
        sender_id=sender,
    )


def remind(
    db: Db,
    notice_id: UUID,
    agency_id: str,
    people: Sequence[UUID],
    *,
    sender: UUID,
    hours: Hours,
    unticked: Sequence[UUID] = (),
) -> UUID:
    """Remind those at an agency who have still something to do, at most once a day each; return the message's id.

    Who is *unticked* is left alone, and counts as left out.
    """
    alone = frozenset(unticked)
    everybody = [*people, *unticked] if people else people
    found = [
        one._replace(cause=UNTICKED) if one.person_id in alone and not one.cause else one
        for one in preview(db, notice_id, agency_id, everybody, at=db.at)
    ]
    reminding = wanted(db, notice_id, agency_id, found, hours, at=db.at, sender=sender)
    to_remind, left_out = len(reminding.people), len(found) - len(reminding.people)
    if not to_remind:
        raise NobodyToRemind("Nobody is left to remind today.", left_out=left_out)
    message_id = ledger.want(db, reminding)
    if message_id is None:
        raise NobodyToRemind("Somebody reminded them at this very moment.", left_out=len(found))
    db.changed(
        f"agencies/{agency_id}/{name_of(notice_id)}/reminders/{message_id}",
        after={"people": to_remind, "left_out": left_out},
    )
    return message_id


def sent(db: Db, notice_id: UUID, agency_id: str) -> list[Sent]:
    """Return the reminders of a letter that an agency sent, the newest first."""
    return db.all(Sent, _SENT, about=name_of(notice_id), kind=REMINDED.name, agency=agency_id, most=_MOST)
