"""What a person may do with a sitting, and what they see of it."""

from evaluation.tests.rules.scoring import State
from servicekit.refusals import Refusal


class AlreadySubmitted(Refusal):
    """The sitting was scored before; another try is another sitting."""


def shows_key(state: State, *, right: bool) -> bool:
    """Whether the person may see the key of an item: once they passed, or where they got it right themselves."""
    return state is State.PASSED or (state is State.FAILED and right)
