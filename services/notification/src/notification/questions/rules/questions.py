"""What may be asked of a letter and answered, and who sees what was asked."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from notification.letters.rules.letter import TEXTS, Letter
from servicekit.refusals import InvalidField, Refusal

LONGEST_QUESTION, LONGEST_ANSWER = 2_000, 5_000
# The parts of a letter that can be spoken of, in the order in which they are read.
SECTIONS = ("change", "before", "after", "staff_action", "until_then", "body", "references")


class AlreadySuperseded(Refusal):
    """The clarification was superseded before: the one that holds now can be."""


@dataclass(frozen=True)
class Caller:
    """Whoever asks. *state*: they write or approve letters; *confirms*: the agencies that they confirm for.

    *works*: the agencies where they hold a right, so that they surely work there.
    """

    person_id: UUID
    state: bool
    confirms: frozenset[str]
    works: frozenset[str]


def check_section(letter: Letter, section: str) -> None:
    """Refuse a part that the letter does not have; '' is the whole."""
    if section and (section not in SECTIONS or not getattr(letter, section)):
        raise InvalidField("section", section, f"must be a part that the letter has, of {', '.join(SECTIONS)}")


def check_text(field: str, text: str, most: int) -> None:
    """Refuse to say nothing, or too much."""
    if not text:
        raise InvalidField(field, "", "must say something")
    if len(text) > most:
        raise InvalidField(field, len(text), f"must have at most {most} characters")


def agencies(known: Collection[str], caller: Caller) -> list[str]:
    """Return where somebody works: as is *known* of the audiences of letters, and by their rights."""
    return sorted({*known, *caller.works})


assert set(SECTIONS) <= set(TEXTS)  # noqa: S101 - what a letter says, by its own names
