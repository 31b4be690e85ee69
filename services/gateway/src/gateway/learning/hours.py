"""Hours of training by month: what a transcript adds up to in each of the last twelve."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from cadre.enrollment.v1 import completion_service_pb2 as pb
from gateway.web import charts
from gateway.words import sentences

_MONTHS = 12
_HEIGHT = 130


@dataclass(frozen=True)
class Hours:
    """The chart, and the same as rows: a month and its minutes, the earliest first."""

    chart: charts.Bars
    rows: tuple[tuple[str, int], ...]


def by_month(years: Iterable[pb.YearOfTraining], today: date) -> Hours | None:
    """Lay out the twelve months that end with this one; None where nothing was completed in them."""
    kept = {(year.year, n): minutes for year in years for n, minutes in enumerate(year.minutes_by_month, 1)}
    this_month = today.year * _MONTHS + today.month - 1
    numbers = range(this_month - _MONTHS + 1, this_month + 1)
    months = [date(number // _MONTHS, number % _MONTHS + 1, 1) for number in numbers]
    minutes = [kept.get((month.year, month.month), 0) for month in months]
    if not any(minutes):
        return None
    top = ceil(max(minutes) / 60)
    said = f"{sentences.hours(sum(minutes))} in all, most in {months[minutes.index(max(minutes))]:%B %Y}."
    ticks = (
        charts.Tick(charts.ABOVE_BARS + round(_HEIGHT * (1 - hours / top), 1), f"{hours} h")
        for hours in charts.ticks(top, 3)
    )
    bars = charts.bars([n / 60 for n in minutes], [f"{month:%b}" for month in months], _short, top, _HEIGHT)
    return Hours(
        charts.Bars("Hours of training by month", said, _HEIGHT, tuple(ticks), tuple(bars)),
        tuple((f"{month:%b %Y}", n) for month, n in zip(months, minutes, strict=True)),
    )


def _short(hours: float) -> str:
    """`0.5`, `3`: hours as a bar has room for them."""
    return f"{hours:.1f}".removesuffix(".0")
