"""Measures the figures of the state's page, which must cost the same however many people have the letter."""

import time

from cadre_tools.bench.figures import Delays, Readiness
from cadre_tools.bench.stage import Stage, WrongResultError

_WARMING = 10


def measure(stage: Stage, notice: str, count: int) -> Readiness:
    """Ask for the figures of *notice* *count* times, after some that are not counted."""
    taken = []
    for _ in range(_WARMING + count):
        started = time.perf_counter()
        state = stage.readiness(notice).state
        taken.append(time.perf_counter() - started)
        if state.of != stage.people:
            raise WrongResultError(f"The state's page counts {state.of} of {stage.people} people")
    return Readiness(stage.people, Delays.of(taken[_WARMING:]))
