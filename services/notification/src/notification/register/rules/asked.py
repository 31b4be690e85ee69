"""What of the register is asked for: a day, as it was known on a day, and a rule with what is in it and around it."""

from dataclasses import dataclass
from datetime import date

from citations import Key, Relation, read, related
from servicekit.refusals import InvalidField, Refusal
from servicekit.text import line

# A title of the federal rules, or a code, is around too much.
_LEAST_AROUND = 3


class KnownBeforeCadre(Refusal):
    """What was known before Cadre kept letters would be a guess: `since` is the first day of which it is known."""


@dataclass(frozen=True)
class Days:
    """The register *on* a day, as it was *known* at the end of another one."""

    on: date
    known: date


@dataclass(frozen=True)
class Rule:
    """A rule that is asked for; found are it, what is *within* it, and what is *around* it."""

    key: Key

    @property
    def around(self) -> list[str]:
        """The keys of what it is a part of, and its own."""
        parts = self.key.parts
        return [str(Key(parts[:n])) for n in range(min(_LEAST_AROUND, len(parts)), len(parts) + 1)]

    @property
    def within(self) -> tuple[str, str]:
        """Between which keys its parts lie, byte by byte: `/` comes right before `0`."""
        return f"{self.key}/", f"{self.key}0"

    def relation(self, named: str) -> Relation:
        """Say how a key that a letter names stands to it."""
        return related(Key.of(named), self.key)


def rule(text: str) -> Rule | None:
    """Read the rule that is asked for, as a citation or as a key; None if none is."""
    if not text.strip():
        return None
    try:
        key = read(text)
    except ValueError as error:
        raise InvalidField("rule", text, "must be one law or rule, such as 45 CFR 303.11(b)") from error
    if key.is_letter:
        raise InvalidField("rule", text, "must be a law or rule, and no letter")
    return Rule(key)


def topic(text: str) -> str:
    """Read the topic that is asked for, as topics are kept; '' = any."""
    return line(text).lower()


def one_topic(text: str) -> str:
    """Read a topic that must be given."""
    if not (asked := topic(text)):
        raise InvalidField("topic", text, "must be given")
    return asked


def days(on: date | None, known_on: date | None, *, today: date, since: date | None) -> Days:
    """Return the days that are meant; None is today. *since* is the day from which on Cadre keeps letters.

    Before that day nothing is on record of what was known: letters from before were public when they were printed, but
    which of them were at hand here, and how they were read, would be a guess.
    """
    known = known_on or today
    if known > today:
        raise InvalidField("known_on", str(known), "must not lie ahead")
    if known_on and since and known_on < since:
        raise KnownBeforeCadre(
            "What was known before Cadre kept letters is not on record.", field="known_on", since=since, asked=known_on
        )
    return Days(on or today, known)
