"""Writing down what was decided, as a part of the write that it is decided by."""

import uuid
from collections.abc import Sequence
from enum import StrEnum

from curriculum.governance import events
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.rules.saying import DecisionCorrected
from curriculum.governance.tables import BallotRow, DecisionRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(series)s, 0))"
_LAST = """
SELECT coalesce(max(substr(number, %(start)s)::int), 0) FROM decision WHERE starts_with(number, %(series)s)
"""
_LATER = "SELECT number FROM decision WHERE corrects = %(decision)s"
_OF_A_BODY = """
SELECT d.* FROM decision AS d
WHERE d.way = 'BALLOT' AND d.subject = %(subject)s AND d.digest = %(digest)s
  AND NOT EXISTS (SELECT FROM decision AS later WHERE later.corrects = d.id)
ORDER BY d.decided_at DESC, d.id LIMIT 1
"""


class Way(StrEnum):
    """How a decision came about."""

    BALLOT = "BALLOT"
    APPROVER = "APPROVER"
    # The chair of a body, at once: the body ratifies it later.
    CHAIR = "CHAIR"
    # Published before bodies decided on versions.
    BEFORE_BODIES = "BEFORE_BODIES"


def by_approver(
    db: Db, *, subject: str, digest: str, decision_class: DecisionClass, motion: str, decider: str
) -> DecisionRow:
    """Write down that one person decided, who may."""
    return record(
        db,
        DecisionRow(
            id=uuid.uuid4(),
            number="",
            way=Way.APPROVER,
            body_id="",
            subject=subject,
            digest=digest,
            decision_class=decision_class,
            motion=motion,
            decider=decider,
            decided_at=db.at,
        ),
    )


def is_alone(row: DecisionRow) -> bool:
    """Whether whoever published it decided alone on something large: it was put to nobody, so it has no motion."""
    return (row.way, row.motion, row.decision_class) == (Way.APPROVER, "", DecisionClass.MAJOR)


def by_chair(
    db: Db, *, body: str, subject: str, digest: str, decision_class: DecisionClass, motion: str, decider: str
) -> DecisionRow:
    """Write down that the chair of a body decided alone, since it could not wait."""
    return record(
        db,
        DecisionRow(
            id=uuid.uuid4(),
            number="",
            way=Way.CHAIR,
            body_id=body,
            subject=subject,
            digest=digest,
            decision_class=decision_class,
            motion=motion,
            decider=decider,
            decided_at=db.at,
        ),
    )


def by_ballot(db: Db, ballot: BallotRow, *, code: str, dissent: Sequence[str]) -> DecisionRow:
    """Write down that a body decided, under its next number of the year."""
    return record(
        db,
        DecisionRow(
            id=uuid.uuid4(),
            number=_next_number(db, code),
            way=Way.BALLOT,
            body_id=ballot.body_id,
            ballot_id=ballot.id,
            subject=ballot.subject,
            digest=ballot.digest,
            decision_class=ballot.decision_class,
            motion=ballot.motion,
            counts=ballot.counts,
            dissent=list(dissent),
            decider="",
            decided_at=db.at,
        ),
    )


def correcting(db: Db, wrong: DecisionRow, *, code: str, motion: str, reason: str) -> DecisionRow:
    """Write down anew what *wrong* says, under a number of its own; raises `DecisionCorrected`."""
    number = _next_number(db, code)
    if later := db.values(_LATER, decision=wrong.id):
        raise DecisionCorrected("It is corrected already.", decision=f"decisions/{wrong.id}", by=later[0])
    kept = wrong.model_dump() | {"id": uuid.uuid4(), "number": number, "motion": motion, "decided_at": db.at}
    return record(db, DecisionRow(**kept | {"corrects": wrong.id, "reason": reason}))


def _next_number(db: Db, code: str) -> str:
    """Return such as `STSC-2026-014`. One at a time: numbers have no gaps, and nobody gets another's."""
    series = f"{code}-{pacific_date(db.at).year}-"
    db.run(_ALONE, series=f"decision:{series}")
    last: int = db.value(_LAST, series=series, start=len(series) + 1)
    return f"{series}{last + 1:03d}"


def record(db: Db, row: DecisionRow) -> DecisionRow:
    """Write down *row* for good, and tell it."""
    db.add(row)
    # What names it may be written at once.
    db.flush()
    emit(db, events.decision_recorded(row))
    return row


def of_a_body(db: Db, subject: str, digest: str) -> DecisionRow | None:
    """Return the newest decision by which a body took exactly this content, and that none corrected."""
    return db.maybe(DecisionRow, _OF_A_BODY, subject=subject, digest=digest)
