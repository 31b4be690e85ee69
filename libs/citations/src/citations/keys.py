"""Keys of rules: a path from who made it down to the paragraph."""

import re
from dataclasses import dataclass
from enum import StrEnum

from citations.sources import is_letter

_PART = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LEAST_PARTS, _MOST_PARTS = 2, 12


@dataclass(frozen=True, order=True)
class Key:
    """A rule: `us/cfr/45/303/11/b/5`, `ca/fam/4058`, `ca/dcss/cssp/19-06`.

    Each part is within the one before it, so a rule holds every rule whose key begins with its own.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, path: str) -> "Key":
        """Read a key as it is written down.

        Raises:
            ValueError: it is no key.
        """
        parts = tuple(path.split("/"))
        if not _LEAST_PARTS <= len(parts) <= _MOST_PARTS or not all(_PART.fullmatch(part) for part in parts):
            raise ValueError(f"{path!r} is no key of a rule, such as us/cfr/45/303/11")
        return cls(parts)

    def __str__(self) -> str:
        return "/".join(self.parts)

    @property
    def is_letter(self) -> bool:
        """Whether it is a letter that somebody wrote, and no law or rule."""
        return is_letter(self.parts)

    def holds(self, other: "Key") -> bool:
        """Whether *other* is a part of this rule, and not the whole of it."""
        return len(self.parts) < len(other.parts) and other.parts[: len(self.parts)] == self.parts


class Relation(StrEnum):
    """How what a text cites stands to a rule that changes."""

    # The very rule.
    EXACT = "EXACT"
    # A part of what changes.
    WITHIN = "WITHIN"
    # What changes is a part of it.
    AROUND = "AROUND"
    NONE = "NONE"


def related(cited: Key, changed: Key) -> Relation:
    """Say how a rule that is *cited* stands to one that is *changed*."""
    if cited == changed:
        return Relation.EXACT
    if changed.holds(cited):
        return Relation.WITHIN
    return Relation.AROUND if cited.holds(changed) else Relation.NONE
