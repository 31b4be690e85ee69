"""Votes and decisions in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from google.protobuf.json_format import ParseDict

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import votes
from gateway.words import sentences

CHOICES: Mapping[str, str] = {
    "YES": "Yes",
    "NO_OBJECTION": "No objection",
    "HOLD": "I object until this is settled",
    "NO": "No",
    "ABSTAIN": "Abstain",
    "RECUSED": "I step aside, because of a conflict",
}
# As a table says it of a seat.
_SAID: Mapping[str, str] = {**CHOICES, "HOLD": "Objects", "ABSTAIN": "Abstains", "RECUSED": "Steps aside"}
# What a seat may say once its objection is settled.
AFTER = ("NO_OBJECTION", "YES", "ABSTAIN", "NO")
CLASSES: Mapping[str, str] = {
    "MAJOR": "A large decision",
    "MINOR": "A small decision",
    "EDITORIAL": "A change of wording",
}
_RESULTS: Mapping[str, str] = {
    "PREPARED": "It is prepared. Nobody can vote on it yet.",
    "PASSED": "It passed.",
    "FAILED": "It did not pass.",
    "NO_QUORUM": "Too few took part, so nothing is decided.",
    "VOID": "What was voted on was changed meanwhile, so no vote counts.",
    "WITHDRAWN": "It was withdrawn, so nothing is decided.",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COUNTS: Mapping[str, str] = {
    "seats": "Seats",
    "yes": "Yes",
    "no_objection": "No objection",
    "hold": "Objects",
    "no": "No",
    "abstain": "Abstains",
    "recused": "Steps aside",
    "silent": "No vote",
}


class Seated(Protocol):
    """Of a seat: its short name and its title."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as `seats.Seat` has it
    @property
    def title(self) -> str: ...  # noqa: D102


def number(count: int) -> str:
    """`three`, `12`."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def rules(ballot: pb.Ballot) -> body_pb.BodyRules:
    """Return how the committee decides, as it was when the vote opened."""
    return ParseDict(json.loads(ballot.rules_json or "{}"), body_pb.BodyRules(), ignore_unknown_fields=True)


def choice(position: pb.Position) -> str:
    """What a seat said."""
    return _SAID[pb.Choice.Name(position.choice)]


def class_of(thing: pb.Ballot | decision_pb.Decision) -> str:
    """`A large decision`."""
    return CLASSES.get(decision_pb.DecisionClass.Name(thing.decision_class), "")


def result(ballot: pb.Ballot) -> str:
    """How it ended, in one sentence; empty while it is open."""
    return _RESULTS.get(pb.Ballot.State.Name(ballot.state), "")


def still_needed(ballot: pb.Ballot, sides: Mapping[str, str], holders: Mapping[str, str], today: date) -> str:
    """Say what an open vote still needs to pass. *sides*: titles of constituencies; *holders*: names by seat."""
    needed = ballot.still_needed
    said = [_yes(needed, sides), _voices(needed), _held(needed.holds, holders), _overrides(needed)]
    if not any(said):
        said = ["Nothing more is needed: as it stands, it passes."]
    elif not needed.reachable:
        said.append("Too few seats are left for that: somebody would have to change their vote.")
    day = votes.until(ballot, today)
    said.append(f"Closes {day}" if day else "It is counted in the meeting.")
    return " ".join(one if one.endswith(".") else f"{one}." for one in said if one)


def _yes(needed: pb.StillNeeded, sides: Mapping[str, str]) -> str:
    asked = [(one.yes, f"from {sides.get(one.constituency, one.constituency)}") for one in needed.yes_in]
    if needed.yes_anywhere:
        asked.append((needed.yes_anywhere, "from anybody"))
    if not asked:
        return ""
    said = [f"{number(count)} more yes {where}" for count, where in asked]
    return f"{_begin(sentences.listed(said))}."


def _begin(said: str) -> str:
    return said[:1].upper() + said[1:]


def _voices(needed: pb.StillNeeded) -> str:
    """How many have to take part, where those who have to say yes are not enough for that."""
    yes = needed.yes_anywhere + sum(one.yes for one in needed.yes_in)
    if needed.voices <= yes:
        return ""
    return f"{_begin(number(needed.voices))} more must vote, whatever they say, so that enough take part."


def _held(holds: Sequence[str], holders: Mapping[str, str]) -> str:
    return f"Held by {sentences.listed(holders.get(one, one) for one in holds)}." if holds else ""


def _overrides(needed: pb.StillNeeded) -> str:
    if not needed.holds:
        return ""
    if needed.overrides < 0:
        return "It passes only once the objection is lifted."
    return f"It passes once that is lifted, or {number(needed.overrides)} more say why it shall not hold."


def decided(decision: decision_pb.Decision, committee: str, today: date) -> str:
    """Say what came of it, in one sentence: `PCDRT passed it on Nov 23: 5 for, 1 against, 1 abstained.`."""
    yes, against, abstained = (
        sum(one.yes + one.no_objection for one in decision.counts),
        sum(one.no + one.hold for one in decision.counts),
        sum(one.abstain for one in decision.counts),
    )
    said = f"{committee} passed it on {sentences.day_of(decision.decide_time, today)}: {yes} for, {against} against"
    return f"{said}, {abstained} abstained." if abstained else f"{said}."


def counts(count: decision_pb.ConstituencyCount) -> list[tuple[str, int]]:
    """Return what the seats of a constituency said, each number with its head."""
    return [(said, getattr(count, field)) for field, said in COUNTS.items()]


def after() -> list[tuple[str, str]]:
    """Return what a seat may say once its objection is settled."""
    return [(one, CHOICES[one]) for one in AFTER]


def seats(given: Iterable[Seated]) -> list[tuple[str, str]]:
    """Return seats to choose one of."""
    return [("", "Choose one"), *((one.id, one.title) for one in given)]
