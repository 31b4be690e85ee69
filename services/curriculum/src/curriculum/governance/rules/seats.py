"""One position a seat: whose counts, who may still give it, and what a term that ends does to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from curriculum.governance.rules.counting import Choice


@dataclass(frozen=True)
class Term:
    """That somebody sits in a seat from a day on. The end is the first day on which it is over; None = none is set."""

    id: UUID
    person: UUID
    seat: str
    part: str
    start: date
    end: date | None
    carries_over: bool = False

    @property
    def was(self) -> bool:
        """It was not recorded by mistake: such a one starts on the day it ends."""
        return self.end is None or self.start < self.end


def sits(term: Term, day: date, others: Collection[Term]) -> bool:
    """Whether *term* holds on *day*; *others* are of the same body.

    Whoever has a term that is over may go on until somebody follows in the seat. That person's leaving later brings
    nobody back.
    """
    if not term.was or day < term.start:
        return False
    if term.end is None or day < term.end:
        return True
    return term.carries_over and not any(_follows(other, term, day) for other in others)


def _follows(other: Term, term: Term, day: date) -> bool:
    return (
        other.id != term.id
        and (other.seat, other.part) == (term.seat, term.part)
        and other.was
        and term.start < other.start <= day
    )


@dataclass(frozen=True)
class Line:
    """A seat on the roll, as it was when the ballot opened."""

    seat: str
    holder: UUID
    term: UUID
    opened_on: date
    alternate: UUID | None = None
    alternate_term: UUID | None = None


class As(StrEnum):
    """As what somebody speaks for a seat, the stronger first: the member's own word replaces the alternate's."""

    HOLDER = "HOLDER"
    # Who follows a holder whose term ended before they said anything.
    SUCCESSOR = "SUCCESSOR"
    ALTERNATE = "ALTERNATE"


@dataclass(frozen=True)
class Said:
    """A position of a seat. *counted*: it came in time, is no own note, and nobody contested it in time."""

    number: int
    spoke_as: As
    choice: Choice
    counted: bool = True


_STRENGTH = {spoke_as: n for n, spoke_as in enumerate(As)}


def counts(said: Sequence[Said]) -> Said | None:
    """Return the position of a seat that counts: the strongest speaker's last one before closing."""
    valid = [one for one in said if one.counted]
    return min(valid, key=lambda one: (_STRENGTH[one.spoke_as], -one.number), default=None)


def speaks_as(line: Line, person: UUID, day: date, terms: Collection[Term], said: Sequence[Said]) -> As | None:
    """Return as what *person* may speak for a seat on *day*, if they may; *terms* are of the same body.

    The roll stays as it was. Its holder speaks while that very term lasts: whoever left and came back has another. What
    they said stands; if they said nothing, whoever follows them in the seat speaks.
    """
    known = {term.id: term for term in terms}

    def lasts(term_id: UUID | None) -> bool:
        term = known.get(term_id) if term_id else None
        return term is not None and sits(term, day, terms)

    if person == line.holder and lasts(line.term):
        return As.HOLDER
    if person == line.alternate and lasts(line.alternate_term):
        return As.ALTERNATE
    spoken = any(one.counted and one.spoke_as is As.HOLDER for one in said)
    if lasts(line.term) or spoken or person == line.holder:
        return None
    old = known.get(line.term)
    followed = any(
        term.person == person
        and term.seat == line.seat
        and term.part == (old.part if old else term.part)
        and term.start >= line.opened_on
        and sits(term, day, terms)
        for term in terms
    )
    return As.SUCCESSOR if followed else None
