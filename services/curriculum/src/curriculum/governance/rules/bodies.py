"""The rules by which a body decides, as data: no number is built in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from servicekit.refusals import InvalidField


class DecisionClass(StrEnum):
    """How much a decision weighs: the author may raise it, never lower it."""

    MAJOR = "MAJOR"
    MINOR = "MINOR"
    EDITORIAL = "EDITORIAL"


@dataclass(frozen=True)
class Bar:
    """A share that has to be reached: *at_least* it, or else more than it."""

    numerator: int
    denominator: int
    at_least: bool = False

    def passed_by(self, part: int, whole: int) -> bool:
        """Whether *part* of *whole* is enough."""
        ours, asked = part * self.denominator, self.numerator * whole
        return ours >= asked if self.at_least else ours > asked

    def missing(self, part: int, whole: int) -> int:
        """Return how many more there must be, who add to *whole* as well; -1 if no number is enough."""
        rest = self.denominator - self.numerator
        lack = self.numerator * whole - part * self.denominator
        if self.passed_by(part, whole):
            return 0
        if rest <= 0:
            return -1
        return -(-lack // rest) if self.at_least else lack // rest + 1


@dataclass(frozen=True)
class Threshold:
    """What a decision of a class needs. Where a bar is None, nothing is asked."""

    # Of those for and against.
    of_all: Bar | None = None
    of_each: Bar | None = None
    # Of single constituencies, in the place of `of_each`.
    of_one: Mapping[str, Bar] = field(default_factory=dict)
    yes_of_each: int = 0

    def of(self, constituency: str) -> Bar | None:
        """Return the bar of a constituency."""
        return self.of_one.get(constituency, self.of_each)


@dataclass(frozen=True)
class BodyRules:
    """How a body decides."""

    # Of the seats that are filled when a ballot opens.
    quorum: Bar
    quorum_of_each: int
    thresholds: Mapping[DecisionClass, Threshold]
    # Of those who are not recused, the share that can override an objection; None = none can.
    override: Bar | None
    written_votes: bool
    conflict_text: str = ""

    def threshold(self, decision_class: DecisionClass) -> Threshold:
        """Return what a class needs; one of which the body says nothing needs what the weightiest does."""
        for one in (decision_class, DecisionClass.MAJOR):
            if one in self.thresholds:
                return self.thresholds[one]
        raise InvalidField("decision_class", decision_class, "must be one for which the body has a threshold")


def read(told: Mapping[str, Any]) -> BodyRules:
    """Read rules as their owner tells them, in the JSON form of `partnership.v1.BodyRules`."""
    quorum = _bar(told.get("quorum"), at_least=False)
    if quorum is None:
        raise InvalidField("rules.quorum", told.get("quorum"), "must be a share")
    thresholds = {
        DecisionClass(one["decisionClass"]): Threshold(
            of_all=_bar(one.get("ofAll"), at_least=True),
            of_each=_bar(one.get("ofEachConstituency"), at_least=False),
            yes_of_each=one.get("yesOfEachConstituency", 0),
        )
        for one in told.get("thresholds", ())
    }
    return BodyRules(
        quorum=quorum,
        quorum_of_each=told.get("quorumOfEachConstituency", 0),
        thresholds=thresholds,
        override=_bar(told.get("override"), at_least=True),
        written_votes=told.get("writtenVotes", False),
        conflict_text=told.get("conflictText", ""),
    )


def _bar(told: Mapping[str, int] | None, *, at_least: bool) -> Bar | None:
    """Read a fraction; 0/0 asks nothing."""
    if not told or not told.get("denominator"):
        return None
    return Bar(told.get("numerator", 0), told["denominator"], at_least)
