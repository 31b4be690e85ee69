"""Freeze windows: while one lasts nothing new comes into the case system, its settings or its training environment.

So what is wrong with training that is due in one cannot be mended where people practice: whoever issues such a letter
says why it is due then.
"""

from datetime import date
from typing import NamedTuple

from servicekit import text
from servicekit.refusals import Refusal

_LONGEST_REASON = 2_000


class TrainingInFreeze(Refusal):
    """The training that a letter asks for is due in a freeze window of a release: a reason is needed."""


class Window(NamedTuple):
    """A freeze window of a release, from its first to its last day."""

    release: str
    number: str
    first: date
    last: date


def check(window: Window | None, *, due: date, reason: str) -> str:
    """Return why training is due in a freeze window, '' where it is in none; refuse it where nothing is said."""
    if window is None:
        return ""
    if not reason.strip():
        raise TrainingInFreeze(
            "The training is due in a freeze window.",
            field="freeze_reason",
            release=window.release,
            number=window.number,
            due=due,
            first=window.first,
            last=window.last,
        )
    return text.reason(reason, most=_LONGEST_REASON)
