"""The charts of the page: Vega-Lite by Altair, drawn as SVG. Each stands beside the table of its numbers."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import altair as alt
import vl_convert

from cadre_tools.bench.report import Report
from cadre_tools.performance.rows import ROWS

_BLUE, _GREEN, _ORANGE, _GREY, _INK = "#005ea2", "#00a91c", "#c05600", "#71767a", "#1b1b1b"
_WIDTH = 560
_FONT = "sans-serif"

Spec = dict[str, Any]
# One of Altair's many kinds of chart, whose types do not agree with each other.
Drawing = Any


def charts(report: Report) -> dict[str, Spec]:
    """Return the chart of each file name, for those that the run has numbers for."""
    made = {"budgets": _budgets(report), "growth": _growth(report)}
    if report.pages:
        made["pages"] = _pages(report)
    return {name: _styled(chart) for name, chart in made.items()}


def svg(spec: Spec) -> str:
    """Draw *spec*; the last line says of which one it is the drawing."""
    drawn: str = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=alt.SCHEMA_VERSION.rsplit(".", 1)[0])
    return f"{drawn}\n{mark(spec)}\n"


def mark(spec: Spec) -> str:
    """Return the line by which a drawing shows that it is of *spec*."""
    return f"<!-- {hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()} -->"


def _budgets(report: Report) -> Drawing:
    """How much of each budget is used: the line is the budget."""
    rows = [
        {"what": figure.label, "used": round(figure.used, 4), "verdict": "met" if figure.used <= 1 else "missed"}
        for row in ROWS
        for figure in row.figures(report)
    ]
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("used:Q", title="share of the budget used (1 = the budget)"),
        y=alt.Y("what:N", title=None, sort=[str(row["what"]) for row in rows]),
    )
    bars = base.mark_bar(height=14).encode(
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=["met", "missed"], range=[_BLUE, _ORANGE]),
            legend=alt.Legend(title=None),
        )
    )
    numbers = base.mark_text(align="left", dx=4, color=_INK).encode(text=alt.Text("used:Q", format=".2f"))
    line = alt.Chart(_data([{"used": 1}])).mark_rule(color=_INK, strokeDash=[4, 3]).encode(x="used:Q")
    return (bars + numbers + line).properties(width=_WIDTH)


def _growth(report: Report) -> Drawing:
    """Seconds for each thousand people: a flat line is linear growth."""
    letters = [
        {"people": row.people, "seconds": 1000 * seconds / row.people, "what": what}
        for row in report.publish
        for what, seconds in (("letter issued", row.seconds), ("letter, bare writes", row.raw_seconds))
    ]
    rosters = [
        {"people": row.people, "seconds": 1000 * row.seconds / row.people, "what": "roster imported"}
        for row in report.roster
    ]
    kinds = alt.Scale(domain=["letter issued", "letter, bare writes", "roster imported"], range=[_BLUE, _GREY, _GREEN])
    return (
        alt.Chart(_data([*letters, *rosters]))
        .mark_line(point=alt.OverlayMarkDef(size=50))
        .encode(
            x=alt.X("people:Q", title="people", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", tickCount=4)),
            y=alt.Y("seconds:Q", title="seconds for each 1,000 people"),
            color=alt.Color("what:N", scale=kinds, title=None),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=kinds.domain, range=[[1, 0], [4, 3], [8, 3]])),
        )
        .properties(width=_WIDTH, height=240)
    )


def _pages(report: Report) -> Drawing:
    """Median and 95 of 100 of each page, at the largest number of assignments."""
    largest = max(report.pages, key=lambda pages: pages.assignments)
    rows = [
        {"page": page.page, "ms": round(ms, 3), "of": of}
        for page in (largest.everything, *largest.by_page)
        for of, ms in (("half of them", page.p50_ms), ("95 of 100", page.p95_ms))
    ]
    return (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("ms:Q", title="milliseconds, from when it was due"),
            y=alt.Y("page:N", title=None, sort=[page.page for page in (largest.everything, *largest.by_page)]),
            yOffset=alt.YOffset("of:N", sort=["half of them", "95 of 100"]),
            color=alt.Color(
                "of:N", title=None, scale=alt.Scale(domain=["half of them", "95 of 100"], range=[_BLUE, _GREY])
            ),
        )
        .properties(width=_WIDTH)
    )


def _data(rows: Iterable[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _styled(chart: Drawing) -> Spec:
    # White below, so that it can be read where the page is dark.
    styled: Spec = (
        chart.configure(background="white", font=_FONT, padding=10)
        .configure_axis(labelLimit=220, labelColor=_INK, titleColor=_INK, gridColor="#dfe1e2")
        .configure_view(stroke=None)
        .configure_legend(orient="top", labelColor=_INK)
        .to_dict()
    )
    return styled
