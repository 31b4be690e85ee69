"""When a letter rules no more: by what ends it altogether, or by its withdrawal, whichever comes first."""

from collections.abc import Iterable
from datetime import date


def until(whole: Iterable[date], withdrawn_on: date | None) -> tuple[date | None, bool]:
    """Return the first day on which it rules no more, None while none is known, and whether its withdrawal makes it so.

    *whole* are the days on which letters take effect that end all of it.
    """
    ended = min(whole, default=None)
    if withdrawn_on and (ended is None or withdrawn_on < ended):
        return withdrawn_on, True
    return ended, False
