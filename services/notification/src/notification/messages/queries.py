"""Reads of messages, of the rules by which they go, and of mail. Each is one statement, however many rows it gives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from notification.letters.rules.numbers import asked_for, perhaps_asked_for
from notification.messages.ledger import FACTS
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# Of how long what rules did is counted.
LATELY = timedelta(days=90)
# What went by mail, or will; of what was held back since it was done meanwhile, or since they left, nothing is shown.
_SHOWN = "t.cause NOT IN ('LEFT')"
_AFTER = "(t.at, m.id, t.scope) < (%(after_at)s::timestamptz, %(after_id)s::uuid, %(after_scope)s)"
_MESSAGES = f"""
SELECT m.id, m.kind, m.about, {FACTS} AS facts,
  t.at, t.state, t.cause, t.opened_at IS NOT NULL AS opened, m.urgent, t.scope,
  CASE WHEN t.state = 'SENT' THEN t.changed_at END AS sent_at
FROM message_to AS t JOIN message AS m ON m.id = t.message_id
WHERE t.person_id = %(person)s AND t.goes_at <= %(now)s AND {_SHOWN} AND {_AFTER}
ORDER BY t.at DESC, m.id DESC, t.scope DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_FIRST_MESSAGES = _MESSAGES.replace(_AFTER, "true")
_UNOPENED = f"""
SELECT count(*)::int FROM message_to AS t
WHERE t.person_id = %(person)s AND t.goes_at <= %(now)s AND t.opened_at IS NULL AND {_SHOWN}
"""  # noqa: S608 - made of constants
_CHOICES = "SELECT kind, wanted FROM mail_choice WHERE person_id = %(person)s"
# From counts that are kept as the ledger changes. Whoever holds a role waits too: who that is, is asked when it goes.
_RULES = """
SELECT kind, max(last_sent) AS last_sent, coalesce(sum(waiting), 0)::int AS waiting,
  coalesce(sum(sent), 0)::int AS sent, coalesce(sum(failed), 0)::int AS failed,
  coalesce(sum(bounced), 0)::int AS bounced
FROM (
  SELECT kind, max(last_at) FILTER (WHERE state = 'SENT') AS last_sent,
    sum(people) FILTER (WHERE state IN ('WANTED', 'MAILED')) AS waiting,
    sum(people) FILTER (WHERE state = 'SENT') AS sent, sum(people) FILTER (WHERE state = 'FAILED') AS failed,
    sum(people) FILTER (WHERE state = 'BOUNCED') AS bounced
  FROM message_count WHERE day > %(since)s GROUP BY kind
  UNION ALL
  SELECT m.kind, NULL, count(*), 0, 0, 0
  FROM message_target AS t JOIN message AS m ON m.id = t.message_id WHERE t.resolved_at IS NULL GROUP BY m.kind
) AS each GROUP BY kind
"""
_NEXT = """
SELECT m.kind, min(waits.goes_at) AS goes_at
FROM (
  SELECT message_id, min(goes_at) AS goes_at FROM message_to WHERE state = 'WANTED' GROUP BY message_id
  UNION ALL
  SELECT t.message_id, said.goes_at FROM message_target AS t JOIN message AS said ON said.id = t.message_id
  WHERE t.resolved_at IS NULL
) AS waits JOIN message AS m ON m.id = waits.message_id GROUP BY m.kind
"""
# That an agency has no list of addresses is nothing that was held back.
_HELD = """
SELECT kind, cause, sum(people)::int AS people FROM message_count
WHERE day > %(since)s AND state = 'HELD_BACK' GROUP BY kind, cause HAVING sum(people) > 0
UNION ALL
SELECT m.kind, 'NOBODY', count(*)::int FROM message_target AS t JOIN message AS m ON m.id = t.message_id
WHERE t.holders = 0 AND t.role <> 'mailing_list' AND m.wanted_at > %(since)s GROUP BY m.kind
ORDER BY kind, cause
"""
_CANARIES = "SELECT kind, sent_at, was_due_at, due_at FROM mail_canary"
_QUEUE = """
SELECT count(*)::int AS mails, min(created_at) AS oldest,
  coalesce((SELECT error FROM mail WHERE state IN ('READY', 'SENDING') AND error <> ''
    ORDER BY next_try DESC, id LIMIT 1), '') AS trouble
FROM mail WHERE state IN ('READY', 'SENDING')
"""
# What a mail is about, and the numbers of the letters among it.
_SAID = """
SELECT array_agg(DISTINCT m.kind) AS kinds, array_agg(DISTINCT m.about) AS about,
  array_agg(DISTINCT concat_ws(' ', n.series, n.number)) FILTER (WHERE n.id IS NOT NULL) AS letters
FROM message_to AS t JOIN message AS m ON m.id = t.message_id LEFT JOIN notice AS n ON n.id = m.notice_id
WHERE t.mail_id = mail.id
"""
# By what they are about from its index: an old letter's mail is found as quickly as a new one's.
_ABOUT = """
AND mail.id IN (
  SELECT t.mail_id FROM message AS m JOIN message_to AS t ON t.message_id = m.id WHERE m.about = ANY(%(about)s))
"""
_MAILS = f"""
SELECT mail.id, mail.person_id, mail.state, mail.created_at, mail.sent_at, mail.tries, mail.error,
  said.kinds, said.about, said.letters
FROM mail CROSS JOIN LATERAL ({_SAID}) AS said
WHERE (%(states)s::text[] = '{{{{}}}}' OR mail.state = ANY(%(states)s::text[])) {{about}} {{after}}
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_CAUGHT = f"""
SELECT mail.id, mail.person_id, c.at, c."to", c.subject, c.text, c.html, said.about, said.letters,
  (count(*) OVER ())::int AS total
FROM caught_mail AS c JOIN mail USING (id) CROSS JOIN LATERAL ({_SAID}) AS said
WHERE (%(person)s::uuid IS NULL OR mail.person_id = %(person)s) AND (%(mail)s::uuid IS NULL OR mail.id = %(mail)s)
"""  # noqa: S608 - made of constants
_CAUGHT_PAGE = f"""
SELECT * FROM ({_CAUGHT} {{about}}) AS caught {{after}} ORDER BY at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_NUMBERED = """
SELECT 'notices/' || id FROM notice WHERE number = %(number)s AND (%(series)s = '' OR series = %(series)s)
"""
_SERIES = "SELECT series FROM series"


# Who is at an agency: in an audience there, or told something for a role there.
_FAILING = """
SELECT person_id, address_sha256, error, since FROM failing_address AS f
WHERE EXISTS (SELECT FROM audience_member AS place
  WHERE place.person_id = f.person_id AND place.agency_id = %(agency)s AND place.member)
  OR EXISTS (SELECT FROM message_to AS t
    WHERE t.person_id = f.person_id AND split_part(t.scope, '/', 2) = %(agency)s)
ORDER BY since DESC, person_id, address_sha256 LIMIT %(most)s
"""
_MOST_FAILING = 1_000


class FailingAddress(NamedTuple):
    """An address of somebody that does not work, since when, and what the server said."""

    person_id: UUID
    address_sha256: str
    error: str
    since: datetime


class OwnMessage(NamedTuple):
    """A message to somebody."""

    id: UUID
    kind: str
    about: str
    facts: dict[str, str]
    at: datetime
    state: str
    cause: str
    opened: bool
    urgent: bool
    scope: str
    sent_at: datetime | None


class Choice(NamedTuple):
    """What somebody said about mail of a kind."""

    kind: str
    wanted: bool


class RuleCounts(NamedTuple):
    """What the messages of a kind came to lately."""

    kind: str
    last_sent: datetime | None
    waiting: int
    sent: int
    failed: int
    bounced: int


class Next(NamedTuple):
    """When the next message of a kind goes."""

    kind: str
    goes_at: datetime


class Held(NamedTuple):
    """How many messages of a kind were not sent for a cause."""

    kind: str
    cause: str
    people: int


class Canary(NamedTuple):
    """When the last canary of a kind went, since when it was due, and since when the next one is, if it is."""

    kind: str
    sent_at: datetime | None
    was_due_at: datetime | None
    due_at: datetime | None

    @property
    def took_seconds(self) -> float:
        """How long the last one took from when it was due until a server took it; 0 if that is not known."""
        return (self.sent_at - self.was_due_at).total_seconds() if self.sent_at and self.was_due_at else 0.0


class Rules(NamedTuple):
    """What the rules did: counts and the next moment by kind, what was held back, and the canaries."""

    counts: dict[str, RuleCounts]
    next: dict[str, datetime]
    held: list[Held]
    canaries: dict[str, Canary]


class Queue(NamedTuple):
    """Mail that waits for its turn, and what the server said last; '' if nothing is wrong."""

    mails: int
    oldest: datetime | None
    trouble: str


class Mail(NamedTuple):
    """A mail as operators see it."""

    id: UUID
    person_id: UUID
    state: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    error: str
    kinds: list[str] | None
    about: list[str] | None
    letters: list[str] | None


class Caught(NamedTuple):
    """A mail that would have gone out, and how many of them there are."""

    id: UUID
    person_id: UUID
    at: datetime
    to: str
    subject: str
    text: str
    html: str
    about: list[str] | None
    letters: list[str] | None
    total: int


def messages(db: Db, person_id: UUID, page: Page, *, now: datetime) -> list[OwnMessage]:
    """Return somebody's messages, the newest first."""
    sql = _MESSAGES if page.after else _FIRST_MESSAGES
    return db.all(OwnMessage, sql, person=person_id, now=now, **page.values("at", "id", "scope"))


def unopened(db: Db, person_id: UUID, *, now: datetime) -> int:
    """Count the messages that somebody has not seen."""
    return int(db.value(_UNOPENED, person=person_id, now=now))


def choices(db: Db, person_id: UUID) -> dict[str, bool]:
    """Return what somebody said about mail, by kind."""
    return dict(db.all(Choice, _CHOICES, person=person_id))


def rules(db: Db, *, since: datetime) -> Rules:
    """Return what the messages that were wanted since a moment came to, by kind."""
    day = pacific_date(since)
    return Rules(
        {row.kind: row for row in db.all(RuleCounts, _RULES, since=day)},
        dict(db.all(Next, _NEXT)),
        db.all(Held, _HELD, since=day),
        canaries(db),
    )


def canaries(db: Db) -> dict[str, Canary]:
    """Return how the canaries stand, by kind; none where none are sent."""
    return {row.kind: row for row in db.all(Canary, _CANARIES)}


def failing_addresses(db: Db, agency_id: str) -> list[FailingAddress]:
    """Return the addresses that do not work of people at an agency, the newest first."""
    return db.all(FailingAddress, _FAILING, agency=agency_id, most=_MOST_FAILING)


def queue(db: Db) -> Queue:
    """Return what waits at the server."""
    return db.one(Queue, _QUEUE)


def about_of(db: Db, about: str, letter: str) -> list[str] | None:
    """Return the resources that mail is asked for about: one, or letters of a number in any form; None = whatever."""
    if not letter:
        return [about] if about else None
    number = asked_for(letter, db.values(_SERIES)) or perhaps_asked_for(letter)
    return db.values(_NUMBERED, number=number.number, series=number.series) if number else []


def mails(db: Db, page: Page, *, states: Sequence[str], about: Sequence[str] | None) -> list[Mail]:
    """Return mail in one of *states* (all if none is named) about some resources (None = any), the newest first."""
    after = page.after_sql("AND", "<", created_at="timestamptz", id="uuid")
    sql = _MAILS.format(after=after, about="" if about is None else _ABOUT)
    return db.all(Mail, sql, states=list(states), about=list(about or ()), **page.values("created_at", "id"))


def caught(db: Db, page: Page, *, person_id: UUID | None, about: Sequence[str] | None) -> list[Caught]:
    """Return mail that would have gone out about some resources (None = any), the newest first."""
    after = page.after_sql("WHERE", "<", at="timestamptz", id="uuid")
    sql = _CAUGHT_PAGE.format(after=after, about="" if about is None else _ABOUT)
    return db.all(Caught, sql, person=person_id, about=list(about or ()), mail=None, **page.values("at", "id"))


def caught_one(db: Db, mail_id: UUID) -> Caught:
    """Return one mail that would have gone out."""
    found = db.maybe(Caught, _CAUGHT, person=None, mail=mail_id)
    if found is None:
        raise NotFound(f"caughtMails/{mail_id}")
    return found
