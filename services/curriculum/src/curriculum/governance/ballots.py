"""What is done with ballots by who runs them, and by the clock. One function is a part of one write."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from curriculum.governance import decisions, events, parts, sheets, telling
from curriculum.governance.rules import bodies, counting, saying, seats, states
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.rules.counting import Choice, Outcome
from curriculum.governance.rules.saying import (
    BallotRuns,
    BodyNotKnown,
    DigestChanged,
    MeetingNeeded,
    MeetingNotReady,
    RollEmpty,
    SubjectOpen,
)
from curriculum.governance.rules.states import State
from curriculum.governance.sheets import ALTERNATE, MEMBER, RUNS, Seated, Sheet
from curriculum.governance.subjects import Subjects
from curriculum.governance.tables import BallotRollRow, BallotRow, BodyRulesRow, DecisionRow, PositionRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import InvalidField, NotFound

_MOST_AUTHORS = 50
# One in a meeting waits for who was there.
_DUE = """
SELECT id FROM ballot AS b
WHERE state = 'OPEN' AND closes_at <= %(now)s
  AND (meeting_id = '' OR EXISTS (
    SELECT FROM presence AS p
    WHERE p.decides = 'ballots/' || b.id AND (p.body_id, p.meeting_id) = (b.body_id, b.meeting_id)
  ))
ORDER BY closes_at, id
"""


@dataclass(frozen=True)
class Prepared:
    """What a ballot is to be."""

    body: str
    motion: str
    decision_class: DecisionClass
    subject: str
    digest: str
    closes_at: datetime | None
    meeting: str
    authors: tuple[UUID, ...]


def create(db: Db, what: Prepared, subjects: Subjects, *, by: UUID, writes: bool = False) -> UUID:
    """Prepare a ballot, by somebody who runs the body, or who *writes* what is voted on: the former opens it."""
    ruled = rules_of(db, what.body)
    if not writes:
        _require_runs(db, what.body, by)
    saying.check_text("ballot.motion", what.motion, most=saying.MOST_MOTION, given=True)
    if len(what.authors) > _MOST_AUTHORS:
        raise InvalidField("ballot.authors", len(what.authors), f"must be at most {_MOST_AUTHORS}")
    rules = bodies.read(ruled.rules)
    rules.threshold(what.decision_class)
    if not what.meeting and not rules.written_votes:
        raise MeetingNeeded("The body votes in meetings.", field="ballot.meeting", body=f"bodies/{what.body}")
    _check_digest(db, subjects, what.subject, what.digest)
    row = BallotRow(
        id=uuid.uuid4(),
        body_id=what.body,
        motion=what.motion,
        decision_class=what.decision_class,
        subject=what.subject,
        digest=what.digest,
        closes_at=_closes_at(what, db.at),
        meeting_id=what.meeting,
        authors=sorted(set(what.authors)),
        state=State.PREPARED,
        rules=ruled.rules,
        created_by=by,
        created_at=db.at,
        reason="",
    )
    db.add(row)
    db.flush()
    db.changed(sheets.name_of(row.id), after={"subject": row.subject, "digest": row.digest})
    return row.id


def open_(db: Db, ballot: UUID, subjects: Subjects, *, by: UUID) -> None:
    """Freeze the roll and the rules, and let members vote."""
    subject, digest = _subject(db, ballot)
    kind = subjects.of(subject)
    # Before the ballot: whoever changes what is voted on holds that first, and then its ballots.
    current = kind.digest(db, subject)
    sheet = run_by(db, ballot, by)
    state = states.move(sheet.name, State(sheet.row.state), State.OPEN)
    if current != digest:
        raise DigestChanged("What is to be voted on was changed.", ballot=sheet.name, subject=subject)
    if lines := kind.open_lines(db, subject):
        raise SubjectOpen("Something is not settled yet.", subject=subject, lines="; ".join(lines))
    if sheet.row.closes_at is not None and sheet.row.closes_at <= db.at:
        raise InvalidField("close_time", sheet.row.closes_at, "must lie ahead when the ballot opens")
    roll = _roll(sheet, sheets.seated(db, [sheet.row.body_id]), db.at)
    if not roll:
        raise RollEmpty("Nobody has a seat that votes.", body=f"bodies/{sheet.row.body_id}")
    sheet.row.state, sheet.row.opened_at = state, db.at
    ruled = rules_of(db, sheet.row.body_id)
    sheet.row.rules = ruled.rules
    db.add(sheet.row)
    db.add_all(roll)
    db.flush()
    _recuse_authors(db, sheet.row, roll)
    emit(db, events.ballot_opened(sheet.row))
    telling.opened(db, sheet.row, roll, ruled.code)
    db.changed(sheet.name, before={"state": State.PREPARED}, after={"state": State.OPEN, "seats": len(roll)})


def close(db: Db, ballot: UUID, subjects: Subjects, *, by: UUID) -> None:
    """Count the votes: at its hour, when every seat has said something, or once it is known who was in the room."""
    subject, digest = _subject(db, ballot)
    changed = subjects.of(subject).digest(db, subject) != digest
    sheet = run_by(db, ballot, by)
    if sheet.row.meeting_id and sheet.present is None:
        raise MeetingNotReady("Who was there is not on record.", ballot=sheet.name, meeting=sheet.row.meeting_id)
    waits = sheet.row.closes_at is not None and db.at < sheet.row.closes_at and not sheet.row.meeting_id
    silent = [vote.seat for vote in sheet.votes() if vote.choice is None]
    if State(sheet.row.state) is State.OPEN and waits and silent and not changed:
        raise BallotRuns("It is open until its hour.", ballot=sheet.name, silent=len(silent))
    _end(db, sheet, Outcome.VOID if changed else _count(sheet))


def close_due(db: Db, ballot: UUID, subjects: Subjects) -> None:
    """Count the votes of a ballot whose hour has come; nothing if somebody closed it meanwhile."""
    subject, digest = _subject(db, ballot)
    changed = subjects.of(subject).digest(db, subject) != digest
    sheet = locked(db, ballot)
    if State(sheet.row.state) is State.OPEN:
        _end(db, sheet, Outcome.VOID if changed else _count(sheet))
    else:
        db.changed(sheet.name)


def due(db: Db) -> list[UUID]:
    """Return the ballots whose hour has come."""
    return db.values(_DUE, now=db.at)


def withdraw(db: Db, ballot: UUID, reason: str, *, by: UUID) -> None:
    """End a ballot without a result."""
    saying.check_text("reason", reason, most=saying.MOST_MOTION, given=True)
    sheet = run_by(db, ballot, by)
    sheet.row.reason = reason
    _end(db, sheet, Outcome.WITHDRAWN)


def void_changed(db: Db, subject: str, digest: str) -> list[str]:
    """End all ballots on another content of *subject* than this; whoever changed it holds it. Return their names."""
    live = select(BallotRow).where(
        BallotRow.subject == subject, BallotRow.digest != digest, col(BallotRow.state).in_(states.LIVE)
    )
    found = sheets.sheets(db, db.exec(live.order_by(col(BallotRow.id)).with_for_update()).all())
    for sheet in found:
        _end(db, sheet, Outcome.VOID)
    return [sheet.name for sheet in found]


def correct(db: Db, decision: UUID, motion: str, reason: str, *, by: UUID) -> DecisionRow:
    """Write down anew what a body decided, by somebody who runs it. What was written stays, and so do the votes."""
    wrong = db.get(DecisionRow, decision)
    if wrong is None or wrong.way != decisions.Way.BALLOT:
        raise NotFound(f"decisions/{decision}")
    _require_runs(db, wrong.body_id, by)
    saying.check_text("motion", motion, most=saying.MOST_MOTION, given=True)
    saying.check_text("reason", reason, most=saying.MOST_MOTION, given=True)
    row = decisions.correcting(db, wrong, code=rules_of(db, wrong.body_id).code, motion=motion, reason=reason)
    db.changed(f"decisions/{row.id}", before={"decision": wrong.number}, after={"decision": row.number}, reason=reason)
    return row


def run_by(db: Db, ballot: UUID, by: UUID) -> Sheet:
    """Return a ballot, locked, to somebody who runs its body today; to others there is none."""
    sheet = locked(db, ballot)
    if not sheet.parts(by, pacific_date(db.at)) & RUNS:
        raise NotFound(sheet.name)
    return sheet


def locked(db: Db, ballot: UUID) -> Sheet:
    """Return a ballot that nobody else changes until commit."""
    row = db.get(BallotRow, ballot, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(sheets.name_of(ballot))
    return sheets.sheets(db, [row])[0]


def rules_of(db: Db, body: str) -> BodyRulesRow:
    """Return the rules of a body as they are told."""
    row = db.get(BodyRulesRow, body)
    if row is None:
        raise BodyNotKnown("How the body decides is not known yet.", body=f"bodies/{body}")
    return row


def _require_runs(db: Db, body: str, by: UUID) -> None:
    if not any(part.part in RUNS for part in parts.of(db, by, [body])):
        raise NotFound(f"bodies/{body}")


def _closes_at(what: Prepared, now: datetime) -> datetime | None:
    if what.closes_at is None and not what.meeting:
        raise InvalidField("ballot.close_time", "", "must be given where it is not voted on in a meeting")
    if what.closes_at is not None and what.closes_at <= now:
        raise InvalidField("ballot.close_time", what.closes_at, "must lie ahead")
    return what.closes_at


def _check_digest(db: Db, subjects: Subjects, subject: str, digest: str) -> None:
    if subjects.of(subject).digest(db, subject) != digest:
        raise DigestChanged("What is to be voted on is not what was read.", field="ballot.digest", subject=subject)


def _subject(db: Db, ballot: UUID) -> tuple[str, str]:
    row = db.get(BallotRow, ballot)
    if row is None:
        raise NotFound(sheets.name_of(ballot))
    return row.subject, row.digest


def _roll(sheet: Sheet, seated: Sequence[Seated], at: datetime) -> list[BallotRollRow]:
    """Return the seats that vote and are filled today, each with its holder and alternate."""
    day = pacific_date(at)
    now = [one for one in seated if one.term.seat and seats.sits(one.term, day, sheet.terms)]
    holders = {one.term.seat: one for one in reversed(now) if one.term.part == MEMBER and one.voting}
    alternates = {one.term.seat: one.term for one in reversed(now) if one.term.part == ALTERNATE}
    lines = []
    for seat, one in sorted(holders.items()):
        alternate = alternates.get(seat)
        lines.append(
            BallotRollRow(
                ballot_id=sheet.row.id,
                seat_id=seat,
                constituency_id=one.constituency,
                holder_id=one.term.person,
                term_id=one.term.id,
                alternate_id=alternate.person if alternate else None,
                alternate_term_id=alternate.id if alternate else None,
            )
        )
    return lines


def _recuse_authors(db: Db, row: BallotRow, roll: Sequence[BallotRollRow]) -> None:
    """Let the seats of those who wrote it step aside: they do not vote on their own work."""
    for number, line in enumerate((line for line in roll if line.holder_id in row.authors), 1):
        db.add(
            PositionRow(
                ballot_id=row.id,
                number=number,
                seat_id=line.seat_id,
                person_id=line.holder_id,
                spoke_as=seats.As.HOLDER,
                choice=Choice.RECUSED,
                text="Wrote what is voted on.",
                lifted_by="",
                override_reason="",
                said_at=db.at,
                counted=True,
                contest="",
            )
        )


def _count(sheet: Sheet) -> Outcome:
    return counting.outcome(sheet.votes(), sheet.rules, sheet.threshold)


def _end(db: Db, sheet: Sheet, outcome: Outcome) -> None:
    row, before = sheet.row, State(sheet.row.state)
    row.state = states.move(sheet.name, before, State(outcome.value))
    row.ended_at, row.counts = db.at, sheets.counts(sheet.votes())
    row.present = None if sheet.present is None else sorted(sheet.present)
    db.add(row)
    decision, code = None, rules_of(db, row.body_id).code
    if outcome is Outcome.PASSED:
        said = [one for line in sheet.roll if (one := sheet.counting(line.seat_id))]
        dissent = [one.text for one in said if one.text and one.choice in {Choice.HOLD, Choice.NO}]
        decision = decisions.by_ballot(db, row, code=code, dissent=dissent)
    emit(db, events.ballot_closed(row, decision))
    telling.closed(db, row, sheet.roll, code, decision)
    db.changed(sheet.name, before={"state": before}, after={"state": row.state}, reason=row.reason)
