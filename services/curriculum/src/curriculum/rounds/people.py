"""Who asks, and who reviews: by the parts that they have in bodies."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from curriculum.governance import parts
from curriculum.governance.parts import Part
from curriculum.governance.sheets import ALTERNATE, CHAIRS, MEMBER
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

_OBSERVER = "OBSERVER"


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
        return sorted({part.body for part in self.parts if part.part in CHAIRS})

    def seat(self, body: str) -> str:
        """Return the seat for which they speak, the member's before the alternate's; '' for who holds none."""
        return seat_of(part for part in self.parts if part.body == body)


def reader(db: Db, person: UUID | None, *, whole: bool) -> Reader:
    """Return who asks, with their parts of today."""
    return Reader(person, whole, pacific_date(db.at), parts.of(db, person) if person else ())


def reviewers(present: Collection[Part]) -> set[UUID]:
    """Return those of them who may be proposed."""
    return {part.person for part in present if part.part != _OBSERVER}


def seat_of(held: Iterable[Part]) -> str:
    """Return the seat for which somebody speaks by these parts."""
    found = {part.part: part.seat for part in held if part.seat}
    return found.get(MEMBER) or found.get(ALTERNATE) or ""
