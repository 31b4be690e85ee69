"""From the ledger to mail: what is due is put together, one mail a person and moment; each row says what became of it.

Each function is one transaction's work and set-based. Nothing is sent in here: `sending.py` does, between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import DID_ALL
from notification.messages.ledger import FACTS
from notification.messages.quiet import EARLY
from notification.messages.rules.kinds import KINDS, LETTER_WAITING, STEPS
from notification.messages.rules.windows import Hours, Window
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db

_KINDS = {
    "mandatory": [kind.name for kind in KINDS.values() if kind.mandatory],
    "limited": [kind.name for kind in KINDS.values() if kind.limited],
    "steps": [kind.name for kind in STEPS],
}
# People whose messages are put together in one transaction.
_AT_ONCE = 2_000
# A sender that was killed leaves what it had in hand; after this time another one takes it, under the same Message-ID.
_IN_HAND = timedelta(minutes=5)
# After the first, second, … try that the server did not take.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440))

# Who wrote on a letter does not approve it.
_TARGETS = """
SELECT t.message_id, t.role, t.scope,
  CASE WHEN m.kind = %(waiting)s THEN coalesce(n.writers, '{}') ELSE '{}' END AS but
FROM message_target AS t JOIN message AS m ON m.id = t.message_id LEFT JOIN notice AS n ON n.id = m.notice_id
WHERE t.resolved_at IS NULL AND m.goes_at <= %(at)s ORDER BY m.goes_at, t.message_id, t.scope, t.role LIMIT %(limit)s
"""
_HOLDERS = """
INSERT INTO message_to (message_id, person_id, scope, facts, at, goes_at, state, changed_at)
SELECT m.id, h.person_id, t.scope, t.facts, m.wanted_at, m.goes_at, 'WANTED', %(at)s
FROM unnest(%(messages)s::uuid[], %(roles)s::text[], %(scopes)s::text[], %(people)s::uuid[])
  AS h (message_id, role, scope, person_id)
JOIN message_target AS t ON t.message_id = h.message_id AND t.role = h.role AND t.scope = h.scope
JOIN message AS m ON m.id = t.message_id
WHERE t.resolved_at IS NULL
ORDER BY m.id, h.person_id, t.scope
ON CONFLICT DO NOTHING
"""
_RESOLVED = """
UPDATE message_target AS t SET resolved_at = %(at)s, holders = found.holders
FROM unnest(%(messages)s::uuid[], %(roles)s::text[], %(scopes)s::text[], %(holders)s::int[])
  AS found (message_id, role, scope, holders)
WHERE t.message_id = found.message_id AND t.role = found.role AND t.scope = found.scope AND t.resolved_at IS NULL
"""
_DUE_PEOPLE = """
SELECT person_id FROM message_to WHERE state = 'WANTED' AND goes_at <= %(at)s
GROUP BY person_id ORDER BY min(goes_at), person_id LIMIT %(limit)s
"""
# What of these rows need not be sent any more, or not to them, with why.
_HOLD_BACK = f"""
UPDATE message_to AS t SET state = 'HELD_BACK', cause = held.cause, changed_at = %(at)s
FROM (
  SELECT t.message_id, t.person_id, t.scope, CASE
    WHEN n.state = 'WITHDRAWN' THEN 'DONE'
    WHEN m.kind = ANY(%(steps)s) AND (n.submitted_at > m.wanted_at OR n.state IS DISTINCT FROM CASE m.kind
      WHEN 'letter.waiting' THEN 'IN_APPROVAL' WHEN 'letter.returned' THEN 'DRAFT'
      WHEN 'letter.approved' THEN 'SCHEDULED' ELSE 'PUBLISHED' END) THEN 'DONE'
    WHEN t.scope = '' AND r.person_id IS NOT NULL AND (r.excused OR {DID_ALL}) THEN 'DONE'
    WHEN t.scope = '' AND m.notice_id IS NOT NULL AND NOT (m.kind = ANY(%(steps)s) OR coalesce(place.member, false))
      THEN 'LEFT'
    WHEN t.scope = '' AND place.on_leave THEN 'ON_LEAVE'
    -- Who leads a unit and is late themselves does not hear of the others: the rung above does.
    WHEN m.kind = 'team.overdue' AND t.scope LIKE 'agencies/%%/units/%%' AND place.member AND NOT place.on_leave
      AND NOT r.excused AND r.due_date < %(today)s AND NOT ({DID_ALL}) THEN 'LATE_TOO'
    WHEN m.kind IN ('letter.issued', 'letter.unconfirmed') AND d.confirmed_at IS NOT NULL THEN 'DONE'
    WHEN m.fresh_until < %(at)s THEN 'STALE'
    WHEN choice.wanted IS FALSE AND NOT m.kind = ANY(%(mandatory)s) THEN 'NOT_WANTED'
    WHEN t.state = 'WANTED' AND NOT m.urgent AND m.kind = ANY(%(limited)s) AND lately.two THEN 'OFTEN'
  END AS cause
  FROM message_to AS t JOIN message AS m ON m.id = t.message_id
  LEFT JOIN notice AS n ON n.id = m.notice_id
  LEFT JOIN recipient AS r
    ON r.notice_id = m.notice_id AND r.person_id = t.person_id AND NOT m.kind = ANY(%(steps)s)
  LEFT JOIN delivery AS d
    ON d.notice_id = m.notice_id AND d.version = n.version AND 'agencies/' || d.agency_id = t.scope
  LEFT JOIN mail_choice AS choice ON choice.person_id = t.person_id AND choice.kind = m.kind
  LEFT JOIN LATERAL (
    SELECT bool_or(member) AS member, bool_or(on_leave) AS on_leave FROM audience_member
    WHERE audience_id = n.audience_id AND person_id = t.person_id AND member AND NOT m.kind = ANY(%(steps)s)
  ) AS place ON true
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT sent.mail_id) >= 2 AS two
    FROM message_to AS sent JOIN message AS said ON said.id = sent.message_id
    WHERE sent.person_id = t.person_id AND said.about = m.about AND sent.state IN ('MAILED', 'SENT')
      AND sent.at > %(at)s - interval '14 days' AND sent.changed_at > %(at)s - interval '7 days'
  ) AS lately
  WHERE {{which}}
) AS held
WHERE held.cause IS NOT NULL
  AND t.message_id = held.message_id AND t.person_id = held.person_id AND t.scope = held.scope
"""  # noqa: S608 - made of constants
_DUE = "t.state = 'WANTED' AND t.goes_at <= %(at)s AND t.person_id = ANY(%(people)s)"
_IN_MAILS = "t.state = 'MAILED' AND t.mail_id = ANY(%(mails)s)"
_DROP_EMPTY = """
UPDATE mail SET state = 'DROPPED', claimed_at = NULL
WHERE id = ANY(%(mails)s) AND NOT EXISTS (SELECT FROM message_to WHERE mail_id = mail.id AND state = 'MAILED')
RETURNING id
"""
# Who got mail about it today hears the rest tomorrow, unless it is urgent or of a kind that has no such limit. Counted
# for each by itself: as a join, what went about one thing to everybody is gone through for each of them.
_TOMORROW = """
UPDATE message_to AS t SET goes_at = %(morning)s, changed_at = %(at)s
FROM message_to AS due JOIN message AS m ON m.id = due.message_id CROSS JOIN LATERAL (
  SELECT count(*) AS mails FROM message_to AS sent JOIN message AS said ON said.id = sent.message_id
  WHERE sent.person_id = due.person_id AND said.about = m.about AND sent.state IN ('MAILED', 'SENT')
    AND sent.at > %(at)s - interval '14 days' AND sent.changed_at >= %(today)s
) AS had
WHERE due.state = 'WANTED' AND due.goes_at <= %(at)s AND due.person_id = ANY(%(people)s)
  AND NOT m.urgent AND m.kind = ANY(%(limited)s) AND had.mails > 0
  AND t.message_id = due.message_id AND t.person_id = due.person_id AND t.scope = due.scope
"""
_PUT_TOGETHER = """
WITH due AS (
  SELECT t.message_id, t.person_id, t.scope, t.goes_at, m.urgent
  FROM message_to AS t JOIN message AS m ON m.id = t.message_id
  WHERE t.state = 'WANTED' AND t.goes_at <= %(at)s AND t.person_id = ANY(%(people)s)
), made AS (
  INSERT INTO mail (id, person_id, goes_at, urgent, state, tries, next_try, created_at)
  SELECT gen_random_uuid(), person_id, max(goes_at), bool_or(urgent), 'READY', 0, %(at)s, %(at)s
  FROM due GROUP BY person_id ORDER BY person_id
  -- What arrived for a moment whose mail was put together before: a mail of its own, of this moment.
  ON CONFLICT (person_id, goes_at) DO NOTHING
  RETURNING id, person_id
)
UPDATE message_to AS t SET state = 'MAILED', mail_id = made.id, changed_at = %(at)s
FROM due JOIN made USING (person_id)
WHERE t.message_id = due.message_id AND t.person_id = due.person_id AND t.scope = due.scope
"""
# A mail of that moment was put together before: what came after it goes with the next full minute.
_NEXT_MINUTE = """
UPDATE message_to SET goes_at = %(minute)s, changed_at = %(at)s
WHERE state = 'WANTED' AND goes_at <= %(at)s AND person_id = ANY(%(people)s)
"""
_HOLD_ALL = """
UPDATE message_to SET state = 'HELD_BACK', cause = %(cause)s, changed_at = %(at)s
WHERE state = 'WANTED' AND goes_at <= %(at)s AND person_id = ANY(%(people)s)
"""
_CLAIM = """
UPDATE mail SET state = 'SENDING', claimed_at = %(at)s, tries = tries + 1
WHERE id IN (
  SELECT id FROM mail
  WHERE (state = 'READY' AND next_try <= %(at)s) OR (state = 'SENDING' AND claimed_at < %(forgotten)s)
  ORDER BY urgent DESC, next_try, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, person_id, urgent, tries, created_at
"""
_ITEMS = f"""
SELECT t.mail_id, m.kind, m.about, {FACTS} AS facts, m.id AS message_id
FROM message_to AS t JOIN message AS m ON m.id = t.message_id
WHERE t.mail_id = ANY(%(mails)s) AND t.state = 'MAILED'
ORDER BY t.mail_id, m.urgent DESC, m.wanted_at, array_position(%(kinds)s::text[], m.kind), m.id, t.scope
"""  # noqa: S608 - made of constants
_SENT_LATELY = "SELECT count(*)::int FROM mail WHERE sent_at > %(since)s"
_MARK = """
UPDATE mail SET state = given.state, next_try = coalesce(given.next_try, mail.next_try), error = given.error,
  tries = mail.tries - given.untried, claimed_at = NULL, sent_at = CASE WHEN given.state = 'SENT' THEN %(at)s END
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(next_tries)s::timestamptz[], %(errors)s::text[], %(untried)s::int[])
  AS given (id, state, next_try, error, untried)
WHERE mail.id = given.id AND mail.state = 'SENDING'
"""
_MARK_LEDGER = """
UPDATE message_to AS t SET changed_at = %(at)s, cause = given.cause,
  state = CASE WHEN given.cause <> '' THEN 'HELD_BACK' ELSE given.state END
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(causes)s::text[]) AS given (id, state, cause)
WHERE t.mail_id = given.id AND t.state = 'MAILED' AND given.state IN ('SENT', 'FAILED')
"""
_FAILING = """
INSERT INTO failing_address (person_id, address_sha256, error, since)
SELECT mail.person_id, given.address, given.error, %(at)s
FROM unnest(%(ids)s::uuid[], %(addresses)s::text[], %(errors)s::text[]) AS given (id, address, error)
JOIN mail ON mail.id = given.id
ORDER BY mail.person_id
ON CONFLICT (person_id, address_sha256) DO UPDATE SET error = excluded.error
"""
# What is on its way may come back before it is noted that it went.
_MAIL = "SELECT person_id, state FROM mail WHERE id = %(mail)s"
_BOUNCED = "UPDATE mail SET state = 'BOUNCED', error = %(said)s WHERE id = %(mail)s AND state = 'SENT' RETURNING id"
_BOUNCED_LEDGER = """
UPDATE message_to SET state = 'BOUNCED', changed_at = %(at)s WHERE mail_id = %(mail)s AND state = 'SENT'
"""
_KNOWN_TO_FAIL = """
SELECT person_id, address_sha256 FROM failing_address WHERE person_id = ANY(%(people)s)
"""


class Unresolved(NamedTuple):
    """A message to whoever holds a role for a scope, which the directory has to say."""

    message_id: UUID
    role: str
    scope: str
    # Who is not told, though they hold it.
    but: Sequence[UUID]


class Claimed(NamedTuple):
    """A mail that is to be sent now, by whoever claimed it."""

    id: UUID
    person_id: UUID
    urgent: bool
    tries: int
    created_at: datetime


class Item(NamedTuple):
    """A message in a mail."""

    mail_id: UUID
    kind: str
    about: str
    facts: dict[str, str]
    # None of an example.
    message_id: UUID | None = None


class Failing(NamedTuple):
    """An address of a person that does not work."""

    person_id: UUID
    address_sha256: str


class Sent(NamedTuple):
    """To whom a mail went, and how it stands."""

    person_id: UUID
    state: str


class Went(StrEnum):
    """What became of a try to send: taken, not now, refused for good, or not tried since there was no server."""

    SENT = "SENT"
    LATER = "LATER"
    REFUSED = "REFUSED"
    NOT_TRIED = "NOT_TRIED"


@dataclass(frozen=True)
class Outcome:
    """What became of a mail. *said* is what the server said; *cause* why it was not even tried, for good.

    *address* is the hash of an address that the server refused for good.
    """

    went: Went
    said: str = ""
    cause: str = ""
    address: str = ""


def unresolved(db: Db, *, most: int) -> list[Unresolved]:
    """Return whom the directory has to name for messages that go now, or within the hour."""
    return db.all(Unresolved, _TARGETS, at=db.at + EARLY, limit=most, waiting=LETTER_WAITING.name)


def resolve(db: Db, asked: Sequence[Unresolved], holders: Mapping[tuple[str, str], Sequence[UUID]]) -> None:
    """Put those who hold the roles into the ledger; a role that nobody holds is on record as such."""
    told = {one[:3]: [each for each in holders.get((one.role, one.scope), ()) if each not in one.but] for one in asked}
    found = [(one, person) for one in asked for person in told[one[:3]]]
    db.run(
        _HOLDERS,
        messages=[one.message_id for one, _ in found],
        roles=[one.role for one, _ in found],
        scopes=[one.scope for one, _ in found],
        people=[person for _, person in found],
        at=db.at,
    )
    db.run(
        _RESOLVED,
        messages=[one.message_id for one in asked],
        roles=[one.role for one in asked],
        scopes=[one.scope for one in asked],
        holders=[len(told[one[:3]]) for one in asked],
        at=db.at,
    )


def due_people(db: Db) -> list[UUID]:
    """Return people for whom messages are due, those who wait longest first, as many as are looked at together."""
    return db.values(_DUE_PEOPLE, at=db.at, limit=_AT_ONCE)


def put_together(db: Db, people: Sequence[UUID], hours: Hours) -> int:
    """Make one mail of all that is due for each of *people*, but for what is held back; return of how many messages.

    Held back is what was done meanwhile, is old news, or is not wanted. Of most kinds two mails in seven days
    about one thing are enough, and one a day, unless it is urgent.
    """
    values = {"at": db.at, "people": list(people)}
    db.run(_HOLD_BACK.format(which=_DUE), **values, **_KINDS, today=pacific_date(db.at))
    morning = hours.goes_at(Window.MORNING, db.at + timedelta(hours=1))
    today = datetime.combine(pacific_date(db.at), datetime.min.time(), PACIFIC)
    db.run(_TOMORROW, **values, limited=_KINDS["limited"], morning=morning, today=today)
    made = db.run(_PUT_TOGETHER, at=db.at, people=list(people))
    db.run(_NEXT_MINUTE, at=db.at, people=list(people), minute=hours.goes_at(Window.NOW, db.at, urgent=True))
    return made


def hold_back(db: Db, people: Sequence[UUID], cause: str) -> None:
    """Send nothing of what is due for *people*: it is on their page."""
    db.run(_HOLD_ALL, at=db.at, people=list(people), cause=cause)


def claim(db: Db, *, most: int, a_minute: int) -> list[Claimed]:
    """Take mails to be sent now, what is urgent first; at most so many that no more than *a_minute* go in a minute.

    What was done, or grew old, since a mail was put together is held back; a mail in which nothing is left is dropped.
    """
    room = a_minute - int(db.value(_SENT_LATELY, since=db.at - timedelta(minutes=1)))
    if room <= 0:
        return []
    claimed = db.all(Claimed, _CLAIM, at=db.at, forgotten=db.at - _IN_HAND, limit=min(most, room))
    ids = [mail.id for mail in claimed]
    db.run(_HOLD_BACK.format(which=_IN_MAILS), at=db.at, mails=ids, **_KINDS, today=pacific_date(db.at))
    dropped = set(db.values(_DROP_EMPTY, mails=ids))
    return [mail for mail in claimed if mail.id not in dropped]


def items(db: Db, mails: Sequence[UUID]) -> list[Item]:
    """Return the messages of mails: what is urgent, what was wanted first, and as the rules stand in their table."""
    return db.all(Item, _ITEMS, mails=list(mails), kinds=list(KINDS))


def failing(db: Db, people: Sequence[UUID]) -> set[Failing]:
    """Return which addresses of *people* are known not to work."""
    return set(db.all(Failing, _KNOWN_TO_FAIL, people=list(people)))


def mark(db: Db, claimed: Sequence[Claimed], outcomes: Mapping[UUID, Outcome]) -> None:
    """Note what became of mails that were claimed: taken, to be tried again later, or given up, with why."""
    rows = [(mail, outcomes[mail.id], _after(mail, outcomes[mail.id], db.at)) for mail in claimed]
    ids = [mail.id for mail, _, _ in rows]
    states = [state for _, _, (state, _) in rows]
    db.run(
        _MARK,
        ids=ids,
        states=states,
        next_tries=[next_try for _, _, (_, next_try) in rows],
        errors=[outcome.said[:500] for _, outcome, _ in rows],
        untried=[int(outcome.went is Went.NOT_TRIED) for _, outcome, _ in rows],
        at=db.at,
    )
    db.run(_MARK_LEDGER, ids=ids, states=states, causes=[outcome.cause for _, outcome, _ in rows], at=db.at)
    refused = [(mail.id, outcome) for mail, outcome, _ in rows if outcome.address]
    if refused:
        db.run(
            _FAILING,
            ids=[mail_id for mail_id, _ in refused],
            addresses=[outcome.address for _, outcome in refused],
            errors=[outcome.said[:500] for _, outcome in refused],
            at=db.at,
        )


def sent(db: Db, mail_id: UUID) -> Sent | None:
    """Return to whom a mail went; None if there is no such mail."""
    return db.maybe(Sent, _MAIL, mail=mail_id)


def bounced(db: Db, mail_id: UUID, said: str, address: str) -> bool:
    """Note that a mail came back, and the hash of an *address* that is to blame, '' if none is.

    What is said again changes nothing; return whether it was news.
    """
    if not db.values(_BOUNCED, mail=mail_id, said=said):
        return False
    db.run(_BOUNCED_LEDGER, mail=mail_id, at=db.at)
    if address:
        db.run(_FAILING, ids=[mail_id], addresses=[address], errors=[said], at=db.at)
    return True


def _after(mail: Claimed, outcome: Outcome, at: datetime) -> tuple[str, datetime | None]:
    """Return the state of a mail after a try, and when it is tried again."""
    match outcome.went:
        case Went.SENT:
            return "SENT", None
        case Went.REFUSED:
            return "FAILED", None
        case Went.NOT_TRIED:
            return "READY", at + timedelta(seconds=30)
        case _:
            if mail.tries > len(_PAUSES):
                return "FAILED", None
            return "READY", at + _PAUSES[mail.tries - 1]
