"""What an agency may add to a letter, and who reads it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from servicekit.refusals import InvalidField

LONGEST = 5_000


@dataclass(frozen=True)
class Reader:
    """Whoever reads. *state*: they see what all added; *works*: where they hold a right, so where they work."""

    person_id: UUID
    state: bool
    works: frozenset[str]


def reader(person_id: UUID, held: Mapping[str, Collection[str]], *, whole: str, state: Collection[str]) -> Reader:
    """Read from the rights that somebody *held* what they see: with one of *state* for the *whole*, everything."""
    scopes = {scope for some in held.values() for scope in some if scope.startswith("agencies/")}
    works = frozenset(scope.removeprefix("agencies/").partition("/")[0] for scope in scopes)
    return Reader(person_id, any(whole in held.get(right, ()) for right in state), works)


def check_text(text: str) -> None:
    """Refuse to add nothing, or too much."""
    if not text:
        raise InvalidField("text", "", "must say something")
    if len(text) > LONGEST:
        raise InvalidField("text", len(text), f"must have at most {LONGEST} characters")
