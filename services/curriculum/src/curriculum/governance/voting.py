"""What is said for seats: all of it is kept, and which of it counts is read. Each is a part of one write."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from curriculum.governance import ballots, telling
from curriculum.governance.rules import saying, states
from curriculum.governance.rules.counting import Choice
from curriculum.governance.rules.saying import (
    DigestChanged,
    HoldNotYours,
    NotContestable,
    NotOnRoll,
    SeatNotSaid,
    SeatRecused,
    Words,
)
from curriculum.governance.rules.seats import As
from curriculum.governance.rules.states import State
from curriculum.governance.sheets import Sheet
from curriculum.governance.tables import BallotRollRow, PositionRow
from servicekit import closed_days
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound

CONTESTABLE_DAYS = 5
_CONTEST = """
UPDATE position SET contest = %(reason)s, contested_at = %(at)s, counted = counted AND NOT %(open)s
WHERE ballot_id = %(ballot)s AND number = %(number)s
"""


def cast(db: Db, ballot: UUID, seat: str, choice: Choice, words: Words, *, digest: str, by: UUID) -> None:
    """Say something for a seat. What comes after the end is kept, and does not count."""
    saying.check(choice, words)
    sheet = ballots.locked(db, ballot)
    if State(sheet.row.state) is State.PREPARED:
        raise NotFound(sheet.name)
    line, spoke_as = _seat_of(sheet, seat, by, db)
    if digest != sheet.row.digest:
        raise DigestChanged("It is not what was read.", field="digest", ballot=sheet.name, subject=sheet.row.subject)
    if line.holder_id in sheet.row.authors:
        raise SeatRecused("Whoever wrote it does not vote on it.", ballot=sheet.name, seat=line.seat_id)
    in_time = State(sheet.row.state) is State.OPEN and (sheet.row.closes_at is None or db.at < sheet.row.closes_at)
    _say(db, sheet, line, by, spoke_as, choice, words, counted=in_time and sheet.rules.written_votes)


def lift(db: Db, ballot: UUID, seat: str, choice: Choice, *, by: UUID) -> None:
    """End an objection: its writer alone, also when their term is over, since what they said stands."""
    if choice not in saying.AFTER_HOLD:
        raise InvalidField("choice", choice, f"must be one of {', '.join(saying.AFTER_HOLD)}")
    sheet = _open(db, ballot)
    found = next(
        (
            (line, one)
            for line in sheet.roll
            if seat in {"", line.seat_id} and (one := sheet.counting(line.seat_id)) and _objects(one, by)
        ),
        None,
    )
    if found is None:
        raise HoldNotYours("Only who objected ends an objection.", ballot=sheet.name, seat=seat)
    line, one = found
    _say(db, sheet, line, by, As(one.spoke_as), choice, Words(), counted=True)


def record(db: Db, ballot: UUID, seat: str, person: UUID, choice: Choice, words: Words, *, by: UUID) -> None:
    """Write down what *person* said for a seat in the room; they may contest it for some business days."""
    saying.check(choice, words)
    sheet = ballots.run_by(db, ballot, by)
    _require_open(sheet)
    line, spoke_as = _seat_of(sheet, seat, person, db)
    if line.holder_id in sheet.row.authors:
        raise SeatRecused("Whoever wrote it does not vote on it.", ballot=sheet.name, seat=line.seat_id)
    until = closed_days.known(db).as_far_as_known().add(pacific_date(db.at), CONTESTABLE_DAYS)
    number = _say(db, sheet, line, person, spoke_as, choice, words, counted=True, recorded=(by, until))
    code = ballots.rules_of(db, sheet.row.body_id).code
    telling.recorded(db, sheet.row, code, person=person, number=number, until=until)


def contest(db: Db, ballot: UUID, number: int, reason: str, *, by: UUID) -> None:
    """Say that what was written down is not what one said."""
    saying.check_text("reason", reason, most=saying.MOST_LETTERS, given=True)
    sheet = ballots.locked(db, ballot)
    one = next((one for one in sheet.positions if one.number == number and one.person_id == by), None)
    if one is None:
        raise NotFound(f"{sheet.name}/positions/{number}")
    today = pacific_date(db.at)
    if one.contest_until is None or one.contest or today > one.contest_until:
        until = one.contest_until or ""
        raise NotContestable("It cannot be contested.", ballot=sheet.name, number=number, until=until)
    # What is decided is not undone by it: another decision corrects that.
    in_time = State(sheet.row.state) is State.OPEN
    db.run(_CONTEST, ballot=ballot, number=number, reason=reason, at=db.at, open=in_time)
    # Whoever contests knows it already.
    people = sheet.running(today) - {by}
    code = ballots.rules_of(db, sheet.row.body_id).code
    telling.contested(db, sheet.row, code, people=people, number=number, in_time=in_time)
    db.changed(f"{sheet.name}/positions/{number}", after={"contested": True})


def _objects(one: PositionRow, by: UUID) -> bool:
    return one.choice == Choice.HOLD and one.person_id == by


def _open(db: Db, ballot: UUID) -> Sheet:
    sheet = ballots.locked(db, ballot)
    _require_open(sheet)
    return sheet


def _require_open(sheet: Sheet) -> None:
    if State(sheet.row.state) is not State.OPEN:
        raise states.BallotNotOpen("The ballot is not open.", ballot=sheet.name, state=sheet.row.state)


def _seat_of(sheet: Sheet, seat: str, person: UUID, db: Db) -> tuple[BallotRollRow, As]:
    """Return the seat, and as what *person* speaks for it."""
    day = pacific_date(db.at)
    spoken = [
        (line, spoke_as)
        for line in sheet.roll
        if seat in {"", line.seat_id} and (spoke_as := sheet.speaks_as(line, person, day))
    ]
    _check_one(sheet, spoken, seat)
    return spoken[0]


def _check_one(sheet: Sheet, spoken: Sequence[tuple[BallotRollRow, As]], seat: str) -> None:
    if not spoken:
        raise NotOnRoll("The person does not speak for this seat.", ballot=sheet.name, seat=seat)
    if len(spoken) > 1:
        known = ", ".join(line.seat_id for line, _ in spoken)
        raise SeatNotSaid("The person speaks for several seats.", field="seat", ballot=sheet.name, seats=known)


def _say(
    db: Db,
    sheet: Sheet,
    line: BallotRollRow,
    person: UUID,
    spoke_as: As,
    choice: Choice,
    words: Words,
    *,
    counted: bool,
    recorded: tuple[UUID, date] | None = None,
) -> int:
    """Keep what was said, and return its number; *recorded* is by whom it was written down, contestable until a day."""
    number = max((one.number for one in sheet.positions), default=0) + 1
    recorder, until = recorded or (None, None)
    db.add(
        PositionRow(
            ballot_id=sheet.row.id,
            number=number,
            seat_id=line.seat_id,
            person_id=person,
            spoke_as=spoke_as,
            choice=choice,
            text=words.text,
            lifted_by=words.lifted_by,
            override_reason=words.override_reason,
            recorder_id=recorder,
            said_at=db.at,
            counted=counted,
            contest_until=until,
            contest="",
        )
    )
    db.flush()
    # What it says stays out of the trail, which more people read.
    db.changed(f"{sheet.name}/positions/{number}", after={"seat": line.seat_id, "counted": counted})
    return number
