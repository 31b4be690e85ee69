"""Ballots as they are read whole: with roll, positions, the terms of their body, and who was in the room."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from curriculum.governance.rules import bodies, counting, seats
from curriculum.governance.rules.bodies import BodyRules, DecisionClass, Threshold
from curriculum.governance.rules.counting import Choice, Vote
from curriculum.governance.rules.seats import As, Line, Said, Term
from curriculum.governance.tables import BallotRollRow, BallotRow, PositionRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

CHAIRS = frozenset({"CHAIR", "DEPUTY"})
RUNS = CHAIRS | {"SECRETARY"}
MEMBER, ALTERNATE = "MEMBER", "ALTERNATE"

_ROLL = "SELECT * FROM ballot_roll WHERE ballot_id = ANY(%(ballots)s) ORDER BY ballot_id, constituency_id, seat_id"
_POSITIONS = "SELECT * FROM position WHERE ballot_id = ANY(%(ballots)s) ORDER BY ballot_id, number"
_TERMS = """
SELECT body_id AS body, id, person_id AS person, seat_id AS seat, part, start_date AS start, end_date AS end,
  carries_over, constituency_id AS constituency, voting
FROM membership WHERE body_id = ANY(%(bodies)s) AND start_date IS NOT NULL ORDER BY start_date, id
"""
# An item says what it decides on. Of that meeting alone: whoever runs another body says nothing of this one's votes.
_PRESENT = """
SELECT p.decides, person FROM ballot AS b
JOIN presence AS p ON p.decides = 'ballots/' || b.id AND (p.body_id, p.meeting_id) = (b.body_id, b.meeting_id)
LEFT JOIN unnest(p.person_ids) AS person ON true
WHERE b.id = ANY(%(ballots)s)
"""


class Seated(NamedTuple):
    """What somebody is in a body, with the seat."""

    body: str
    term: Term
    constituency: str
    voting: bool


class _Term(NamedTuple):
    body: str
    id: UUID
    person: UUID
    seat: str
    part: str
    start: date
    end: date | None
    carries_over: bool
    constituency: str
    voting: bool


class _There(NamedTuple):
    decides: str
    person: UUID | None


@dataclass
class Sheet:
    """A ballot, whole."""

    row: BallotRow
    roll: Sequence[BallotRollRow]
    positions: Sequence[PositionRow]
    terms: Sequence[Term]
    # Who was in the room; None = that is not on record.
    present: frozenset[UUID] | None

    @property
    def name(self) -> str:
        """Its resource name."""
        return name_of(self.row.id)

    @cached_property
    def rules(self) -> BodyRules:
        """How the body decides, as it was when the ballot opened."""
        return bodies.read(self.row.rules)

    @property
    def threshold(self) -> Threshold:
        """What has to be reached."""
        return self.rules.threshold(DecisionClass(self.row.decision_class))

    def said(self, seat: str) -> list[Said]:
        """Return what was said for a seat, as far as it can count: of what was said in the room, by who was there."""
        return [
            Said(
                one.number,
                As(one.spoke_as),
                Choice(one.choice),
                counted=one.counted and self._heard(one),
            )
            for one in self.positions
            if one.seat_id == seat
        ]

    def counting(self, seat: str) -> PositionRow | None:
        """Return the position that counts for a seat."""
        found = seats.counts(self.said(seat))
        return next((one for one in self.positions if found and one.number == found.number), None)

    def votes(self) -> list[Vote]:
        """Return the line of each seat, to be counted."""
        return [self._vote(line) for line in self.roll]

    def speaks_as(self, line: BallotRollRow, person: UUID, day: date) -> As | None:
        """Return as what *person* may speak for a seat on *day*."""
        opened = pacific_date(self.row.opened_at or self.row.created_at)
        kept = Line(line.seat_id, line.holder_id, line.term_id, opened, line.alternate_id, line.alternate_term_id)
        return seats.speaks_as(kept, person, day, self.terms, self.said(line.seat_id))

    def parts(self, person: UUID, day: date) -> set[str]:
        """Return what *person* is in the body on *day*."""
        return {term.part for term in self.terms if term.person == person and seats.sits(term, day, self.terms)}

    def running(self, day: date) -> set[UUID]:
        """Return who runs the body on *day*."""
        return {term.person for term in self.terms if term.part in RUNS and seats.sits(term, day, self.terms)}

    def _vote(self, line: BallotRollRow) -> Vote:
        counted = self.counting(line.seat_id)
        there = {line.holder_id, line.alternate_id} & (self.present or frozenset())
        return Vote(
            line.seat_id,
            line.constituency_id,
            Choice(counted.choice) if counted else None,
            overrides=bool(counted and counted.override_reason),
            there=bool(there),
        )

    def _heard(self, one: PositionRow) -> bool:
        return one.recorder_id is None or self.present is None or one.person_id in self.present


def name_of(ballot: UUID) -> str:
    """Return the resource name of a ballot."""
    return f"ballots/{ballot}"


def seated(db: Db, body_ids: Sequence[str]) -> list[Seated]:
    """Return what anybody is or was in bodies."""
    return [
        Seated(
            one.body,
            Term(one.id, one.person, one.seat, one.part, one.start, one.end, one.carries_over),
            one.constituency,
            one.voting,
        )
        for one in db.all(_Term, _TERMS, bodies=list(body_ids))
    ]


def sheets(db: Db, rows: Sequence[BallotRow]) -> list[Sheet]:
    """Return ballots whole, in four statements however many they are."""
    ids = [row.id for row in rows]
    roll, positions = defaultdict[UUID, list[BallotRollRow]](list), defaultdict[UUID, list[PositionRow]](list)
    for line in db.all(BallotRollRow, _ROLL, ballots=ids):
        roll[line.ballot_id].append(line)
    for position in db.all(PositionRow, _POSITIONS, ballots=ids):
        positions[position.ballot_id].append(position)
    terms = defaultdict[str, list[Term]](list)
    for one in seated(db, sorted({row.body_id for row in rows})):
        terms[one.body].append(one.term)
    present: dict[str, set[UUID]] = {}
    for there in db.all(_There, _PRESENT, ballots=ids):
        present.setdefault(there.decides, set()).update({there.person} if there.person else ())
    return [
        Sheet(
            row,
            roll[row.id],
            positions[row.id],
            terms[row.body_id],
            _present(row, present.get(name_of(row.id))),
        )
        for row in rows
    ]


def _present(row: BallotRow, told: set[UUID] | None) -> frozenset[UUID] | None:
    """Return who was in the room: as it is told until it is counted, and as it was counted then."""
    found = told if row.ended_at is None else row.present
    return None if found is None or not row.meeting_id else frozenset(found)


def counts(votes: Sequence[Vote]) -> list[dict[str, object]]:
    """Return what the constituencies said, as it is kept."""
    return [
        {
            "constituency": name,
            "seats": part.seats,
            "silent": part.silent,
            "voices": part.voices,
            **{choice.value: part.by_choice.get(choice, 0) for choice in Choice},
        }
        for name, part in counting.by_constituency(votes).items()
    ]
