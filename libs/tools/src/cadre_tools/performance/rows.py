"""The table of budgets: each row with what the committed run measured, the raw limit, their ratio and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cadre_tools.bench import report as budgets
from cadre_tools.bench.figures import Throughput
from cadre_tools.bench.report import BUDGET_PEOPLE, Calls, Report


@dataclass(frozen=True)
class Figure:
    """One measured number against its budget; *at_least*: more is better."""

    label: str
    measured: float
    budget: float
    unit: str
    bare: float | None = None
    at_least: bool = False

    @property
    def used(self) -> float:
        """The share of the budget that is used: 1 is just met, more is missed."""
        return self.budget / self.measured if self.at_least else self.measured / self.budget

    @property
    def ratio(self) -> float | None:
        """How many times the raw limit the product takes; none where there is no such limit."""
        if self.bare is None:
            return None
        return self.bare / self.measured if self.at_least else self.measured / self.bare

    @property
    def verdict(self) -> str:
        """Met, or by how much not."""
        if self.used <= 1:
            return "met"
        return f"**missed by {shown(abs(self.measured - self.budget), self.unit)}**"


@dataclass(frozen=True)
class Row:
    """A row of the table of budgets. *figures* says what a run measured of it: nothing if it left it out."""

    what: str
    budget: str
    figures: Callable[[Report], Sequence[Figure]]


def _publish(report: Report) -> list[Figure]:
    found = [row for row in report.publish if row.people == BUDGET_PEOPLE]
    return [
        figure
        for row in found
        for figure in (
            Figure("letter to 10,000", row.seconds, budgets.PUBLISH_SECONDS, "s", row.raw_seconds),
            Figure("letter, times bare writes", row.ratio, budgets.PUBLISH_RATIO, "x"),
        )
    ]


def _linear(report: Report) -> list[Figure]:
    factor = report.linear_factor
    return [] if factor is None else [Figure("letter, largest to 10,000", factor, budgets.LINEAR_FACTOR, "x")]


def _amended(report: Report) -> list[Figure]:
    found = report.amended
    if found is None:
        return []
    return [Figure("amendment, times bare", found.ratio, budgets.AMENDMENT_RATIO, "x")]


def _finding(report: Report) -> list[Figure]:
    found = report.finding
    if found is None or found.letters != budgets.KEPT_LETTERS:
        return []
    return [
        Figure("what ruled on a day, slowest", found.register.max_ms, budgets.REGISTER_MS, "ms"),
        Figure("letters found by words, p95", found.search.p95_ms, budgets.SEARCH_P95_MS, "ms"),
    ]


def _completions(report: Report) -> list[Figure]:
    calls = report.completions
    if calls is None or calls.count != budgets.COMPLETIONS:
        return []
    return [
        Figure("10,000 completions", calls.seconds, budgets.COMPLETION_SECONDS, "s", calls.raw_seconds),
        *_times_bare("completions, times bare", calls),
    ]


def _confirmations(report: Report) -> list[Figure]:
    return _times_bare("confirmations, times bare", report.confirmations)


def _sittings(report: Report) -> list[Figure]:
    return _times_bare("tests submitted, times bare", report.sittings)


def _times_bare(label: str, calls: Calls | None) -> list[Figure]:
    return [] if calls is None else [Figure(label, calls.ratio, budgets.CALLS_RATIO, "x")]


def _through(label: str, through: Throughput, budget: float) -> list[Figure]:
    return [Figure(label, through.per_second, budget, "/s", through.raw_per_second, at_least=True)]


def _relay(report: Report) -> list[Figure]:
    return _through("relay", report.events.relay, budgets.RELAY_PER_SECOND) if report.events else []


def _consumer(report: Report) -> list[Figure]:
    return _through("consumer", report.events.consumer, budgets.CONSUMER_PER_SECOND) if report.events else []


def _idle(report: Report) -> list[Figure]:
    if report.events is None:
        return []
    return [Figure("commit to handled, p99", report.events.idle.p99_ms, budgets.IDLE_P99_MS, "ms")]


def _roster(report: Report) -> list[Figure]:
    return [
        Figure("roster of 10,000", row.seconds, budgets.ROSTER_SECONDS, "s")
        for row in report.roster
        if row.people == BUDGET_PEOPLE
    ]


def _arrivals(report: Report) -> list[Figure]:
    if report.arrivals is None:
        return []
    return [Figure("newcomer to training, p99", report.arrivals.delays.p99_ms, budgets.ARRIVAL_P99_MS, "ms")]


def _audiences(report: Report) -> list[Figure]:
    found = report.audiences
    if found is None or (found.people, found.audiences) != (BUDGET_PEOPLE, budgets.AUDIENCES):
        return []
    return [
        Figure(
            "500 audiences anew", found.recompute_seconds, budgets.AUDIENCE_RECOMPUTE_SECONDS, "s", found.raw_seconds
        ),
        Figure("one audience saved", found.saved.p50_ms, budgets.AUDIENCE_SAVED_MS, "ms"),
    ]


def _pages(report: Report) -> list[Figure]:
    if not report.pages:
        return []
    largest = max(report.pages, key=lambda pages: pages.assignments).everything
    return [
        Figure("pages, p50", largest.p50_ms, budgets.PAGE_P50_MS, "ms"),
        Figure("pages, p95", largest.p95_ms, budgets.PAGE_P95_MS, "ms"),
    ]


def _readiness(report: Report) -> list[Figure]:
    factor = report.readiness_factor
    return [] if factor is None else [Figure("figures, largest to 10,000", factor, budgets.READINESS_FACTOR, "x")]


def _demo(report: Report) -> list[Figure]:
    seconds = report.demo_seconds
    return [] if seconds is None else [Figure("demonstration to a page", seconds, budgets.DEMO_SECONDS, "s")]


def _mails(report: Report) -> list[Figure]:
    if report.mails is None:
        return []
    return [Figure("mails handed over", report.mails.per_second, budgets.MAILS_PER_SECOND, "/s", at_least=True)]


def _connections(report: Report) -> list[Figure]:
    if report.connections is None:
        return []
    return [Figure("other systems called", report.connections.delays.max_ms / 1000, budgets.CONNECTIONS_SECONDS, "s")]


ROWS = (
    Row(
        "A letter is issued: 10,000 recipients and 10,000 assignments durable and visible, in two services, with "
        "outbox and JetStream between them (raw limit: two bare `INSERT … SELECT` of the same rows)",
        "≤ 0.3 s and ≤ 2.5x",
        _publish,
    ),
    Row("The same at 100,000 and 1,000,000: a person's cost there over that at 10,000", "≤ 1.3x", _linear),
    Row(
        "A letter is amended: all of 10,000 people asked again by a later day, in two services (raw limit: two bare "
        "`UPDATE` of the same rows)",
        "≤ 2.5x",
        _amended,
    ),
    Row(
        "20,000 letters since 1990: which ruled on a day, the slowest answer; found by words, numbers and citations",
        "≤ 50 ms; p95 ≤ 50 ms",
        _finding,
    ),
    Row(
        "10,000 completions one by one through RPC, 32 callers (raw limit: bare commits)",
        "≤ 8 s and ≤ 6x",
        _completions,
    ),
    Row("Letters confirmed, in the same way", "≤ 6x", _confirmations),
    Row("Tests submitted, in the same way", "≤ 6x", _sittings),
    Row("Outbox relay (raw limit: bare pipelined publish of the same messages)", "≥ 3,000/s", _relay),
    Row("Consumer, batched, with a rollup (raw limit: bare fetch and acknowledge)", "≥ 5,000/s", _consumer),
    Row("Commit to consumer's commit, idle", "p99 ≤ 100 ms", _idle),
    Row("Roster of 10,000 from CSV, checked, with audiences updated", "≤ 6 s", _roster),
    Row("One roster event until the training is on the person's list", "p99 ≤ 1,000 ms", _arrivals),
    Row(
        "500 audiences at 10,000 people: all computed anew (raw limit: a bare `INSERT … SELECT` of the memberships, "
        "all of them, whereas computing anew writes what differs); one saved",
        "≤ 5 s; ≤ 200 ms",
        _audiences,
    ),
    Row("Pages at 50 a second with 1,000,000 assignments", "p50 ≤ 25 ms, p95 ≤ 60 ms", _pages),
    Row(
        "Figures of the state's page: the largest letter's time over that to 10,000", "independent (≤ 1.5x)", _readiness
    ),
    Row(
        "Mail of an urgent letter to 10,000, put together, addressed, handed to a server on the same machine, noted",
        "≥ 200/s",
        _mails,
    ),
    Row(
        "From issuing a letter until 42 other systems are called, while 5 more hang: the slowest",
        "≤ 1 s",
        _connections,
    ),
    Row("`cadre demo` in an empty folder to the signed-in page", "≤ 15 s", _demo),
)


def shown(value: float, unit: str) -> str:
    """Return a number as people read it: three digits, thousands with a comma."""
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
    return number + unit if unit in {"x", "/s"} else f"{number} {unit}"
