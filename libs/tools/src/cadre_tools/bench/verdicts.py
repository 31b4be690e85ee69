"""How a run stands against the budgets, as a table on the console."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from cadre_tools.bench.figures import Arrivals, Audiences, Connections, Events, Finding
from cadre_tools.bench.report import (
    AMENDMENT_RATIO,
    ARRIVAL_P99_MS,
    AUDIENCE_RECOMPUTE_SECONDS,
    AUDIENCE_SAVED_MS,
    AUDIENCES,
    BUDGET_PEOPLE,
    CALLS_RATIO,
    COMPLETION_SECONDS,
    COMPLETIONS,
    CONNECTIONS_SECONDS,
    CONSUMER_PER_SECOND,
    DEMO_SECONDS,
    IDLE_P99_MS,
    KEPT_LETTERS,
    LINEAR_FACTOR,
    MAILS_PER_SECOND,
    PAGE_P50_MS,
    PAGE_P95_MS,
    PUBLISH_RATIO,
    PUBLISH_SECONDS,
    READINESS_FACTOR,
    REGISTER_MS,
    RELAY_PER_SECOND,
    ROSTER_SECONDS,
    SEARCH_P95_MS,
    Calls,
    Pages,
    Report,
)


@dataclass(frozen=True)
class Verdict:
    """One figure beside its raw limit and its budget, where it has them; *at_least*: more is better."""

    what: str
    measured: float
    unit: str = "s"
    bare: float | None = None
    budget: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; none if there is none."""
        if self.budget is None:
            return None
        return self.measured >= self.budget if self.at_least else self.measured <= self.budget


def verdicts(report: Report) -> Iterator[Verdict]:
    """Hold each figure against its budget."""
    for row in report.publish:
        budgeted = row.people == BUDGET_PEOPLE
        what = f"a letter to {row.people:,} people"
        yield Verdict(what, row.seconds, bare=row.raw_seconds, budget=PUBLISH_SECONDS if budgeted else None)
        yield Verdict("  times the bare writes", row.ratio, "x", budget=PUBLISH_RATIO if budgeted else None)
    if report.amended:
        budgeted = report.amended.people == BUDGET_PEOPLE
        what = f"an amendment for {report.amended.people:,} people"
        yield Verdict(what, report.amended.seconds, bare=report.amended.raw_seconds)
        yield Verdict(
            "  times the bare writes", report.amended.ratio, "x", budget=AMENDMENT_RATIO if budgeted else None
        )
    if report.linear_factor is not None:
        yield Verdict("  a person, times one of 10,000", report.linear_factor, "x", budget=LINEAR_FACTOR)
    if report.completions:
        budget = COMPLETION_SECONDS if report.completions.count == COMPLETIONS else None
        yield from _calls("courses completed", report.completions, budget)
    if report.confirmations:
        yield from _calls("letters confirmed", report.confirmations, None)
    if report.sittings:
        yield from _calls("tests submitted", report.sittings, None)
    for roster in report.roster:
        budget = ROSTER_SECONDS if roster.people == BUDGET_PEOPLE else None
        yield Verdict(f"a roster of {roster.people:,} people", roster.seconds, budget=budget)
    for pages in report.pages:
        yield from _pages(pages)
    yield from _others(report)


def _outwards(report: Report) -> Iterator[Verdict]:
    if report.mails:
        what = f"{report.mails.mails:,} mails handed to a server"
        yield Verdict(what, report.mails.per_second, "/s", budget=MAILS_PER_SECOND, at_least=True)
    if report.connections:
        yield _connections(report.connections)


def _connections(called: Connections) -> Verdict:
    what = f"{called.connections - called.dead} of {called.connections} other systems called, {called.dead} hang"
    return Verdict(what, called.delays.max_ms / 1000, budget=CONNECTIONS_SECONDS)


def _others(report: Report) -> Iterator[Verdict]:
    if report.events:
        yield from _events(report.events)
    if report.arrivals:
        yield from _arrivals(report.arrivals)
    if report.audiences:
        yield from _audiences(report.audiences)
    if report.finding:
        yield from _finding(report.finding)
    for readiness in report.readiness:
        yield Verdict(f"figures of a letter to {readiness.assignments:,} people, median", readiness.delays.p50_ms, "ms")
    if report.readiness_factor is not None:
        yield Verdict("  largest, times 10,000", report.readiness_factor, "x", budget=READINESS_FACTOR)
    yield from _outwards(report)
    if report.demo_seconds is not None:
        yield Verdict("cadre demo to the signed-in page", report.demo_seconds, budget=DEMO_SECONDS)
    for growth in report.growth:
        if growth.slope is not None:
            yield Verdict(f"slope of {growth.what} (1 is linear)", growth.slope, "")


def _events(events: Events) -> Iterator[Verdict]:
    for what, through, budget in (
        ("relay", events.relay, RELAY_PER_SECOND),
        ("consumer, batched", events.consumer, CONSUMER_PER_SECOND),
    ):
        yield Verdict(
            f"{what}, {through.events:,} events",
            through.per_second,
            "/s",
            through.raw_per_second,
            budget,
            at_least=True,
        )
    idle = events.idle
    yield Verdict(f"commit to handled, idle, {idle.count} times, median", idle.p50_ms, "ms")
    yield Verdict("  99 of 100", idle.p99_ms, "ms", budget=IDLE_P99_MS)


def _arrivals(arrivals: Arrivals) -> Iterator[Verdict]:
    what = f"newcomer to training, {arrivals.open_letters} open letters, {arrivals.delays.count} times, median"
    yield Verdict(what, arrivals.delays.p50_ms, "ms")
    yield Verdict("  99 of 100", arrivals.delays.p99_ms, "ms", budget=ARRIVAL_P99_MS)


def _audiences(found: Audiences) -> Iterator[Verdict]:
    budgeted = found.audiences == AUDIENCES and found.people == BUDGET_PEOPLE
    yield Verdict(
        f"{found.audiences} audiences, {found.memberships:,} memberships, anew",
        found.recompute_seconds,
        bare=found.raw_seconds,
        budget=AUDIENCE_RECOMPUTE_SECONDS if budgeted else None,
    )
    yield Verdict("  one saved, median", found.saved.p50_ms, "ms", budget=AUDIENCE_SAVED_MS if budgeted else None)
    yield Verdict("  one saved, slowest", found.saved.max_ms, "ms")


def _finding(found: Finding) -> Iterator[Verdict]:
    budgeted = found.letters == KEPT_LETTERS
    what = f"what ruled on a day, of {found.letters:,} letters"
    yield Verdict(f"{what}, median", found.register.p50_ms, "ms")
    yield Verdict("  slowest", found.register.max_ms, "ms", budget=REGISTER_MS if budgeted else None)
    yield Verdict("found by words among them, median", found.search.p50_ms, "ms")
    yield Verdict("  95 of 100", found.search.p95_ms, "ms", budget=SEARCH_P95_MS if budgeted else None)


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
            _figure(verdict.bare, verdict.unit),
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
    yield Verdict("  times the bare commits", calls.ratio, "x", budget=CALLS_RATIO)
    yield Verdict("  on the state's page", calls.visible_seconds)


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.3g} {unit}"


def _word(verdict: Verdict) -> str:
    if verdict.budget is None:
        return ""
    if verdict.met:
        return "[green]met[/]"
    return f"[red]missed by {abs(verdict.measured - verdict.budget):.2g} {verdict.unit}[/]"
