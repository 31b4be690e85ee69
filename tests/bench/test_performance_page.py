"""The page on performance is what its generator makes of the committed run, and every budget has a row on it."""

import json
from dataclasses import replace

import pytest

from cadre_tools.bench.figures import (
    Arrivals,
    Audiences,
    Connections,
    Delays,
    Events,
    Finding,
    Mails,
    Readiness,
    Throughput,
)
from cadre_tools.bench.report import Calls, PageLoad, Pages, Publish, Report, Roster
from cadre_tools.performance import charts, page
from cadre_tools.performance.rows import ROWS, Figure, shown

DELAYS = Delays(50, 20.0, 90.0, 95.0)
LOAD = PageLoad("all pages", 1500, 12.0, 40.0, 70.0)
CALLS = Calls(10_000, 32, 7.0, 7.1, 1429.0, 20.0, 40.0, 1.4, 5.0)
# A run that measured everything and met every budget.
EVERYTHING = Report(
    publish=[Publish.of(people, [people * 1e-5], [people * 5e-6]) for people in (1_000, 10_000, 1_000_000)],
    completions=CALLS,
    confirmations=CALLS,
    sittings=CALLS,
    roster=[Roster(people, people, people * 1e-4) for people in (1_000, 10_000, 1_000_000)],
    settings={"fsync": "on"},
    machine={"cores": 2},
    pages=[Pages(50, 10_000, 1_000_000, LOAD, [replace(LOAD, page="state: letter")])],
    readiness=[Readiness(people, DELAYS) for people in (10_000, 1_000_000)],
    arrivals=Arrivals(10_000, 100, DELAYS),
    audiences=Audiences(10_000, 500, 1_500_000, DELAYS, 4.0, 3.0, 4 / 3),
    events=Events(Throughput.of(20_000, 6.0, 4.0), Throughput.of(20_000, 3.0, 1.0), DELAYS, {}),
    demo_seconds=12.0,
    mails=Mails.of(9_000, 30.0),
    connections=Connections(47, 5, DELAYS),
    amended=Publish.of(10_000, [0.2], [0.1]),
    finding=Finding(20_000, Delays.of([0.01]), Delays.of([0.02])),
)
NOTHING = Report([], None, None, [], {}, {})


@pytest.fixture(scope="module")
def committed() -> Report:
    return page.load()


def test_the_committed_page_is_what_the_generator_makes_of_the_committed_run(committed: Report) -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text_of(committed), "run: make performance"


def test_each_committed_chart_is_the_drawing_of_the_committed_run(committed: Report) -> None:
    specs = charts.charts(committed)

    assert {path.stem for path in page.FOLDER.glob("*.svg")} == set(specs)
    assert len(specs) >= 2
    for name, spec in specs.items():
        drawn = (page.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        assert drawn.startswith("<svg")
        assert drawn.endswith(f"{charts.mark(spec)}\n"), f"{name}.svg is of another run: make performance"


def test_the_committed_run_was_measured_with_full_durability(committed: Report) -> None:
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "sync_interval": "always"}

    assert committed.settings == durable


def test_what_people_write_is_on_the_page(committed: Report) -> None:
    text = page.text_of(committed)

    for part in page.PARTS:
        assert (page.FOLDER / part).read_text(encoding="utf-8").strip() in text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what[:40])
def test_a_budget_has_a_row_that_a_whole_run_fills(row) -> None:
    figures = row.figures(EVERYTHING)

    assert figures
    assert {figure.verdict for figure in figures} == {"met"}
    assert row.figures(NOTHING) == []
    [line] = [
        line for line in page.text_of(EVERYTHING).splitlines() if line.startswith(f"| {row.what} | {row.budget} |")
    ]
    assert shown(figures[0].measured, figures[0].unit) in line


def test_the_budgets_are_those_that_were_set() -> None:
    assert [row.budget for row in ROWS] == [
        "≤ 0.3 s and ≤ 2.5x",
        "≤ 1.3x",
        "≤ 2.5x",
        "≤ 50 ms; p95 ≤ 50 ms",
        "≤ 8 s and ≤ 6x",
        "≤ 6x",
        "≤ 6x",
        "≥ 3,000/s",
        "≥ 5,000/s",
        "p99 ≤ 100 ms",
        "≤ 6 s",
        "p99 ≤ 1,000 ms",
        "≤ 5 s; ≤ 200 ms",
        "p50 ≤ 25 ms, p95 ≤ 60 ms",
        "independent (≤ 1.5x)",
        "≥ 200/s",
        "≤ 1 s",
        "≤ 15 s",
    ]


def test_the_text_of_each_budget_holds_the_numbers_that_it_is_judged_by() -> None:
    for row in ROWS:
        for figure in row.figures(EVERYTHING):
            assert shown(figure.budget, figure.unit) in row.budget or f"{figure.budget:g}" in row.budget.replace(
                ",", ""
            )


def test_what_a_run_left_out_is_said_and_not_hidden() -> None:
    assert page.text_of(NOTHING).count("not in this run") == len(ROWS)


def test_a_missed_budget_says_by_how_much() -> None:
    slow, few = Figure("x", 7.5, 5.0, "s", 2.5), Figure("x", 2_400.0, 3_000.0, "/s", 4_800.0, at_least=True)

    assert (slow.verdict, slow.used, slow.ratio) == ("**missed by 2.5 s**", 1.5, 3.0)
    assert (few.verdict, few.used, few.ratio) == ("**missed by 600/s**", 1.25, 2.0)


def test_a_whole_run_has_all_charts_and_a_slope() -> None:
    text = page.text_of(EVERYTHING)

    assert set(charts.charts(EVERYTHING)) == {"budgets", "growth", "pages"}
    assert "| letter issued | 0.01 s | 0.01 s | 0.01 s | 1.00 |" in text
    assert "1,500,000 memberships" in text
    assert "50 pages a second with 1,000,000 assignments" in text


def test_a_chart_holds_the_numbers_and_is_drawn_with_them() -> None:
    spec = charts.charts(EVERYTHING)["budgets"]
    drawn = charts.svg(spec)

    assert '"10,000 completions"' in json.dumps(spec)
    assert "10,000 completions" in drawn
    assert drawn.endswith(f"{charts.mark(spec)}\n")
