"""What is measured besides issuing, single calls, pages and rosters, and how cost grows with the number of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression, median


@dataclass(frozen=True)
class Throughput:
    """So many events through one part of the kit, against the same messages by the bare client on the same server."""

    events: int
    seconds: float
    per_second: float
    raw_seconds: float
    raw_per_second: float
    ratio: float

    @classmethod
    def of(cls, events: int, seconds: float, raw_seconds: float) -> "Throughput":
        """Put both sides together."""
        return cls(events, seconds, events / seconds, raw_seconds, events / raw_seconds, seconds / raw_seconds)


@dataclass(frozen=True)
class Delays:
    """How long something took, in milliseconds, *count* times, one after the other."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    # 0: an older run, which did not say.
    p95_ms: float = 0.0

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Delays":
        """Sum up."""
        ranked = sorted(1000 * one for one in seconds)

        def at(percent: int) -> float:
            return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]

        return cls(len(ranked), median(ranked), at(99), ranked[-1], at(95))


@dataclass(frozen=True)
class Events:
    """The kit's path of an event: out of the outbox, into a handler, and all of it when nothing else goes on."""

    relay: Throughput
    consumer: Throughput
    idle: Delays
    settings: dict[str, str]


@dataclass(frozen=True)
class Arrivals:
    """From one change in the directory until the training is on the person's list, with this many letters open."""

    people: int
    open_letters: int
    delays: Delays


@dataclass(frozen=True)
class Audiences:
    """Many saved audiences: to save one, to recompute all of them, and the same rows written bare."""

    people: int
    audiences: int
    memberships: int
    saved: Delays
    recompute_seconds: float
    raw_seconds: float
    ratio: float


@dataclass(frozen=True)
class Readiness:
    """The figures of the state's page of one letter that this many people have."""

    assignments: int
    delays: Delays


@dataclass(frozen=True)
class Finding:
    """Among so many letters: what ruled on a day (*register*), and what words find (*search*)."""

    letters: int
    register: Delays
    search: Delays


@dataclass(frozen=True)
class Mails:
    """So many mails, from the first that a server on the same machine was handed to the last."""

    mails: int
    seconds: float
    per_second: float

    @classmethod
    def of(cls, mails: int, seconds: float) -> "Mails":
        """Sum up."""
        return cls(mails, seconds, mails / seconds)


@dataclass(frozen=True)
class Connections:
    """From issuing a letter until the last of so many other systems is called, but for those that are *dead*."""

    connections: int
    dead: int
    delays: Delays


@dataclass(frozen=True)
class Growth:
    """How the cost grows: seconds for each thousand people at each size.

    *slope* is that of the straight line through the logarithms of people and seconds: 1 is linear, less is better;
    none of fewer than two sizes.
    """

    what: str
    people: list[int]
    seconds_per_thousand: list[float]
    slope: float | None

    @classmethod
    def of(cls, what: str, taken: Iterable[tuple[int, float]]) -> "Growth":
        """Fit *taken*, pairs of people and seconds."""
        points = sorted(taken)
        people = [number for number, _ in points]
        slope = None
        if len(set(people)) > 1:
            slope = linear_regression([log(number) for number in people], [log(taken) for _, taken in points]).slope
        return cls(what, people, [1000 * taken / number for number, taken in points], slope)
