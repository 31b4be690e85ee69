"""Many callers at once, each with its share of the work, and how long each call took."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")

CALLERS = 32


@dataclass(frozen=True)
class Timing(Generic[A]):
    """How long it took until the last caller was done, each call by itself, sorted (in seconds), and the answers."""

    seconds: float
    calls: list[float]
    answers: list[A]

    def percentile_ms(self, percent: int) -> float:
        """Return what *percent* of the calls stay below, in milliseconds."""
        return 1000 * self.calls[min(len(self.calls) - 1, len(self.calls) * percent // 100)]


def run(act: Callable[[T], A], work: Sequence[T]) -> Timing[A]:
    """Have all callers do *work* at the same time, each taking every 32nd of it.

    If *act* fails for one, the run fails: what is not done was not measured.
    """
    if not work:
        raise ValueError("there is nothing to do")

    def caller(number: int) -> list[tuple[float, A]]:
        done = []
        for one in work[number::CALLERS]:
            began = time.perf_counter()
            answer = act(one)
            done.append((time.perf_counter() - began, answer))
        return done

    with ThreadPoolExecutor(CALLERS, thread_name_prefix="caller") as pool:
        started = time.perf_counter()
        shares = list(pool.map(caller, range(CALLERS)))
        seconds = time.perf_counter() - started
    done = [one for share in shares for one in share]
    return Timing(seconds, sorted(call for call, _ in done), [answer for _, answer in done])
