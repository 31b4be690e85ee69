"""The states of rounds and comments: none is kept, all are read from what was done and from the day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from servicekit.refusals import InvalidField, Refusal

MOST_REVIEWERS = 50
_LONGEST = timedelta(days=90)


class RoundNotOpen(Refusal):
    """The time for comments is over."""


class RoundOpen(Refusal):
    """The time for comments is not over."""


class RoundAnswered(Refusal):
    """The answers were sent: none of them changes any more."""


class RoundNotAnswered(Refusal):
    """The answers were not sent yet."""


class RoundRuns(Refusal):
    """The round before is not answered: it is answered first."""


class OwnWork(Refusal):
    """Whoever sends a thing for review neither comments on it nor rules on comments."""


class State(StrEnum):
    """Where a round is."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ANSWERED = "ANSWERED"
    SETTLED = "SETTLED"


class CommentState(StrEnum):
    """Where a comment is."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    SATISFIED = "SATISFIED"
    TO_RULE = "TO_RULE"
    RULED = "RULED"


@dataclass(frozen=True)
class Said:
    """What was done with a comment: *satisfied* is what its writer said, *stands* what was ruled; None = nothing."""

    sent: bool
    must: bool = False
    answered: bool = False
    satisfied: bool | None = None
    stands: bool | None = None
    # The next round took it over.
    passed_on: bool = False


@dataclass(frozen=True)
class Dates:
    """What was done with a round, and its days."""

    due: date
    closed: bool
    answered: bool
    look_until: date | None


def comment_state(said: Said, dates: Dates, today: date) -> CommentState:
    """Return where a comment is. Whoever is silent past the day is not satisfied: that waits for a ruling."""
    if not said.sent:
        return CommentState.DRAFT
    if not dates.answered:
        return CommentState.OPEN
    if said.stands is not None:
        return CommentState.RULED
    if said.satisfied:
        return CommentState.SATISFIED
    silent = dates.look_until is not None and dates.look_until < today
    return CommentState.TO_RULE if said.satisfied is False or silent else CommentState.ANSWERED


def is_unsettled(said: Said) -> bool:
    """Whether a comment is open in its round: its writer is not satisfied, and no ruling ended it."""
    return said.sent and not said.passed_on and not said.satisfied and said.stands is not False


def round_state(dates: Dates, comments: Collection[Said], today: date) -> State:
    """Return where a round is. One in which nobody said anything has nothing to answer."""
    sent = [one for one in comments if one.sent]
    if not dates.closed and not dates.answered and today <= dates.due:
        return State.OPEN
    if any(is_unsettled(one) for one in sent):
        return State.ANSWERED if dates.answered else State.CLOSED
    return State.SETTLED


def check_day(field: str, day: date, today: date) -> None:
    """Refuse a day that is not ahead, or that nobody means."""
    if not today < day <= today + _LONGEST:
        raise InvalidField(field, day, f"must lie ahead, at most {_LONGEST.days} days")


def require_open(name: str, state: State) -> None:
    """Refuse what is done while comments are taken."""
    if state is not State.OPEN:
        raise RoundNotOpen("The time for comments is over.", round=name, state=state)


def require_unanswered(name: str, state: State, *, closed: bool = False) -> None:
    """Refuse what is done until the answers are sent; with *closed*, what waits for all comments."""
    if state not in {State.OPEN, State.CLOSED}:
        raise RoundAnswered("The answers were sent, or there is nothing to answer.", round=name, state=state)
    if closed and state is State.OPEN:
        raise RoundOpen("The time for comments is not over.", round=name)


def require_answered(name: str, dates: Dates) -> None:
    """Refuse what is done once the answers are sent."""
    if not dates.answered:
        raise RoundNotAnswered("The answers were not sent yet.", round=name)


def require_others(name: str, opener: object, by: object) -> None:
    """Refuse that who sent a thing for review has a say in its review."""
    if opener == by:
        raise OwnWork("Whoever sends something for review has no say in its review.", round=name)
