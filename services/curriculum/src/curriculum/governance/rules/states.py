"""The states of a ballot, and what leads out of each: none needs anybody's consent to end."""

from enum import StrEnum

from curriculum.governance.rules.counting import Outcome
from servicekit.refusals import Refusal


class BallotNotOpen(Refusal):
    """What was asked can be done while a ballot is open, or being prepared, and it is neither."""


class State(StrEnum):
    """Where a ballot is. The last five are its outcomes."""

    PREPARED = "PREPARED"
    OPEN = "OPEN"
    PASSED = "PASSED"
    FAILED = "FAILED"
    NO_QUORUM = "NO_QUORUM"
    VOID = "VOID"
    WITHDRAWN = "WITHDRAWN"


ENDED = frozenset(State(outcome.value) for outcome in Outcome)
LIVE = frozenset({State.PREPARED, State.OPEN})
EXITS = {
    State.PREPARED: frozenset({State.OPEN, State.VOID, State.WITHDRAWN}),
    State.OPEN: ENDED,
    **dict.fromkeys(ENDED, frozenset[State]()),
}


def move(ballot: str, before: State, after: State) -> State:
    """Return *after*; refuse a move that there is not."""
    if after not in EXITS[before]:
        raise BallotNotOpen("The ballot is not in a state for that.", ballot=ballot, state=before, wanted=after)
    return after
