"""How answers are scored: an item is right when exactly its right options were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.tests.rules.content import Item, Kind
from servicekit.refusals import InvalidField

Answers = Sequence[Sequence[int]]


class State(StrEnum):
    """Where a sitting stands. Only an open one can change, once, to one of the others."""

    OPEN = "OPEN"
    PASSED = "PASSED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Score:
    """Which items were right, in their order, and whether that is enough."""

    right_items: tuple[bool, ...]
    state: State


def check_answers(items: Sequence[Item], answers: Answers) -> None:
    """Refuse what is no answer to *items*. Nothing chosen is an answer, and a wrong one."""
    if len(answers) != len(items):
        raise InvalidField("answers", len(answers), f"must be {len(items)}, one for each item")
    for n, (item, chosen) in enumerate(zip(items, answers, strict=True)):
        field = f"answers[{n}].options"
        for option in chosen:
            if not 0 <= option < len(item.options):
                raise InvalidField(field, option, f"must be from 0 to {len(item.options) - 1}")
        if len(set(chosen)) < len(chosen):
            raise InvalidField(field, list(chosen), "must not name one option twice")
        if item.kind is Kind.SINGLE and len(chosen) > 1:
            raise InvalidField(field, list(chosen), "must be one option at most")


def score(items: Sequence[Item], pass_mark: int, answers: Answers) -> Score:
    """Score *answers*, one for each of *items*; *pass_mark* items must be right to pass."""
    right = tuple(item.key == frozenset(chosen) for item, chosen in zip(items, answers, strict=True))
    return Score(right, State.PASSED if sum(right) >= pass_mark else State.FAILED)
