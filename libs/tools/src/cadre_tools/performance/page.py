"""The page itself: made parts from the run, and parts that people write, each in a file of its own."""

from collections.abc import Sequence
from pathlib import Path

from cadre_tools.bench.figures import Growth
from cadre_tools.bench.report import Report
from cadre_tools.performance.charts import Spec, charts
from cadre_tools.performance.rows import ROWS, Figure, Row, shown

FOLDER = Path(__file__).parents[5] / "docs" / "performance"
PAGE = FOLDER.parent / "performance.md"
RUN = FOLDER / "bench.json"
# What people write: what is behind the numbers.
PARTS = ("missed.md", "pages.md", "hottest-path.md")

_HEAD = """# Performance

Made by `make performance` from [the committed run](performance/bench.json) of `make bench` and from the parts in
`docs/performance/`; change those, not this page.

Everything is measured through the product's own calls on real servers, each size in a folder of its own, and the raw
limit (the same rows or messages, written bare to the same servers) in the same run. What was measured is counted
afterwards: a run whose rows, figures or books are wrong ends without figures.
"""
_ALT = {
    "budgets": "Bars: how much of each budget is used; the line at 1 is the budget.",
    "growth": "Lines: seconds for each thousand people, by the number of people; flat is linear.",
    "pages": "Bars: median and 95th percentile of each page in milliseconds.",
}


def load() -> Report:
    """Read the committed run."""
    return Report.from_json(RUN.read_text(encoding="utf-8"))


def text_of(report: Report) -> str:
    """Return the page."""
    drawn = charts(report)
    parts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in PARTS}
    sections = [
        _HEAD,
        _facts("Servers, as they said themselves", report.settings),
        _facts("Machine", report.machine),
        _budgets(report, drawn),
        parts["missed.md"],
        _growth(report, drawn),
        _audiences(report),
        parts["pages.md"],
        _pages(report, drawn),
        parts["hottest-path.md"],
    ]
    return "\n".join(section.strip() + "\n" for section in sections if section)


def _facts(title: str, facts: dict[str, str] | dict[str, str | int]) -> str:
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return f"{title}: {told}."


def _budgets(report: Report, drawn: dict[str, Spec]) -> str:
    lines = [
        "## Budgets",
        "",
        "| what | budget | measured | raw limit | ratio | |",
        "|---|---|---|---|---|---|",
        *(_row(row, row.figures(report)) for row in ROWS),
        "",
        _image("budgets", drawn),
    ]
    return "\n".join(lines)


def _row(row: Row, figures: Sequence[Figure]) -> str:
    if not figures:
        cells = ["not in this run", "", "", ""]
    else:
        cells = [
            "; ".join(shown(figure.measured, figure.unit) for figure in figures),
            "; ".join(shown(figure.bare, figure.unit) for figure in figures if figure.bare is not None),
            "; ".join(shown(figure.ratio, "x") for figure in figures if figure.ratio is not None),
            "; ".join(figure.verdict for figure in figures),
        ]
    return f"| {' | '.join([row.what, row.budget, *cells])} |"


def _growth(report: Report, drawn: dict[str, Spec]) -> str:
    lines = [
        "## What a unit costs, and how it grows",
        "",
        "Seconds for each thousand people. The slope is that of the straight line through the logarithms of people and",
        "seconds: 1 is linear, less is cheaper the more there are.",
        "",
    ]
    people = sorted({number for growth in report.growth for number in growth.people})
    lines += [
        f"| | {' | '.join(f'{number:,} people' for number in people)} | slope |",
        "|---|" + "---|" * (len(people) + 1),
    ]
    lines += [_growing(growth, people) for growth in report.growth]
    return "\n".join([*lines, "", _image("growth", drawn)])


def _growing(growth: Growth, people: list[int]) -> str:
    names = {"publish": "letter issued", "roster": "roster imported"}
    taken = dict(zip(growth.people, growth.seconds_per_thousand, strict=True))
    cells = [shown(taken[number], "s") if number in taken else "" for number in people]
    slope = "" if growth.slope is None else f"{growth.slope:.2f}"
    return f"| {' | '.join([names[growth.what], *cells, slope])} |"


def _audiences(report: Report) -> str:
    lines = []
    if report.readiness:
        rows = [f"| {row.assignments:,} | {shown(row.delays.p50_ms, 'ms')} |" for row in report.readiness]
        lines += ["| people who have the letter | figures of the state's page, median |", "|---|---|", *rows, ""]
    if report.arrivals:
        found = report.arrivals
        lines.append(
            f"A newcomer, with {found.open_letters} letters open: half have their training in "
            f"{shown(found.delays.p50_ms, 'ms')}, 99 of 100 in {shown(found.delays.p99_ms, 'ms')}."
        )
    if report.audiences:
        kept = report.audiences
        lines.append(
            f"{kept.audiences} audiences hold {kept.memberships:,} memberships; the slowest of {kept.saved.count} "
            f"saves took {shown(kept.saved.max_ms, 'ms')}."
        )
    return "\n".join(lines)


def _pages(report: Report, drawn: dict[str, Spec]) -> str:
    if not report.pages:
        return ""
    largest = max(report.pages, key=lambda pages: pages.assignments)
    rows = [
        f"| {page.page} | {page.requests:,} | {shown(page.p50_ms, 'ms')} | {shown(page.p95_ms, 'ms')} "
        f"| {shown(page.p99_ms, 'ms')} |"
        for page in (largest.everything, *largest.by_page)
    ]
    lines = [
        f"{largest.per_second} pages a second with {largest.assignments:,} assignments:",
        "",
        "| page | asked for | p50 | p95 | p99 |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join([*lines, "", _image("pages", drawn)])


def _image(name: str, drawn: dict[str, Spec]) -> str:
    return f"![{_ALT[name]}](performance/{name}.svg)" if name in drawn else ""
