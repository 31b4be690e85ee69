"""What is said of a letter on its way to its issue: to those who may approve it, and to those who write it.

Whoever takes a step with a letter asks for it in the same transaction; it is said after that, by a task.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from notification.approvals import sent
from notification.approvals.rules.stages import next_of
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.tables import Notice, NoticeRow
from notification.messages import ledger, letters
from notification.messages.ledger import Target
from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import KINDS, LETTER_APPROVED, LETTER_OUT, LETTER_WAITING
from notification.messages.rules.windows import Hours
from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "tell-of-step"
_APPROVER, _STATE = "approver", "state"
_ACTOR = "services/notification"
_LETTER = f"""
SELECT {NOTICE_WITHOUT_BODY} FROM notice AS n WHERE n.id = %(notice)s AND (n.revision = %(revision)s OR NOT %(waits)s)
"""  # noqa: S608 - made of constants
_WRITERS = "SELECT unnest(writers) FROM notice WHERE id = %(notice)s"


class _Asked(NamedTuple):
    """Of what is to be told: a kind, a letter, and which step of it, by its revision after it."""

    kind: Kind
    notice_id: UUID
    revision: int

    @classmethod
    def of(cls, key: str) -> "_Asked":
        kind, notice_id, revision = key.split("/")
        return cls(KINDS[kind], UUID(notice_id), int(revision))


def tell_later(db: Db, notice: NoticeRow, kind: Kind) -> None:
    """Have those told whom a step of *notice* concerns that was just taken, if the transaction commits."""
    tasks.defer(db, TASK, f"{kind.name}/{notice.id}/{notice.revision}", actor=_ACTOR)


def tell_issued(db: Db, notice_id: UUID, hours: Hours) -> None:
    """Tell those who wrote a letter that it was issued, with those whom it reaches."""
    tell(db, f"{LETTER_OUT.name}/{notice_id}/0", hours)


def tell(db: Db, key: str, hours: Hours) -> None:
    """Tell of a step. What waited and does so no more, before anybody heard of it, is told to nobody."""
    asked = _Asked.of(key)
    waits = asked.kind in (LETTER_WAITING, LETTER_APPROVED)
    notice = db.maybe(Notice, _LETTER, notice=asked.notice_id, revision=asked.revision, waits=waits)
    if notice is None:
        return
    people, targets = _whom(db, notice.id, asked.kind)
    goes_at = hours.goes_at(asked.kind.window, db.at, urgent=bool(notice.urgent_reason))
    ledger.want(
        db,
        letters.wanted_of(
            notice,
            asked.kind,
            key,
            goes_at,
            letters.fresh(hours, goes_at),
            facts={"issue": notice.publish_at.isoformat()} if notice.publish_at else {},
            targets=targets,
            people=people,
        ),
    )


def _whom(db: Db, notice_id: UUID, kind: Kind) -> tuple[Sequence[UUID], Sequence[Target]]:
    """Return who hears of a step: of one that waits, those who stand for its next stage, or whoever may approve."""
    writers: list[UUID] = db.values(_WRITERS, notice=notice_id)
    if kind is not LETTER_WAITING:
        return writers, ()
    stages = sent.of_letter(db, notice_id)
    place = next_of(stages)
    if place is None:
        return (), [Target(_APPROVER, _STATE, {})]
    # Nobody approves what they wrote; where that leaves no one, their deputies do.
    stage = stages[place]
    may = [[one for one in them if one not in writers] for them in (stage.approvers, stage.deputies)]
    return may[0] or may[1], ()
