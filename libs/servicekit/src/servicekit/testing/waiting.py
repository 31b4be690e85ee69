"""Waiting for what happens elsewhere: until it is so, at most so long, and saying what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], T], timeout: float, describe: str | Callable[[], object]) -> T:
    """Ask *condition* again and again until its answer is true, and give that answer.

    Args:
        condition: asked at once, then every 20 ms.
        timeout: seconds after which to give up.
        describe: what is waited for; a function is called at the end, so that the message can show the last state.

    Raises:
        AssertionError: *condition* was still false after *timeout*.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            state = describe() if callable(describe) else describe
            message = f"Not within {timeout:g} s: {state} (last answer: {answer!r})"
            raise AssertionError(message)
        time.sleep(_POLL_SECONDS)
