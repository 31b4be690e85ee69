"""What a run reports: the figures, and how they stand against the budgets."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from pydantic import TypeAdapter

from cadre_tools.bench.figures import Arrivals, Audiences, Connections, Events, Finding, Growth, Mails, Readiness

BUDGET_PEOPLE = 10_000
PUBLISH_SECONDS = 0.3
PUBLISH_RATIO = 2.5
AMENDMENT_RATIO = 2.5
LINEAR_FACTOR = 1.3
COMPLETIONS = 10_000
COMPLETION_SECONDS = 8.0
# Of what many do at once, one RPC each, to as many bare commits.
CALLS_RATIO = 6.0
ROSTER_SECONDS = 6.0
PAGE_P50_MS = 25.0
PAGE_P95_MS = 60.0
RELAY_PER_SECOND = 3_000.0
CONSUMER_PER_SECOND = 5_000.0
IDLE_P99_MS = 100.0
ARRIVAL_P99_MS = 1_000.0
AUDIENCES = 500
AUDIENCE_RECOMPUTE_SECONDS = 5.0
AUDIENCE_SAVED_MS = 200.0
# What is independent of the number of assignments may differ by what else differs between two runs.
READINESS_FACTOR = 1.5
DEMO_SECONDS = 15.0
MAILS_PER_SECOND = 200.0
CONNECTIONS_SECONDS = 1.0
KEPT_LETTERS = 20_000
# The slowest of a hundred days, and 95 of a hundred searches.
REGISTER_MS = 50.0
SEARCH_P95_MS = 50.0


@dataclass(frozen=True)
class Publish:
    """Issuing or amending a letter to this many people, against the same rows bare: medians of *runs*, in seconds."""

    people: int
    seconds: float
    raw_seconds: float
    ratio: float
    runs: int
    min: float
    max: float
    raw_min: float
    raw_max: float

    @classmethod
    def of(cls, people: int, seconds: Sequence[float], raw: Sequence[float]) -> "Publish":
        """Sum up runs that alternated with the raw limit."""
        ratio = median(seconds) / median(raw)
        extremes = (min(seconds), max(seconds), min(raw), max(raw))
        return cls(people, median(seconds), median(raw), ratio, len(seconds), *extremes)


@dataclass(frozen=True)
class Calls:
    """So many writes of single people, one RPC each.

    *seconds* until all are answered, and so durable; *visible_seconds* until the state's page counts all of them;
    *raw_seconds* for as many bare commits of one row over as many connections; percentiles of one call.
    """

    count: int
    callers: int
    seconds: float
    visible_seconds: float
    per_second: float
    p50_ms: float
    p99_ms: float
    raw_seconds: float
    ratio: float


@dataclass(frozen=True)
class PageLoad:
    """How long a page took, or all of them, from when it was asked for by the clock until it was there."""

    page: str
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, page: str, seconds: Sequence[float]) -> "PageLoad":
        """Sum up requests."""
        ranked = sorted(seconds)

        def at(percent: int) -> float:
            return 1000 * ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]

        return cls(page, len(ranked), at(50), at(95), at(99))


@dataclass(frozen=True)
class Pages:
    """The main pages under a steady load, while this many assignments are in the tables."""

    per_second: int
    staff: int
    assignments: int
    everything: PageLoad
    by_page: list[PageLoad]


@dataclass(frozen=True)
class Roster:
    """A roster file, from its first chunk until its people are in the directory and in the audiences."""

    people: int
    rows: int
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What one size showed; the single calls are measured at one size only."""

    publish: Publish
    roster: Roster
    completions: Calls | None
    sittings: Calls | None
    confirmations: Calls | None = None
    pages: Pages | None = None
    readiness: Readiness | None = None
    arrivals: Arrivals | None = None
    audiences: Audiences | None = None
    amended: Publish | None = None
    finding: Finding | None = None


@dataclass(frozen=True)
class Report:
    """All of a run, with the servers' own word on what a commit means and the machine that it ran on."""

    publish: list[Publish]
    completions: Calls | None
    sittings: Calls | None
    roster: list[Roster]
    settings: dict[str, str]
    machine: dict[str, str | int]
    confirmations: Calls | None = None
    pages: list[Pages] = field(default_factory=list)
    readiness: list[Readiness] = field(default_factory=list)
    arrivals: Arrivals | None = None
    audiences: Audiences | None = None
    events: Events | None = None
    demo_seconds: float | None = None
    mails: Mails | None = None
    connections: Connections | None = None
    amended: Publish | None = None
    finding: Finding | None = None

    @classmethod
    def of(
        cls,
        measured: Sequence[Measured],
        settings: dict[str, str],
        machine: dict[str, str | int],
        *,
        events: Events | None = None,
        demo_seconds: float | None = None,
        mails: Mails | None = None,
        connections: Connections | None = None,
    ) -> "Report":
        """Put the sizes together, and what was measured beside them."""
        return cls(
            publish=[one.publish for one in measured],
            completions=next((one.completions for one in measured if one.completions), None),
            sittings=next((one.sittings for one in measured if one.sittings), None),
            confirmations=next((one.confirmations for one in measured if one.confirmations), None),
            roster=[one.roster for one in measured],
            settings=settings,
            machine=machine,
            pages=[one.pages for one in measured if one.pages],
            readiness=[one.readiness for one in measured if one.readiness],
            arrivals=next((one.arrivals for one in measured if one.arrivals), None),
            audiences=next((one.audiences for one in measured if one.audiences), None),
            amended=next((one.amended for one in measured if one.amended), None),
            finding=next((one.finding for one in measured if one.finding), None),
            events=events,
            demo_seconds=demo_seconds,
            mails=mails,
            connections=connections,
        )

    @property
    def linear_factor(self) -> float | None:
        """Seconds per person at the largest size over those at the budget's; none if nothing larger was measured."""
        per_person = {row.people: row.seconds / row.people for row in self.publish}
        largest = max(per_person, default=0)
        if largest <= BUDGET_PEOPLE or BUDGET_PEOPLE not in per_person:
            return None
        return per_person[largest] / per_person[BUDGET_PEOPLE]

    @property
    def readiness_factor(self) -> float | None:
        """The time of the figures of the largest letter over that of the budget's; none as above."""
        p50_ms = {row.assignments: row.delays.p50_ms for row in self.readiness}
        if BUDGET_PEOPLE not in p50_ms or max(p50_ms) <= BUDGET_PEOPLE:
            return None
        return p50_ms[max(p50_ms)] / p50_ms[BUDGET_PEOPLE]

    @property
    def growth(self) -> list[Growth]:
        """How issuing and importing a roster grow with the number of people."""
        return [
            Growth.of("publish", [(row.people, row.seconds) for row in self.publish]),
            Growth.of("roster", [(row.people, row.seconds) for row in self.roster]),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the object that is written to the file."""
        return {
            **asdict(self),
            "linear_factor": self.linear_factor,
            "readiness_factor": self.readiness_factor,
            "growth": [asdict(one) for one in self.growth],
        }

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read what was written; what an older run did not measure yet is empty."""
        return TypeAdapter(cls).validate_json(text)
