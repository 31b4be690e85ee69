"""When a round is sent, ended, and when a letter may go on after it."""

from collections.abc import Collection
from datetime import date, timedelta

from servicekit import text
from servicekit.refusals import InvalidField, Refusal

OPEN, CLOSED = "OPEN", "CLOSED"
_LONGEST = timedelta(days=90)
_LONGEST_REASON = 2_000


class ReviewOpen(Refusal):
    """A round of review is open: it is ended first."""


class ReviewClosed(Refusal):
    """The round is over."""


class CommentsSent(Refusal):
    """The agency has sent its comments."""


class CommentsUnanswered(Refusal):
    """Comments of agencies have no answer yet."""


def check_due(due: date, today: date) -> None:
    """Refuse a day that is not ahead, or that nobody means."""
    if not today < due <= today + _LONGEST:
        raise InvalidField("due_date", due, f"must lie ahead, at most {_LONGEST.days} days")


def check_agencies(asked: Collection[str], local: Collection[str]) -> None:
    """Refuse to ask nobody, or what is no local agency today."""
    if not asked:
        raise InvalidField("agencies", "", "must name at least one agency")
    if others := sorted(set(asked) - set(local)):
        raise InvalidField("agencies", others[0], "must be a local agency")


def check_reason(reason: str) -> str:
    """Return why a round is ended, without blanks around it."""
    return text.reason(reason, most=_LONGEST_REASON)


def check_open(name: str, state: str) -> None:
    """Refuse what only a round that is open takes."""
    if state != OPEN:
        raise ReviewClosed("The review is over.", review=name)


def check_unsent(name: str, *, sent: bool) -> None:
    """Refuse what an agency does before it sends its comments."""
    if sent:
        raise CommentsSent("The agency has sent its comments.", review=name)


def check_settled(name: str, *, is_open: bool, unanswered: int) -> None:
    """Refuse to go on with a letter while agencies still review it, or wait for answers."""
    if is_open:
        raise ReviewOpen("Agencies still review the letter.", notice=name)
    if unanswered:
        raise CommentsUnanswered("Comments of agencies have no answer.", notice=name, count=unanswered)
