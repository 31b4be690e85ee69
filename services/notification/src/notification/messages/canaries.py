"""A mail of each rule to an address that somebody, or a program, looks at: what arrives there arrives elsewhere too.

It says example facts in the rule's own words, and goes the way that all mail goes. No row of the ledger is touched.
"""

from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages import circuit
from notification.messages.composing import Writer
from notification.messages.mails import Claimed, Item, Went
from notification.messages.post import Letter, hand_over
from notification.messages.rules import canaries as rules
from notification.messages.rules.examples import ABOUT, FACTS
from notification.messages.rules.kinds import KINDS
from notification.messages.rules.windows import Hours
from notification.messages.sending import hours_of, way_of, writer_of
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db
from servicekit.settings import Settings

log = structlog.get_logger()

_ACTOR, _METHOD = "services/notification", "jobs/send-canaries"
_NOBODY = UUID(int=0)
_KNOWN = "SELECT kind, sent_at, due_at FROM mail_canary"
_RULES = "SELECT kind, max(last_at) AS sent_at FROM message_count WHERE state = 'SENT' GROUP BY kind"
_DUE = """
INSERT INTO mail_canary (kind, due_at) SELECT unnest(%(kinds)s::text[]), %(at)s
ON CONFLICT (kind) DO UPDATE SET due_at = coalesce(mail_canary.due_at, excluded.due_at)
"""
_SENT = """
UPDATE mail_canary SET sent_at = %(at)s, was_due_at = due_at, due_at = NULL, mail_id = given.mail_id
FROM unnest(%(kinds)s::text[], %(mails)s::uuid[]) AS given (kind, mail_id) WHERE mail_canary.kind = given.kind
"""
_CAME_BACK = "UPDATE mail_canary SET due_at = %(at)s - interval '1 day' WHERE mail_id = %(mail)s"
_GONE = "DELETE FROM mail_canary WHERE kind <> ALL(%(kinds)s)"


class _Known(NamedTuple):
    kind: str
    sent_at: datetime | None
    due_at: datetime | None


class _Rule(NamedTuple):
    kind: str
    sent_at: datetime | None


class Canaries:
    """Sends what is due to the address that the settings name; without one nothing is due."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._way = way_of(settings)

    def send(self, database: Database, now: datetime) -> None:
        """Send a canary of each rule that is due, and note which went."""
        kinds = list(KINDS) if self._settings.mail_canary and self._way.open else []
        with database.transaction(actor=_ACTOR, method=_METHOD, at=now) as db:
            due = _due(db, hours_of(db, self._settings), kinds)
            closed = circuit.known(db).closed(now)
        if not due or closed or self._way.open is None:
            return
        letters = {kind: self._letter(kind, now) for kind in due}
        outcomes, trouble = hand_over(self._way.open(database), list(letters.values()))
        went = [kind for kind, letter in letters.items() if outcomes[letter.id].went is Went.SENT]
        if len(went) < len(due):
            said = next(one.said for one in outcomes.values() if one.went is not Went.SENT)
            log.warning("canaries_not_sent", kinds=sorted(set(due) - set(went)), error=trouble or said)
        with database.transaction(actor=_ACTOR, method=_METHOD) as db:
            db.run(_SENT, kinds=went, mails=[letters[kind].id for kind in went], at=db.at)

    @cached_property
    def _writer(self) -> Writer:
        return writer_of(self._settings)

    def _letter(self, kind: str, now: datetime) -> Letter:
        mail = Claimed(uuid4(), _NOBODY, urgent=False, tries=1, created_at=now)
        # Not every rule says what it is about: that it is an example stands in the greeting.
        to = directory.PersonContact(
            given_name="Canary (an example)", display_name="Canary", email=self._settings.mail_canary
        )
        item = Item(mail.id, kind, ABOUT, dict(FACTS))
        return self._writer.letter(mail, [item], to, at=now)


def came_back(db: Db, mail_id: UUID) -> None:
    """Note that a canary did not arrive: it is late at once, and the next goes on the next business day."""
    db.run(_CAME_BACK, mail=mail_id, at=db.at)


def _due(db: Db, hours: Hours, kinds: list[str]) -> list[str]:
    """Note which canaries are due from now on, and return those that are to be tried now."""
    db.run(_GONE, kinds=kinds)
    known = {row.kind: row for row in db.all(_Known, _KNOWN)}
    rules_sent = dict(db.all(_Rule, _RULES))
    last = {kind: known[kind].sent_at if kind in known else None for kind in kinds}
    new = [
        kind
        for kind in kinds
        if (kind not in known or known[kind].due_at is None)
        and rules.is_due(hours, db.at, last[kind], rules_sent.get(kind))
    ]
    db.run(_DUE, kinds=new, at=db.at)
    waiting = [kind for kind, row in known.items() if row.due_at is not None and not _on_day(row.sent_at, db.at)]
    return sorted({*new, *waiting})


def _on_day(sent: datetime | None, at: datetime) -> bool:
    return sent is not None and pacific_date(sent) == pacific_date(at)
