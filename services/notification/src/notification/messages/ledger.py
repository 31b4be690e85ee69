"""Wanting something said: once an occasion, to people or to whoever holds a role. What becomes of it is `mails.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from notification.messages.rules.kind import Kind
from servicekit.data.db import Db

# The addresses on an agency's list are asked for as if they held a role there.
MAILING_LIST = "mailing_list"
# What a message `m` says to one of those it goes to, `t`: their own due day stands for the letter's.
FACTS = """
m.facts || t.facts || CASE WHEN t.due_date IS NULL THEN '{}' ELSE jsonb_build_object('due', t.due_date::text) END
"""
_MESSAGE = """
INSERT INTO message
  (id, once, kind, producer, about, notice_id, facts, urgent, sender_id, wanted_at, goes_at, fresh_until)
VALUES (%(id)s, %(once)s, %(kind)s, %(producer)s, %(about)s, %(notice)s, %(facts)s, %(urgent)s, %(sender)s, %(at)s,
  %(goes_at)s, %(fresh_until)s)
ON CONFLICT (once) DO NOTHING
RETURNING id
"""
_PEOPLE = """
INSERT INTO message_to (message_id, person_id, scope, at, goes_at, state, changed_at)
SELECT %(message)s, person_id, '', %(at)s, %(goes_at)s, 'WANTED', %(at)s
FROM (SELECT DISTINCT unnest(%(people)s::uuid[]) AS person_id) AS each
ORDER BY person_id
"""
_TARGETS = """
INSERT INTO message_target (message_id, role, scope, facts)
SELECT %(message)s, role, scope, facts
FROM unnest(%(roles)s::text[], %(scopes)s::text[], %(facts)s::jsonb[]) AS t (role, scope, facts)
"""
_OLD_NEWS = """
UPDATE message SET fresh_until = %(at)s
WHERE about = ANY(%(about)s) AND kind = ANY(%(kinds)s) AND (fresh_until IS NULL OR fresh_until > %(at)s)
"""


class Target(NamedTuple):
    """Whoever holds *role* for *scope*, as the directory names it, with the *facts* that only they are told."""

    role: str
    scope: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """Something to be said. *once* names the occasion; *producer* is the service, '' for this one."""

    once: str
    kind: Kind
    about: str
    facts: Mapping[str, str]
    goes_at: datetime
    notice_id: UUID | None = None
    producer: str = ""
    urgent: bool = False
    sender_id: UUID | None = None
    fresh_until: datetime | None = None
    people: Sequence[UUID] = ()
    targets: Sequence[Target] = field(default_factory=tuple)


def want(db: Db, wanted: Wanted) -> UUID | None:
    """Have something said, and return the message's id; None if it is being said already."""
    made: list[UUID] = db.values(
        _MESSAGE,
        id=uuid4(),
        once=wanted.once,
        kind=wanted.kind.name,
        producer=wanted.producer,
        about=wanted.about,
        notice=wanted.notice_id,
        facts=Jsonb(dict(wanted.facts)),
        urgent=wanted.urgent,
        sender=wanted.sender_id,
        at=db.at,
        goes_at=wanted.goes_at,
        fresh_until=wanted.fresh_until,
    )
    if not made:
        return None
    (message_id,) = made
    if wanted.people:
        db.run(_PEOPLE, message=message_id, people=list(wanted.people), at=db.at, goes_at=wanted.goes_at)
    if wanted.targets:
        db.run(
            _TARGETS,
            message=message_id,
            roles=[target.role for target in wanted.targets],
            scopes=[target.scope for target in wanted.targets],
            facts=[Jsonb(dict(target.facts)) for target in wanted.targets],
        )
    return message_id


def is_old_news(db: Db, kinds: Sequence[str], about: Sequence[str]) -> None:
    """Have nothing of these kinds sent any more about these resources: it is old news from now on."""
    db.run(_OLD_NEWS, kinds=list(kinds), about=list(about), at=db.at)
