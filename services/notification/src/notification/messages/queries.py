"""Reads of messages, of the rules by which they go, and of mail. Each is one statement, however many rows it gives."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.messages.ledger import FACTS
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

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
# Whoever holds a role waits too: who that is, is asked when it goes.
_RULES = """
SELECT kind, max(last_sent) AS last_sent, min(next) AS next, sum(waiting)::int AS waiting, sum(sent)::int AS sent,
  sum(failed)::int AS failed
FROM (
  SELECT m.kind, max(t.changed_at) FILTER (WHERE t.state = 'SENT') AS last_sent,
    min(t.goes_at) FILTER (WHERE t.state = 'WANTED') AS next,
    count(*) FILTER (WHERE t.state IN ('WANTED', 'MAILED')) AS waiting,
    count(*) FILTER (WHERE t.state = 'SENT') AS sent, count(*) FILTER (WHERE t.state = 'FAILED') AS failed
  FROM message AS m JOIN message_to AS t ON t.message_id = m.id
  WHERE m.wanted_at > %(since)s GROUP BY m.kind
  UNION ALL
  SELECT m.kind, NULL, min(m.goes_at), count(*), 0, 0
  FROM message AS m JOIN message_target AS t ON t.message_id = m.id
  WHERE m.wanted_at > %(since)s AND t.resolved_at IS NULL GROUP BY m.kind
) AS each GROUP BY kind
"""
_HELD = """
SELECT m.kind, t.cause, count(*)::int AS people FROM message AS m JOIN message_to AS t ON t.message_id = m.id
WHERE m.wanted_at > %(since)s AND t.state = 'HELD_BACK' GROUP BY m.kind, t.cause
UNION ALL
SELECT m.kind, 'NOBODY', count(*)::int FROM message AS m JOIN message_target AS t ON t.message_id = m.id
WHERE m.wanted_at > %(since)s AND t.holders = 0 GROUP BY m.kind
ORDER BY kind, cause
"""
_QUEUE = """
SELECT count(*)::int AS mails, min(created_at) AS oldest,
  coalesce((SELECT error FROM mail WHERE state IN ('READY', 'SENDING') AND error <> ''
    ORDER BY next_try DESC, id LIMIT 1), '') AS trouble
FROM mail WHERE state IN ('READY', 'SENDING')
"""
_MAILS = """
SELECT mail.id, mail.person_id, mail.state, mail.created_at, mail.sent_at, mail.tries, mail.error,
  said.kinds, said.about
FROM mail CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT m.kind) AS kinds, array_agg(DISTINCT m.about) AS about
  FROM message_to AS t JOIN message AS m ON m.id = t.message_id WHERE t.mail_id = mail.id
) AS said
WHERE (%(states)s::text[] = '{{}}' OR mail.state = ANY(%(states)s::text[]))
  AND (%(about)s = '' OR %(about)s = ANY(said.about)) {after}
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
_CAUGHT = """
SELECT mail.id, mail.person_id, c.at, c."to", c.subject, c.text, c.html, said.about, (count(*) OVER ())::int AS total
FROM caught_mail AS c JOIN mail USING (id) CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT m.about) AS about
  FROM message_to AS t JOIN message AS m ON m.id = t.message_id WHERE t.mail_id = mail.id
) AS said
WHERE (%(person)s::uuid IS NULL OR mail.person_id = %(person)s) AND (%(about)s = '' OR %(about)s = ANY(said.about))
  AND (%(mail)s::uuid IS NULL OR mail.id = %(mail)s)
"""
_CAUGHT_PAGE = f"""
SELECT * FROM ({_CAUGHT}) AS caught {{after}} ORDER BY at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants


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
    next: datetime | None
    waiting: int
    sent: int
    failed: int


class Held(NamedTuple):
    """How many messages of a kind were not sent for a cause."""

    kind: str
    cause: str
    people: int


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


def rules(db: Db, *, since: datetime) -> tuple[dict[str, RuleCounts], list[Held]]:
    """Return what the messages that were wanted since a moment came to, by kind, and what was held back of them."""
    counts = {row.kind: row for row in db.all(RuleCounts, _RULES, since=since)}
    return counts, db.all(Held, _HELD, since=since)


def queue(db: Db) -> Queue:
    """Return what waits at the server."""
    return db.one(Queue, _QUEUE)


def mails(db: Db, page: Page, *, states: Sequence[str], about: str) -> list[Mail]:
    """Return mail in one of *states* (all if none is named), the newest first."""
    after = page.after_sql("AND", "<", created_at="timestamptz", id="uuid")
    sql = _MAILS.format(after=after)
    return db.all(Mail, sql, states=list(states), about=about, **page.values("created_at", "id"))


def caught(db: Db, page: Page, *, person_id: UUID | None, about: str) -> list[Caught]:
    """Return mail that would have gone out, the newest first."""
    sql = _CAUGHT_PAGE.format(after=page.after_sql("WHERE", "<", at="timestamptz", id="uuid"))
    return db.all(Caught, sql, person=person_id, about=about, mail=None, **page.values("at", "id"))


def caught_one(db: Db, mail_id: UUID) -> Caught:
    """Return one mail that would have gone out."""
    found = db.maybe(Caught, _CAUGHT, person=None, about="", mail=mail_id)
    if found is None:
        raise NotFound(f"caughtMails/{mail_id}")
    return found
