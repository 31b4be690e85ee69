"""What a run reports: the figures, and how they stand against the budgets."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

BUDGET_PEOPLE = 10_000
PUBLISH_SECONDS = 0.3
PUBLISH_RATIO = 2.5
LINEAR_FACTOR = 1.3
COMPLETIONS = 10_000
COMPLETION_SECONDS = 12.0
ROSTER_SECONDS = 6.0
PAGE_P50_MS = 25.0
PAGE_P95_MS = 60.0


@dataclass(frozen=True)
class Publish:
    """Issuing a letter to so many people, against writing the same rows bare: medians of *runs*, in seconds."""

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
    """The main pages under a steady load, while so many assignments stand in the tables."""

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
    pages: Pages | None = None


@dataclass(frozen=True)
class Report:
    """All of a run, with the servers' own word on what a commit means and the machine that it ran on."""

    publish: list[Publish]
    completions: Calls | None
    sittings: Calls | None
    roster: list[Roster]
    settings: dict[str, str]
    machine: dict[str, str | int]
    pages: list[Pages] = field(default_factory=list)

    @classmethod
    def of(cls, measured: Sequence[Measured], settings: dict[str, str], machine: dict[str, str | int]) -> "Report":
        """Put the sizes together."""
        return cls(
            publish=[one.publish for one in measured],
            completions=next((one.completions for one in measured if one.completions), None),
            sittings=next((one.sittings for one in measured if one.sittings), None),
            roster=[one.roster for one in measured],
            settings=settings,
            machine=machine,
            pages=[one.pages for one in measured if one.pages],
        )

    @property
    def linear_factor(self) -> float | None:
        """Seconds per person at the largest size over those at the budget's; none if nothing larger was measured."""
        per_person = {row.people: row.seconds / row.people for row in self.publish}
        largest = max(per_person)
        if largest <= BUDGET_PEOPLE or BUDGET_PEOPLE not in per_person:
            return None
        return per_person[largest] / per_person[BUDGET_PEOPLE]

    def as_json(self) -> dict[str, Any]:
        """Return the object that is written to the file."""
        return {**asdict(self), "linear_factor": self.linear_factor}


@dataclass(frozen=True)
class Verdict:
    """One figure, in seconds or times, beside the raw limit and its budget where there are such."""

    what: str
    measured: float
    unit: str = "s"
    bare: float | None = None
    budget: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; none if there is none."""
        return None if self.budget is None else self.measured <= self.budget


def verdicts(report: Report) -> Iterator[Verdict]:
    """Hold each figure against its budget."""
    for row in report.publish:
        budgeted = row.people == BUDGET_PEOPLE
        what = f"a letter to {row.people:,} people"
        yield Verdict(what, row.seconds, bare=row.raw_seconds, budget=PUBLISH_SECONDS if budgeted else None)
        yield Verdict("  times the bare writes", row.ratio, "x", budget=PUBLISH_RATIO if budgeted else None)
    if report.linear_factor is not None:
        yield Verdict("  a person, times one of 10,000", report.linear_factor, "x", budget=LINEAR_FACTOR)
    if report.completions:
        budget = COMPLETION_SECONDS if report.completions.count == COMPLETIONS else None
        yield from _calls("courses completed", report.completions, budget)
    if report.sittings:
        yield from _calls("tests submitted", report.sittings, None)
    for roster in report.roster:
        budget = ROSTER_SECONDS if roster.people == BUDGET_PEOPLE else None
        yield Verdict(f"a roster of {roster.people:,} people", roster.seconds, budget=budget)
    for pages in report.pages:
        yield from _pages(pages)


def _pages(pages: Pages) -> Iterator[Verdict]:
    everything, load = pages.everything, f"{pages.per_second} pages/s at {pages.assignments:,} assignments"
    yield Verdict(f"{load}, median", everything.p50_ms, "ms", budget=PAGE_P50_MS)
    yield Verdict("  95 of 100", everything.p95_ms, "ms", budget=PAGE_P95_MS)
    for page in pages.by_page:
        yield Verdict(f"  95 of 100, {page.page}", page.p95_ms, "ms", budget=PAGE_P95_MS)


def show(console: Console, report: Report) -> None:
    """Print the figures, the servers' settings and the machine."""
    table = Table("Measured", "", "Bare", "Budget", "")
    for column in table.columns[1:4]:
        column.justify = "right"
    for verdict in verdicts(report):
        table.add_row(
            verdict.what,
            _figure(verdict.measured, verdict.unit),
            _figure(verdict.bare, "s"),
            _figure(verdict.budget, verdict.unit),
            _word(verdict),
        )
    console.print(table)
    for facts in (report.settings, report.machine):
        console.print(", ".join(f"{name} {value}" for name, value in facts.items()))


def _calls(what: str, calls: Calls, budget: float | None) -> Iterator[Verdict]:
    yield Verdict(
        f"{calls.count:,} {what}, {calls.callers} callers", calls.seconds, bare=calls.raw_seconds, budget=budget
    )
    yield Verdict("  on the state's page", calls.visible_seconds)


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.3g} {unit}"


def _word(verdict: Verdict) -> str:
    if verdict.budget is None:
        return ""
    if verdict.met:
        return "[green]met[/]"
    return f"[red]missed by {verdict.measured - verdict.budget:.2g} {verdict.unit}[/]"
