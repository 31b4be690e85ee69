"""What is on an agenda, and what may still be changed of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from servicekit.refusals import InvalidField, Refusal

KINDS = ("DECISION", "CONSENT", "DISCUSSION", "INFORMATION", "PRIORITY", "TALK", "REPORT")
MOST_ITEMS = 60
_MOST_MINUTES = 24 * 60
_LONGEST = {"title": 200, "presenter": 200, "decides": 200}
LONGEST_NOTES, LONGEST_OUTCOME = 10_000, 1_000
_DECIDES = re.compile(r"[a-z][A-Za-z]*/[A-Za-z0-9-]+")


class AgendaEmpty(Refusal):
    """Nobody is called to a meeting without an agenda."""


class AgendaFrozen(Refusal):
    """The agenda of a called meeting stays as it is; late items are added at its end."""


@dataclass(frozen=True)
class Item:
    """Something on an agenda; without an id it is new."""

    id: UUID | None
    title: str
    kind: str
    presenter: str = ""
    minutes: int = 0
    decides: str = ""


def check(items: Sequence[Item]) -> None:
    """Refuse items that say too little or too much, or are too many."""
    if len(items) > MOST_ITEMS:
        raise InvalidField("items", len(items), f"must be at most {MOST_ITEMS}")
    for item in items:
        for name, most in _LONGEST.items():
            length = len(getattr(item, name))
            if length > most:
                raise InvalidField(f"items.{name}", length, f"must have at most {most} characters")
        if not item.title:
            raise InvalidField("items.title", "", "must be given")
        if item.kind not in KINDS:
            raise InvalidField("items.kind", item.kind, f"must be one of {', '.join(KINDS)}")
        if not 0 <= item.minutes <= _MOST_MINUTES:
            raise InvalidField("items.minutes", item.minutes, f"must be from 0 to {_MOST_MINUTES}")
        if item.decides and not _DECIDES.fullmatch(item.decides):
            raise InvalidField("items.decides", item.decides, "must be the name of what it decides on, or empty")
    ids = [item.id for item in items if item.id is not None]
    if len(ids) != len(set(ids)):
        raise InvalidField("items.id", "", "must be there only once")


def check_known(items: Sequence[Item], known: Sequence[Item]) -> None:
    """Refuse an id that no item of the meeting has."""
    ids = {item.id for item in known}
    for item in items:
        if item.id is not None and item.id not in ids:
            raise InvalidField("items.id", item.id, "must be the one of an item of the meeting, or empty")


def late(items: Sequence[Item], known: Sequence[Item]) -> list[Item]:
    """Return what is new on a called meeting's agenda; refuse whatever is not as it was."""
    stays = [replace(item) for item in items if item.id is not None]
    if stays != list(known):
        raise AgendaFrozen("What was on the agenda when it was called stays so.", field="items")
    return [item for item in items if item.id is None]


def check_recorded(notes: str, outcome: str) -> None:
    """Refuse notes that are too long."""
    for field, value, most in (("notes", notes, LONGEST_NOTES), ("outcome", outcome, LONGEST_OUTCOME)):
        if len(value) > most:
            raise InvalidField(field, len(value), f"must have at most {most:,} characters")
