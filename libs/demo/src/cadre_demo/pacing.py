"""How the demonstration goes about it: waits for what is under way, does many things side by side, counts its days."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TypeVar

from cadre_cli.access import Access
from servicekit import calendar

T = TypeVar("T")

# Told how many of how many are done.
Progress = Callable[[int, int], None]

_CALLERS = 8
_POLL_SECONDS, _LONGEST_REST_SECONDS = 0.005, 1.0
# Between two questions passes so many times what one takes: who asks without a pause slows down what is waited for.
_RESTS = 2
_VISIBLE_SECONDS = 120.0


def wait_for(
    condition: Callable[[], T | None], complaint: str | Callable[[], str], *, seconds: float = _VISIBLE_SECONDS
) -> T:
    """Ask *condition* until its answer is true, and return that; after *seconds* `TimeoutError` with *complaint*.

    A complaint that is asked for at the end can say what was seen last.
    """
    deadline = time.monotonic() + seconds
    while True:
        asked_at = time.monotonic()
        if answer := condition():
            return answer
        answered_at = time.monotonic()
        if answered_at > deadline:
            said = complaint() if callable(complaint) else complaint
            raise TimeoutError(f"After {seconds:g} s {said}.")
        time.sleep(min(max(_POLL_SECONDS, _RESTS * (answered_at - asked_at)), _LONGEST_REST_SECONDS))


def in_parallel(act: Callable[[T], None], subjects: Iterable[T], progress: Progress) -> None:
    """Do *act* to each of *subjects*, eight at a time."""
    everybody = list(subjects)
    progress(0, len(everybody))
    with ThreadPoolExecutor(_CALLERS) as pool:
        for done, _ in enumerate(pool.map(act, everybody), start=1):
            progress(done, len(everybody))


def day_in(access: Access, days: int) -> date:
    """Return the day in California so many days from the one on which the demonstration is told."""
    return calendar.pacific_date(access.clock()) + timedelta(days=days)
