"""Who has which part in a body today: by the same rule as in its votes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from curriculum.governance import sheets
from curriculum.governance.rules import seats
from curriculum.governance.sheets import ALTERNATE, MEMBER
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

RULES = frozenset({"CHAIR", "DEPUTY"})
_OBSERVER = "OBSERVER"
_BODIES = "SELECT DISTINCT body_id FROM membership WHERE person_id = %(person)s AND start_date IS NOT NULL"


class Part(NamedTuple):
    """What somebody is in a body on a day."""

    body: str
    person: UUID
    part: str
    seat: str


@dataclass(frozen=True)
class Reader:
    """Who asks: a person with their parts of today, or a service, which has none; *whole* = who writes sees all."""

    person: UUID | None
    whole: bool
    today: date
    parts: Collection[Part] = ()

    @property
    def reviews(self) -> list[str]:
        """The bodies for which they may comment: those in which they do more than observe."""
        return sorted({part.body for part in self.parts if part.part != _OBSERVER})

    @property
    def rules(self) -> list[str]:
        """The bodies for which they may rule."""
        return sorted({part.body for part in self.parts if part.part in RULES})

    def seat(self, body: str) -> str:
        """Return the seat for which they speak, the member's before the alternate's; '' for who holds none."""
        return seat_of(part for part in self.parts if part.body == body)


def reader(db: Db, person: UUID | None, *, whole: bool) -> Reader:
    """Return who asks, with their parts of today."""
    today = pacific_date(db.at)
    if person is None:
        return Reader(person, whole, today)
    bodies: list[str] = db.values(_BODIES, person=person)
    return Reader(person, whole, today, [part for part in _parts(db, bodies, today) if part.person == person])


def present(db: Db, body: str) -> list[Part]:
    """Return who has which part in a body today."""
    return _parts(db, [body], pacific_date(db.at))


def reviewers(parts: Collection[Part]) -> set[UUID]:
    """Return those of them who may be proposed."""
    return {part.person for part in parts if part.part != _OBSERVER}


def seat_of(parts: Iterable[Part]) -> str:
    """Return the seat for which somebody speaks by these parts."""
    found = {part.part: part.seat for part in parts if part.seat}
    return found.get(MEMBER) or found.get(ALTERNATE) or ""


def _parts(db: Db, bodies: Collection[str], day: date) -> list[Part]:
    if not bodies:
        return []
    seated = sheets.seated(db, sorted(bodies))
    terms = {body: [one.term for one in seated if one.body == body] for body in bodies}
    return [
        Part(one.body, one.term.person, one.term.part, one.term.seat)
        for one in seated
        if seats.sits(one.term, day, terms[one.body])
    ]
