"""How many of an agency will be ready by a day if they go on at the pace that they have shown, and how sure that is.

Whoever is not ready yet becomes so on a business day with some chance: the *pace*. What is known of it is kept as a
beta distribution, as of customers who stay or leave (Fader and Hardie, How to Project Customer Retention, Journal of
Interactive Marketing 21, 2007, section 2). It starts at the pace of all agencies together, worth a few chances, so that
a small agency's days do not say more than they can.

People come in groups: a unit has its briefing, a class its course. How alike the people of an agency are on one day is
estimated over all its letter's agencies from how far days lie from their mean (Williams, The Analysis of Binary
Responses from Toxicological Experiments Involving Reproduction and Teratogenicity, Biometrics 31, 1975). By it a day of
many people says less than as many days of one, and a day to come may bring more, or nothing.

How many are left after some days is then beta-binomial, with the first two moments that follow (Skellam, A Probability
Distribution Derived from the Binomial Distribution, Journal of the Royal Statistical Society B 10, 1948). The interval
is read off by mid-probabilities, since counts of few people jump (Lancaster, Significance Tests in Discrete
Distributions, Journal of the American Statistical Association 56, 1961).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, comb, exp, lgamma, log, log1p

# A pace is read off so many business days, of which the first few say nothing yet.
LOOKED_BACK = 10
LEAST_SEEN = 3
# In so many cases of a hundred the number lies below the interval, and in as many above it.
_TAIL = 0.1
# The pace of all agencies is worth so many chances of an agency's own.
_WORTH = 20.0
# Where nobody has moved yet, one chance in fifty was taken of one more than were seen: no pace is nothing at all.
_UNSEEN = 0.02
_MOST_ALIKE = 0.5
# Business days of a year: what takes longer has no day.
_YEAR = 250


@dataclass(frozen=True)
class Seen:
    """Business days that ended: of each how many *could* become ready as it began, and how many *became* so."""

    could: Sequence[int]
    became: Sequence[int]

    @property
    def per_day(self) -> float:
        """How many became ready on a day."""
        return sum(self.became) / len(self.became) if self.became else 0.0


@dataclass(frozen=True)
class Pace:
    """The chance to become ready on a business day, as a beta distribution, and how *alike* people are on one day."""

    alpha: float
    beta: float
    alike: float

    @property
    def mean(self) -> float:
        """The chance, as far as it is known."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True)
class Left:
    """How many are not ready yet after some days: the mean, and between what in four of five cases."""

    mean: float
    low: int
    high: int


class Missing(StrEnum):
    """Why there is no forecast."""

    NOTHING_ASKED = "NOTHING_ASKED"
    IN_EFFECT = "IN_EFFECT"
    TOO_EARLY = "TOO_EARLY"
    DAYS_UNKNOWN = "DAYS_UNKNOWN"


class Act(StrEnum):
    """What would close the gap soonest."""

    CONFIRM = "CONFIRM"
    REMIND = "REMIND"
    BRIEF = "BRIEF"
    CALL = "CALL"


def seen(ends: Sequence[tuple[int, int] | None]) -> Seen:
    """Read what was seen off how days ended: (at work, ready) of each, in order; None = not on record.

    Whoever came or left in between moves both counts; a day on which fewer are ready than before brought nobody.
    """
    could, became = [], []
    for before, after in pairwise(ends):
        if before is not None and after is not None:
            could.append(max(before[0] - before[1], 0))
            became.append(min(max(after[1] - before[1], 0), could[-1]))
    return Seen(could, became)


def alike(each: Iterable[Seen]) -> float:
    """Return how alike people of one agency are on one day: 0 if each comes alone, 1 if all come or none does.

    It is what the squared distances of days from their agency's mean, in binomial variances, are above 1, for each
    person more than one (Williams 1975, formula 2.4). Each day counts the same, however many people it is of.
    """
    above, days = 0.0, 0
    for one in each:
        could, became, count = sum(one.could), sum(one.became), len(one.could)
        if count < 2 or not 0 < became < could:  # noqa: PLR2004 - of one day nothing differs
            continue
        mean = became / could
        for people, ready in zip(one.could, one.became, strict=True):
            if people > 1:
                distance = (ready - people * mean) ** 2 / (people * mean * (1 - mean))
                above += (distance * count / (count - 1) - 1) / (people - 1)
                days += 1
    return min(max(above / days, 0.0), _MOST_ALIKE) if days else 0.0


def pace(own: Seen, everybody: Iterable[Seen], how_alike: float) -> Pace:
    """Return the pace of an agency, which starts at that of *everybody* and follows what was seen of its own."""
    could = became = 0
    for one in everybody:
        could, became = could + sum(one.could), became + sum(one.became)
    start = (became + _UNSEEN) / (could + 1)
    alpha, beta = _WORTH * start, _WORTH * (1 - start)
    for people, ready in zip(own.could, own.became, strict=True):
        if people:
            weight = 1 / (1 + (people - 1) * how_alike)
            alpha, beta = alpha + ready * weight, beta + (people - ready) * weight
    return Pace(alpha, beta, how_alike)


def left(known: Pace, people: int, days: int) -> Left:
    """Return how many of *people* who are not ready now are not so after *days* business days."""
    if not people or not days:
        return Left(float(people), people, people)
    mean, square = _kept(known, days), _kept_twice(known, days)
    return Left(people * mean, *_between(people, mean, square))


def days_until_all(known: Pace, people: int) -> int | None:
    """Return after how many business days fewer than half a person is left of *people*; None = not within a year."""
    if not people:
        return 0
    days = ceil(log(2 * people) / -log1p(-known.mean))
    return days if days <= _YEAR else None


def act(*, gap: int, not_started: int, confirmed: bool, briefing_counts: bool) -> Act | None:
    """Return what closes a gap soonest: of those that are enough for it, the one that asks least."""
    if gap <= 0:
        return None
    if not confirmed:
        return Act.CONFIRM
    if not_started >= gap:
        return Act.REMIND
    return Act.BRIEF if briefing_counts else Act.CALL


def _log_beta(alpha: float, beta: float) -> float:
    return lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)


def _kept(known: Pace, days: int) -> float:
    """Return the chance not to become ready on any of *days*: the mean of (1 - p) ** days."""
    return exp(_log_beta(known.alpha, known.beta + days) - _log_beta(known.alpha, known.beta))


def _kept_twice(known: Pace, days: int) -> float:
    """Return the chance that two people of an agency both do not become ready.

    Of one day it is (1 - p) ** 2 + alike * p * (1 - p), that is (1 - p) * (1 - p + alike * p): its power, term by term.
    """
    whole = _log_beta(known.alpha, known.beta)
    return sum(
        comb(days, n) * known.alike**n * exp(_log_beta(known.alpha + n, known.beta + 2 * days - n) - whole)
        for n in range(days + 1)
    )


def _between(people: int, mean: float, square: float) -> tuple[int, int]:
    """Return the interval of a beta-binomial count of *people*, given the first two moments of its chance."""
    variance = max(square - mean * mean, 1e-12)
    size = max(mean * (1 - mean) / variance - 1, 1e-6)
    alpha, beta = mean * size, (1 - mean) * size
    whole = lgamma(people + 1) - _log_beta(alpha, beta) - lgamma(alpha + beta + people)
    below, low = 0.0, None
    for count in range(people + 1):
        here = exp(
            whole
            - lgamma(count + 1)
            - lgamma(people - count + 1)
            + lgamma(count + alpha)
            + lgamma(people - count + beta)
        )
        middle = below + here / 2
        if low is None and middle >= _TAIL:
            low = count
        if middle >= 1 - _TAIL:
            return low if low is not None else count, count
        below += here
    return people if low is None else low, people
