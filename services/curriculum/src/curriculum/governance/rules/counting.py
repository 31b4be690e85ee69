"""What came of a ballot, counted from the roll as it was frozen when the ballot opened."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from curriculum.governance.rules.bodies import BodyRules, Threshold


class Choice(StrEnum):
    """What a seat says."""

    YES = "YES"
    NO_OBJECTION = "NO_OBJECTION"
    # An objection that stands until its writer lifts it, or enough others override it.
    HOLD = "HOLD"
    NO = "NO"
    ABSTAIN = "ABSTAIN"
    RECUSED = "RECUSED"


class Outcome(StrEnum):
    """How a ballot ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NO_QUORUM = "NO_QUORUM"
    # What was voted on was changed meanwhile: nothing counts.
    VOID = "VOID"
    WITHDRAWN = "WITHDRAWN"


FOR = frozenset({Choice.YES, Choice.NO_OBJECTION})


@dataclass(frozen=True)
class Vote:
    """The line of a voting seat on the roll, with the one position that counts for it; None = it said nothing.

    *overrides*: it said why objections shall not keep the decision from being made. *there*: it said nothing and was
    in the room.
    """

    seat: str
    constituency: str
    choice: Choice | None = None
    overrides: bool = False
    there: bool = False


@dataclass(frozen=True)
class Tally:
    """What the seats of a constituency, or all of them, say."""

    seats: int
    by_choice: Mapping[Choice, int]
    silent: int
    silent_there: int

    @property
    def in_favor(self) -> int:
        """Who is for it, without objection included."""
        return sum(self.by_choice.get(choice, 0) for choice in FOR)

    @property
    def against(self) -> int:
        """Who is against it. An objection is neither: it blocks."""
        return self.by_choice.get(Choice.NO, 0)

    @property
    def voices(self) -> int:
        """Who counts for the quorum: all who said something or were there, but for those recused."""
        recused = self.by_choice.get(Choice.RECUSED, 0)
        return sum(self.by_choice.values()) - recused + self.silent_there

    @property
    def not_recused(self) -> int:
        """Seats without a conflict."""
        return self.seats - self.by_choice.get(Choice.RECUSED, 0)


def tally(votes: Collection[Vote]) -> Tally:
    """Count what *votes* say."""
    return Tally(
        seats=len(votes),
        by_choice=Counter(vote.choice for vote in votes if vote.choice is not None),
        silent=sum(vote.choice is None for vote in votes),
        silent_there=sum(vote.choice is None and vote.there for vote in votes),
    )


def by_constituency(votes: Collection[Vote]) -> dict[str, Tally]:
    """Count what *votes* say in each constituency that has a seat on the roll."""
    names = sorted({vote.constituency for vote in votes})
    return {name: tally([vote for vote in votes if vote.constituency == name]) for name in names}


def has_quorum(votes: Collection[Vote], rules: BodyRules) -> bool:
    """Whether enough seats took part: of all that were filled, and in each constituency."""
    whole = tally(votes)
    each = by_constituency(votes).values()
    return rules.quorum.passed_by(whole.voices, whole.seats) and all(
        part.voices >= rules.quorum_of_each for part in each
    )


def carries(votes: Collection[Vote], threshold: Threshold) -> bool:
    """Whether enough are for it. Nobody for it is never enough, whatever the shares say."""
    whole, parts = tally(votes), by_constituency(votes)
    if not whole.in_favor:
        return False
    if threshold.of_all and not threshold.of_all.passed_by(whole.in_favor, whole.in_favor + whole.against):
        return False
    for name, part in parts.items():
        bar = threshold.of(name)
        if part.in_favor < threshold.yes_of_each:
            return False
        if bar and not bar.passed_by(part.in_favor, part.in_favor + part.against):
            return False
    return True


def holds(votes: Collection[Vote]) -> Sequence[str]:
    """Return the seats that object."""
    return sorted(vote.seat for vote in votes if vote.choice is Choice.HOLD)


def overridden(votes: Collection[Vote], rules: BodyRules) -> bool:
    """Whether enough of those without a conflict said, with a reason, that objections shall not block."""
    if rules.override is None:
        return False
    return rules.override.passed_by(overriding(votes), tally(votes).not_recused)


def overriding(votes: Collection[Vote]) -> int:
    """Count who would override. Whoever objects, or is recused, does not."""
    return sum(vote.overrides and vote.choice not in {None, Choice.HOLD, Choice.RECUSED} for vote in votes)


def outcome(votes: Collection[Vote], rules: BodyRules, threshold: Threshold) -> Outcome:
    """Return what comes of a ballot that closes with these votes."""
    if not has_quorum(votes, rules):
        return Outcome.NO_QUORUM
    blocked = bool(holds(votes)) and not overridden(votes, rules)
    return Outcome.PASSED if carries(votes, threshold) and not blocked else Outcome.FAILED


@dataclass(frozen=True)
class Recorded:
    """What is on record of a ballot that ended; None where nothing is."""

    outcome: Outcome | None = None
    # Whether enough were for it, whatever the quorum.
    carried: bool | None = None
    voices: Mapping[str, int] = field(default_factory=dict)


def contradictions(recorded: Recorded, votes: Collection[Vote], rules: BodyRules, threshold: Threshold) -> list[str]:
    """Return what of the record is not what its votes give: `outcome`, `carried`, `voices of …`."""
    parts = by_constituency(votes)
    found = [
        f"voices of {name}"
        for name, said in sorted(recorded.voices.items())
        if said != (parts[name].voices if name in parts else 0)
    ]
    if recorded.carried not in {None, carries(votes, threshold)}:
        found.append("carried")
    if recorded.outcome not in {None, outcome(votes, rules, threshold)}:
        found.append("outcome")
    return found
