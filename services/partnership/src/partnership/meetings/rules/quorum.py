"""Whether enough of a body are in the room, from who is there and who sits where on the meeting's day.

A position is a voting seat that is filled; in a body without seats, each member. It counts once: by its holder, or
else by its alternate. Nobody counts in two: whoever is there for a seat of their own stands for no other.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from partnership.bodies.rules.ruling import NONE, Ruling


class Position(NamedTuple):
    """A voting seat with its holder and alternate on a day."""

    constituency: str
    holder: UUID
    alternate: UUID | None = None


class Interval(NamedTuple):
    """Somebody was in the room; without an end they are there still."""

    person: UUID
    arrive: datetime
    leave: datetime | None = None


@dataclass(frozen=True)
class Quorum:
    """Positions and those in the room, constituencies of which too few are there, and whether it is enough."""

    filled: int
    present: int
    missing: tuple[str, ...]
    reached: bool


def there_at(intervals: Collection[Interval], at: datetime) -> set[UUID]:
    """Return who was in the room at a moment; who leaves at that moment was."""
    return {one.person for one in intervals if one.arrive <= at and (one.leave is None or at <= one.leave)}


def positions_there(positions: Sequence[Position], there: Collection[UUID]) -> list[Position]:
    """Return the positions that are in the room."""
    holding = {one.holder for one in positions if one.holder in there}
    return [
        one
        for one in positions
        if one.holder in there
        or (one.alternate is not None and one.alternate in there and one.alternate not in holding)
    ]


def quorum(positions: Sequence[Position], there: Collection[UUID], ruling: Ruling) -> Quorum:
    """Count who is there, and say whether a body may decide by its rules."""
    present = positions_there(positions, there)
    of_each = Counter(one.constituency for one in present)
    asked = {one.constituency for one in positions if one.constituency}
    missing = sorted(name for name in asked if of_each[name] < ruling.quorum_of_each_constituency)
    numerator, denominator = ruling.quorum
    enough = ruling.quorum == NONE or len(present) * denominator > numerator * len(positions)
    return Quorum(
        filled=len(positions),
        present=len(present),
        missing=tuple(missing),
        reached=bool(present) and enough and not missing,
    )
