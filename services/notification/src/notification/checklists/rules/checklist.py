"""What is on an agency's checklist of a letter, what may be said of it, and how it is counted."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from servicekit import text
from servicekit.refusals import InvalidField, Kind, Refusal

LONGEST_TITLE, LONGEST_REASON, MOST_OWN, MOST_AT_ONCE = 120, 500, 10, 20


class State(StrEnum):
    """How an item stands; the names are the contract's."""

    NOT_DONE = "NOT_DONE"
    DONE = "DONE"
    BLOCKED = "BLOCKED"


# What every agency has on its list, in this order. Whether staff are trained is counted, and not said.
SAID = ("procedure-updated", "forms-replaced", "roles-set")
COUNTED = "staff-trained"
COMMON = (*SAID, COUNTED)


class ItemCounted(Refusal):
    """The item is answered by the figures: nobody says how it stands."""


class TooManyItems(Refusal):
    """The agency has as many items of its own on this list as there may be."""


class ItemListed(Refusal):
    """An item that says the same is on the list."""

    kind = Kind.EXISTS


class Tally(NamedTuple):
    """How many items of a list stand how."""

    done: int
    not_done: int
    blocked: int

    @property
    def of(self) -> int:
        """How many there are."""
        return self.done + self.not_done + self.blocked


def counted(to_go: int) -> State:
    """Return how the item stands that the figures answer: done when none of the staff at work is still to go."""
    return State.NOT_DONE if to_go > 0 else State.DONE


def tally(states: Iterable[str], said: int, to_go: int) -> Tally:
    """Count a list: the *states* that were said, of which *said* are of items that every agency has."""
    every = [*states, *([State.NOT_DONE] * (len(SAID) - said)), counted(to_go)]
    return Tally(*(every.count(state) for state in (State.DONE, State.NOT_DONE, State.BLOCKED)))


def check_said(item: str) -> None:
    """Refuse to say how an item stands that is counted."""
    if item == COUNTED:
        raise ItemCounted("This item is answered by the figures.", field="item", item=item)


def reason(state: State, given: str) -> str:
    """Return the reason of a state, cleaned; what is blocked needs one."""
    said = text.line(given)
    if state is State.BLOCKED:
        return text.reason(said, most=LONGEST_REASON, what="what is in the way")
    if len(said) > LONGEST_REASON:
        raise InvalidField("reason", len(said), f"must have at most {LONGEST_REASON} characters")
    return said


def title(given: str, own: Collection[str]) -> str:
    """Return what an own item says, cleaned; refuse none, one too many, and one that is listed."""
    said = text.line(given)
    if not said or len(said) > LONGEST_TITLE:
        raise InvalidField("title", said[:LONGEST_TITLE], f"must say what, in at most {LONGEST_TITLE} characters")
    if text.identity(said) in map(text.identity, own):
        raise ItemListed("This is on the list.", field="title", title=said)
    if len(own) >= MOST_OWN:
        raise TooManyItems(f"There are at most {MOST_OWN} items of one's own.", field="title", most=MOST_OWN)
    return said
