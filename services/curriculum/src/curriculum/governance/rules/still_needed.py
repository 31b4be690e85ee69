"""What is still needed for a ballot to pass: facts for one sentence. The words are whoever's shows it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from curriculum.governance.rules import counting
from curriculum.governance.rules.bodies import BodyRules, Threshold
from curriculum.governance.rules.counting import Tally, Vote


@dataclass(frozen=True)
class StillNeeded:
    """The fewest that must still say yes, and the objections in the way.

    With as many more, and no objection, it passes; with one less it does not.
    """

    yes_in: Mapping[str, int]
    # Beyond those, from whichever constituency.
    yes_anywhere: int
    # Of those, as many are wanted for the quorum alone: any voice is enough, an abstention too.
    voices: int
    holds: Sequence[str]
    # How many more would have to override for the objections not to count; -1 = none can.
    overrides: int
    # Enough seats have said nothing yet. If not, somebody has to change what they said.
    reachable: bool

    @property
    def yes(self) -> int:
        """All together."""
        return sum(self.yes_in.values()) + self.yes_anywhere

    @property
    def nothing(self) -> bool:
        """It would pass now."""
        return not self.yes and not self.holds


def still_needed(votes: Collection[Vote], rules: BodyRules, threshold: Threshold) -> StillNeeded:
    """Return what *votes* lack.

    One more yes makes no condition harder, so each condition has a least number of its own; those of a constituency
    add up, and those of the whole are met by the same people.
    """
    whole, parts = counting.tally(votes), counting.by_constituency(votes)
    yes_in = {name: _in(part, name, rules, threshold) for name, part in parts.items()}
    voices = _voices(whole, rules)
    share = threshold.of_all.missing(whole.in_favor, whole.in_favor + whole.against) if threshold.of_all else 0
    somebody = 0 if whole.in_favor else 1
    certain = sum(max(0, n) for n in yes_in.values())
    anywhere = max(0, max(voices, share, somebody) - certain)
    impossible = min([share, voices, *yes_in.values()]) < 0
    left = {name: part.silent for name, part in parts.items()}
    enough = all(n <= left[name] for name, n in yes_in.items()) and certain + anywhere <= whole.silent
    objecting = [] if counting.overridden(votes, rules) else counting.holds(votes)
    return StillNeeded(
        yes_in={name: n for name, n in yes_in.items() if n > 0},
        yes_anywhere=anywhere,
        voices=max(0, voices),
        holds=objecting,
        overrides=_overrides(votes, rules) if objecting else 0,
        reachable=enough and not impossible,
    )


def _in(part: Tally, name: str, rules: BodyRules, threshold: Threshold) -> int:
    """Return how many more yes a constituency needs; -1 if no number is enough."""
    bar = threshold.of(name)
    share = bar.missing(part.in_favor, part.in_favor + part.against) if bar else 0
    # Who is there and silent counts for the quorum already: their yes adds nobody.
    quorum = max(0, rules.quorum_of_each - part.voices)
    if share < 0:
        return -1
    return max(share, threshold.yes_of_each - part.in_favor, quorum)


def _voices(whole: Tally, rules: BodyRules) -> int:
    """Return how many more must take part, of seats whose number stands."""
    needed = whole.voices
    while not rules.quorum.passed_by(needed, whole.seats):
        needed += 1
        if needed > whole.seats:
            return -1
    return needed - whole.voices


def _overrides(votes: Collection[Vote], rules: BodyRules) -> int:
    """Return how many more would have to override; -1 if nobody can."""
    if rules.override is None:
        return -1
    among, given = counting.tally(votes).not_recused, counting.overriding(votes)
    more = 0
    while not rules.override.passed_by(given + more, among):
        more += 1
        if given + more > among:
            return -1
    return more
