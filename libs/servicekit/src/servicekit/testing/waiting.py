"""Waiting for what happens elsewhere: until it is so, at most so long, and saying what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.02
# Between two questions passes so many times what one takes: who asks without a pause slows down what is waited for, and
# most of all where the machine is slow already.
_RESTS = 4
_LONGEST_REST_SECONDS = 1.0
# Waits are for events. This only ends a test for which none will come, on the slowest machine as well.
PATIENCE = 100.0


def wait_until(condition: Callable[[], T], describe: str | Callable[[], object], *, seconds: float = PATIENCE) -> T:
    """Ask *condition* again and again until its answer is true, and give that answer.

    Args:
        condition: asked at once, then every 20 ms, or more seldom where it takes long to answer.
        describe: what is waited for; a function is called at the end, so that the message can show the last state.
        seconds: after which to give up; only for what takes minutes on any machine.

    Raises:
        AssertionError: *condition* was still false after *seconds*.
    """
    deadline = time.monotonic() + seconds
    while True:
        asked_at = time.monotonic()
        answer = condition()
        if answer:
            return answer
        answered_at = time.monotonic()
        if answered_at > deadline:
            state = describe() if callable(describe) else describe
            message = f"Not within {seconds:g} s: {state} (last answer: {answer!r})"
            raise AssertionError(message)
        time.sleep(min(max(_POLL_SECONDS, _RESTS * (answered_at - asked_at)), _LONGEST_REST_SECONDS))
