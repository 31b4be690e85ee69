"""What people do with their own messages: see them, and say of which they want mail."""

from collections.abc import Sequence
from uuid import UUID

from notification.messages.rules.kinds import KINDS
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Kind, Refusal

_OPEN = """
UPDATE message_to SET opened_at = %(at)s
WHERE person_id = %(person)s AND message_id = ANY(%(messages)s) AND opened_at IS NULL
"""
_CHOOSE = """
INSERT INTO mail_choice (person_id, kind, wanted) VALUES (%(person)s, %(kind)s, %(wanted)s)
ON CONFLICT (person_id, kind) DO UPDATE SET wanted = excluded.wanted
"""


class MailMandatory(Refusal):
    """Mail of this kind goes to everybody it concerns."""

    kind = Kind.PRECONDITION


def open_messages(db: Db, person_id: UUID, messages: Sequence[UUID]) -> None:
    """Note that somebody has seen messages; what they saw before stays as it was."""
    db.run(_OPEN, person=person_id, messages=list(messages), at=db.at)
    db.changed(f"people/{person_id}/messages", after={"opened": len(messages)})


def choose(db: Db, person_id: UUID, kind: str, *, wanted: bool) -> None:
    """Note whether somebody wants mail of a kind."""
    known = KINDS.get(kind)
    if known is None:
        raise InvalidField("kind", kind, f"must be one of {', '.join(KINDS)}")
    if known.mandatory and not wanted:
        raise MailMandatory("Mail of this kind goes to everybody it concerns.", kind=kind)
    db.run(_CHOOSE, person=person_id, kind=kind, wanted=wanted)
    db.changed(f"people/{person_id}/mailChoices/{kind}", after={"wanted": wanted})
