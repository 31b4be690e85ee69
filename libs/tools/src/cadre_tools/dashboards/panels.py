"""The kinds of panels that our dashboards have: one way to show a number, a share, lines over time."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions, VizLegendOptions, VizTooltipOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard, Row, ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef, Threshold, ThresholdsMode

# As provisioned in deploy/grafana/provisioning/datasources/.
DATA = DataSourceRef(type_val="prometheus", uid="prometheus")
SHARE = "percentunit"
SECONDS = "s"
BYTES = "bytes"
COUNT = "none"
PER_SECOND = "cps"

Panel = stat.Panel | timeseries.Panel


@dataclass(frozen=True)
class Board:
    """One dashboard: sections of panels, each a line or two of the page."""

    uid: str
    title: str
    about: str
    sections: Mapping[str, Sequence[Panel]]

    def build(self) -> Dashboard:
        """Return the dashboard in the terms of Grafana's library."""
        board = (
            Dashboard(self.title)
            .uid(f"cadre-{self.uid}")
            .description(self.about)
            .tags(["cadre"])
            .refresh("30s")
            .time("now-6h", "now")
            .timezone("America/Los_Angeles")
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .readonly()
        )
        ids = itertools.count(1)
        for title, panels in self.sections.items():
            board.with_row(Row(title).id(next(ids)))
            for panel in panels:
                board.with_panel(panel.id(next(ids)))
        return board


def number(title: str, expression: str, *, unit: str = COUNT, alarm: float | None = None, about: str = "") -> Panel:
    """Show one figure; from *alarm* on in red."""
    steps = [Threshold(value=None, color="green"), *([] if alarm is None else [Threshold(value=alarm, color="red")])]
    return _big(title, unit, steps, about).with_target(_query(expression))


def share(title: str, expression: str, *, about: str = "") -> Panel:
    """Show a share of a whole; in red under a half, in green from four fifths."""
    steps = [
        Threshold(value=None, color="red"),
        Threshold(value=0.5, color="orange"),
        Threshold(value=0.8, color="green"),
    ]
    return _big(title, SHARE, steps, about).with_target(_query(expression))


def lines(
    title: str,
    queries: Mapping[str, str] | str,
    *,
    legend: str = "",
    unit: str = COUNT,
    least: float | None = 0,
    wide: bool = False,
    about: str = "",
) -> Panel:
    """Show lines over time: one query with a *legend* made of its labels, or several by what they are called."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(about)
        .datasource(DATA)
        .unit(unit)
        .fill_opacity(8)
        .show_points(VisibilityMode.NEVER)
        .legend(
            VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True)  # noqa: FBT003 - the library's own signature
        )
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .height(8)
        .span(24 if wide else 12)
    )
    if least is not None:
        panel.min(least)
    for called, expression in {legend: queries}.items() if isinstance(queries, str) else queries.items():
        panel.with_target(_query(expression, called))
    return panel


def _big(title: str, unit: str, steps: list[Threshold], about: str) -> stat.Panel:
    return (
        stat.Panel()
        .title(title)
        .description(about)
        .datasource(DATA)
        .unit(unit)
        .thresholds(ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .height(4)
        .span(4)
    )


def _query(expression: str, legend: str = "") -> Dataquery:
    return Dataquery().expr(expression).legend_format(legend or "__auto").datasource(DATA)
