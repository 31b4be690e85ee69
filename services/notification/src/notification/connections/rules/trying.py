"""What follows from a try: sent, tried again later, given up; and when a connection is switched off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_H = 60
# After the first, second, … try that failed; three days in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 25, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 18 * _H, 22 * _H))
OFF_AFTER = timedelta(days=5)
# How long the secret before is good beside the new one.
OVERLAP = timedelta(hours=24)
_GONE = 410


class Reason(StrEnum):
    """Why a try failed."""

    STATUS = "STATUS"
    REDIRECT = "REDIRECT"
    GONE = "GONE"
    TIMED_OUT = "TIMED_OUT"
    NO_HOST = "NO_HOST"
    NOT_PUBLIC = "NOT_PUBLIC"
    NOT_CONNECTED = "NOT_CONNECTED"
    NO_TLS = "NO_TLS"
    BROKEN = "BROKEN"
    NO_SECRET = "NO_SECRET"  # noqa: S105 - says why, and is none


class Off(StrEnum):
    """Why a connection is off."""

    BY_HAND = "BY_HAND"
    GONE = "GONE"
    FAILING = "FAILING"


@dataclass(frozen=True)
class Answer:
    """What came back: *reason* is None if the call got through. *status* is 0 if nothing was answered."""

    reason: Reason | None
    status: int = 0
    milliseconds: int = 0
    text: str = ""


def reason_of(status: int) -> Reason | None:
    """Return why an answer with *status* is a failure; None if it is none."""
    if 200 <= status < 300:  # noqa: PLR2004 - the family of statuses
        return None
    if status == _GONE:
        return Reason.GONE
    return Reason.REDIRECT if 300 <= status < 400 else Reason.STATUS  # noqa: PLR2004


def next_try(tries: int, answer: Answer, at: datetime, *, once: bool) -> datetime | None:
    """Return when a call is tried again whose try number *tries* failed; None if it is not. A ping is tried *once*."""
    if once or answer.reason in (Reason.GONE, Reason.NO_SECRET) or tries > len(PAUSES):
        return None
    return at + PAUSES[tries - 1]


def off(answer: Answer, failing_since: datetime, at: datetime) -> Off | None:
    """Return why a connection is to be off after a try that failed; None if it goes on."""
    if answer.reason is Reason.GONE:
        return Off.GONE
    return Off.FAILING if at - failing_since >= OFF_AFTER else None
