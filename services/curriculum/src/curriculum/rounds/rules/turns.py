"""Whose turn it is to review: who did so longest ago, of those who have a part now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Reviewed(NamedTuple):
    """When somebody was asked last, and in how many rounds of the body; what they declined is not counted."""

    last: datetime
    rounds: int


def proposed(
    present: Collection[UUID], history: Mapping[UUID, Reviewed], declined: Collection[UUID], count: int
) -> Sequence[UUID]:
    """Return who reviews next: the least recent first, and of those the one who reviewed in fewer rounds.

    Whoever never did comes first. So of two who are always there one is never two rounds ahead of the other: who is
    ahead was asked later, or at once with the other but more often, and in both cases stands behind.
    """

    def turn(person: UUID) -> tuple[bool, float, int, UUID]:
        found = history.get(person)
        return (True, found.last.timestamp(), found.rounds, person) if found else (False, 0.0, 0, person)

    return sorted(set(present) - set(declined), key=turn)[:count]
