"""What is done with rounds by who writes, and by who is asked. One function is a part of one write."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import col, select

from curriculum.governance import ballots, parts
from curriculum.governance.sheets import CHAIRS
from curriculum.rounds import events, people, queries, taking, telling
from curriculum.rounds.people import Reader
from curriculum.rounds.queries import Round
from curriculum.rounds.rules import comments, passages, states
from curriculum.rounds.rules.comments import CommentsSent, CommentsUnanswered, TextChanged
from curriculum.rounds.rules.states import RoundRuns, State
from curriculum.rounds.subjects import Subjects
from curriculum.rounds.tables import RoundReviewerRow, RoundRow
from servicekit import closed_days
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import InvalidField, NotFound, PermissionMissing

_REMIND_BEFORE = 2
# Two who open a round of the same thing before the same body at once take turns.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(which)s, 0))"
_LOCK = "SELECT id FROM round WHERE id = %(round)s FOR UPDATE"
_DECLINE = """
INSERT INTO round_reviewer (round_id, person_id, seat_id, asked, declined_at, decline_reason)
VALUES (%(round)s, %(person)s, %(seat)s, false, %(at)s, %(reason)s)
ON CONFLICT (round_id, person_id) DO UPDATE
SET declined_at = excluded.declined_at, decline_reason = excluded.decline_reason
"""
_WRITERS = """
SELECT DISTINCT c.author_id FROM round_comment AS c LEFT JOIN round_comment AS n ON n.taken_from = c.id
WHERE c.round_id = %(round)s AND c.sent_at IS NOT NULL AND n.id IS NULL ORDER BY 1
"""


@dataclass(frozen=True)
class Asked:
    """What a round is to be."""

    subject: str
    digest: str
    body: str
    due: date
    reviewers: Collection[UUID]


def open_(db: Db, asked: Asked, subjects: Subjects, *, by: UUID) -> UUID:
    """Put a thing before a body, as it says now. What is open from the round before goes on here."""
    today = pacific_date(db.at)
    ballots.rules_of(db, asked.body)
    states.check_day("round.due_date", asked.due, today)
    if by in asked.reviewers:
        raise InvalidField("round.reviewers", f"people/{by}", "must not name who sends it for review")
    db.value(_ALONE, which=f"round {asked.body} {asked.subject}")
    reading = subjects.read(db, asked.subject)
    if reading.digest != asked.digest:
        raise TextChanged("What is sent for review is not what was read.", field="round.digest", subject=asked.subject)
    before = _newest(db, asked)
    text = passages.passages(reading.parts, passages.shown(before.passages) if before else ())
    if not text:
        raise InvalidField("round.subject", asked.subject, "must say something")
    row = RoundRow(
        id=uuid4(),
        subject=asked.subject,
        title=reading.title,
        digest=reading.digest,
        passages=passages.kept(text),
        demonstration=reading.demonstration,
        body_id=asked.body,
        number=before.number + 1 if before else 1,
        due_on=asked.due,
        remind_on=_remind_on(db, asked.due, today),
        opened_by=by,
        opened_at=db.at,
    )
    db.add(row)
    db.flush()
    db.add_all(_reviewers(db, row, asked.reviewers))
    db.flush()
    taken = taking.take_over(db, before, row, db.at) if before else []
    if before:
        follow_up(db, before.id)
    emit(db, events.opened(row))
    telling.opened(db, row, asked.reviewers)
    after = {"subject": row.subject, "digest": row.digest, "number": row.number, "taken_over": len(taken)}
    db.changed(queries.name_of(row.id), after=after | {"reviewers": sorted(map(str, asked.reviewers))})
    return row.id


def close(db: Db, round_id: UUID, reader: Reader) -> None:
    """End the time for comments. What somebody wrote and did not send stays with them."""
    found = locked(db, round_id, reader)
    states.require_open(found.name, State(found.state))
    row = row_of(db, round_id)
    row.closed_at, row.closed_by = db.at, reader.person
    db.add(row)
    follow_up(db, round_id)
    db.changed(found.name, before={"state": found.state}, after={"closed": True, "comments": found.comments})


def send_answers(db: Db, round_id: UUID, look_until: date, reader: Reader) -> None:
    """Send the answers to those who commented, who look at them until a day."""
    found = locked(db, round_id, reader)
    states.require_unanswered(found.name, State(found.state), closed=True)
    states.check_day("look_until", look_until, reader.today)
    if found.unanswered:
        raise CommentsUnanswered("Comments have no answer.", round=found.name, count=found.unanswered)
    row = row_of(db, round_id)
    row.answered_at, row.look_until = db.at, look_until
    if row.closed_at is None:
        # It closed by its day.
        row.closed_at, row.closed_by = db.at, reader.person
    db.add(row)
    db.flush()
    telling.answered(db, row, db.values(_WRITERS, round=round_id))
    db.changed(found.name, before={"state": found.state}, after={"answered": True, "look_until": str(look_until)})


def decline(db: Db, round_id: UUID, reason: str, reader: Reader) -> None:
    """Say that one cannot review: in this round one is not there."""
    comments.check_why("reason", reason)
    found = locked(db, round_id, reader)
    require_reviewer(found, reader)
    db.run(_DECLINE, round=round_id, person=reader.person, seat=reader.seat(found.body_id), at=db.at, reason=reason)
    # Why is for those who see the round.
    db.changed(found.name, after={"declined": True})


def locked(db: Db, round_id: UUID, reader: Reader) -> Round:
    """Return a round that the reader sees, which nobody else changes until commit."""
    if not db.values(_LOCK, round=round_id):
        raise NotFound(queries.name_of(round_id))
    return queries.get(db, round_id, reader)


def row_of(db: Db, round_id: UUID) -> RoundRow:
    """Return the row of a round that was just seen."""
    return db.get_one(RoundRow, round_id)


def require_reviewer(found: Round, reader: Reader) -> None:
    """Refuse who does not comment in this round, or not any more."""
    states.require_open(found.name, State(found.state))
    states.require_others(found.name, found.opened_by, reader.person)
    if not found.asked and found.body_id not in reader.reviews:
        raise PermissionMissing("Only who has a part in the body comments, or who is asked.", round=found.name)
    if found.sent_at is not None:
        raise CommentsSent("The comments were sent.", round=found.name)


def follow_up(db: Db, round_id: UUID) -> None:
    """Tell, once, that nothing of a round is open any more, or that what is waits for a ruling."""
    db.flush()
    row, today = row_of(db, round_id), pacific_date(db.at)
    found = queries.get(db, round_id, Reader(None, whole=True, today=today))
    if found.state == State.SETTLED and row.settled_at is None:
        row.settled_at = db.at
        emit(db, events.decided(row))
    elif found.to_rule and not found.to_look_at and row.rule_told_at is None:
        row.rule_told_at = db.at
        rulers = {one.person for one in parts.present(db, [row.body_id]) if one.part in CHAIRS}
        telling.to_rule(db, row, rulers - {row.opened_by}, found.to_rule, today)
    db.add(row)


def _newest(db: Db, asked: Asked) -> RoundRow | None:
    """Return the round before, held; refuse to open another one until it is answered."""
    of_both = select(RoundRow).where(RoundRow.subject == asked.subject, RoundRow.body_id == asked.body)
    row = db.exec(of_both.order_by(col(RoundRow.number).desc()).limit(1).with_for_update()).first()
    if row is None:
        return None
    found = queries.get(db, row.id, Reader(None, whole=True, today=pacific_date(db.at)))
    if found.state in {State.OPEN, State.CLOSED}:
        raise RoundRuns(
            "The round before is not answered.", round=found.name, state=found.state, unanswered=found.unanswered
        )
    return row


def _reviewers(db: Db, row: RoundRow, asked: Collection[UUID]) -> list[RoundReviewerRow]:
    there = parts.present(db, [row.body_id])
    return [
        RoundReviewerRow(
            round_id=row.id,
            person_id=person,
            seat_id=people.seat_of(part for part in there if part.person == person),
            asked=True,
            decline_reason="",
        )
        for person in sorted(set(asked))
    ]


def _remind_on(db: Db, due: date, today: date) -> date | None:
    day = closed_days.known(db).as_far_as_known().add(due, -_REMIND_BEFORE)
    return day if day > today else None
