"""How ready people were under a letter as each day ended: as a chart against the due day, and as its table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.letters import forecasts, letters
from gateway.letters.forecasts import Forecast
from gateway.web import charts
from gateway.web.visit import Visit
from gateway.words import glossary, sentences
from servicekit.calendar import PACIFIC

# Rows of the table, beyond which it has one for each week, then for each month.
_MOST_ROWS = 45
_PERIODS: tuple[tuple[Callable[[date], object], str], ...] = (
    (lambda day: day, "Days that are not listed ended as the one before them."),
    (lambda day: day.isocalendar()[:2], "The last day of each week on which something changed."),
    (lambda day: (day.year, day.month), "The last day of each month on which something changed."),
)
_DAYS_A_CALL = 1000
_HEIGHT, _HEIGHT_OF_CARD = 220, 110
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OverTime:
    """A letter's days: the chart, what is said below it, and the rows of its table with what they are.

    *since_yesterday* is how many more are ready than as yesterday ended; None where that is not known.
    """

    chart: charts.Chart
    below: tuple[str, ...]
    rows: tuple[pb.ReadinessDay, ...]
    caption: str
    since_yesterday: int | None


@dataclass(frozen=True)
class Card:
    """A letter at an agency, or in the state, as a card of its own, leading to its page there.

    *place* is the agency's slug, or `state`: no two cards of a page have the same.
    """

    place: str
    title: str
    link: str
    over_time: OverTime


@dataclass(frozen=True)
class Dates:
    """The days that a letter's chart stands on."""

    issued: date
    last: date
    due: date | None
    effective: date | None
    withdrawn: bool = False

    @classmethod
    def of(cls, letter: notice_pb.Notice, today: date) -> "Dates":
        """Read them off *letter*, as of *today*."""
        issued = letter.publish_time.ToDatetime(PACIFIC).date()
        if letter.state == notice_pb.Notice.WITHDRAWN:
            return cls(issued, letter.withdraw_time.ToDatetime(PACIFIC).date(), None, None, withdrawn=True)
        effective = sentences.as_date(letter.effective_date)
        return cls(issued, today, sentences.as_date(letter.due_date), effective)

    @property
    def axis(self) -> charts.Days:
        """From the day of issue to the last of all days that lie after it."""
        return charts.Days(self.issued, max(day for day in (self.last, self.due, self.effective) if day))

    def shown(self, day: date | None) -> bool:
        """Whether *day* is on the axis."""
        return day is not None and day >= self.issued


def card(visit: Visit, letter: notice_pb.Notice, agency: str = "") -> Card | None:
    """Ask how *agency*, or the state, came along, for `letters/over_time_card.html`; None where nothing is drawn."""
    if agency:
        found = of_agency(visit, letter, agency, low=True)
    else:
        found = of_state(visit, letter, forecasts.of_state(visit, letter).state, low=True)
    if found is None:
        return None
    title, link = letters.title(letter), f"/letters/{letter.name.removeprefix('notices/')}"
    if not agency:
        return Card("state", f"{title} in the state", link, found)
    return Card(agency.removeprefix("agencies/"), f"{title} in {glossary.place(agency)}", f"/{agency}{link}", found)


def of_state(visit: Visit, letter: notice_pb.Notice, ahead: Forecast, *, low: bool = False) -> OverTime | None:
    """Ask how the state came along, which goes on to what lies *ahead*; None where there is nothing to draw."""

    def ask(token: str) -> pb.ListReadinessDaysResponse:
        request = pb.ListReadinessDaysRequest(notice=letter.name, page_size=_DAYS_A_CALL, page_token=token)
        return visit.clients.readiness.ListReadinessDays(request)

    return _over_time(visit, letter, ask, ahead, low=low)


def of_agency(visit: Visit, letter: notice_pb.Notice, agency: str, *, low: bool = False) -> OverTime | None:
    """Ask how *agency* came along; None where there is nothing to draw."""

    def ask(token: str) -> pb.ListReadinessDaysResponse:
        request = agency_pb.ListAgencyReadinessDaysRequest(
            parent=agency, notice=letter.name, page_size=_DAYS_A_CALL, page_token=token
        )
        return visit.clients.agency_notices.ListAgencyReadinessDays(request)

    return _over_time(visit, letter, ask, forecasts.of_agency(visit, letter, agency), low=low)


def _over_time(
    visit: Visit,
    letter: notice_pb.Notice,
    ask: Callable[[str], pb.ListReadinessDaysResponse],
    ahead: Forecast,
    *,
    low: bool = False,
) -> OverTime | None:
    if letter.asks in (notice_pb.ASKS_UNSPECIFIED, notice_pb.NOTHING):
        return None
    answer = ask("")
    days = list(answer.days)
    while answer.next_page_token:
        answer = ask(answer.next_page_token)
        days += answer.days
    return over_time(days, Dates.of(letter, visit.today), visit.today, ahead, low=low)


def over_time(
    days: Sequence[pb.ReadinessDay], dates: Dates, today: date, ahead: Forecast, *, low: bool = False
) -> OverTime | None:
    """Lay out *days* as the service tells them; None if nobody is at work, of whom something could be said.

    From twenty people on in percent of those at work, else in people: as all pages do. A *low* one is for a card.
    """
    last = days[-1]
    if not last.at_work:
        return None
    guess = ahead if ahead.day and ahead.ready < ahead.at_work and not dates.withdrawn else None
    rows, caption = table(days)
    below = [*_on_leave(last), *_not_known(days, today)]
    if guess:
        ends = _ends(guess, last, today)
        below.append(f"Dashed: {ends}, if it goes on at the pace of the last business days.")
    return OverTime(
        # Of one day there is no line yet.
        chart=_chart(days, dates, today, guess, _HEIGHT_OF_CARD if low or not days[1:] else _HEIGHT),
        below=tuple(below),
        rows=tuple(rows),
        caption=caption,
        since_yesterday=_moved(days, today - _DAY),
    )


def table(days: Sequence[pb.ReadinessDay]) -> tuple[list[pb.ReadinessDay], str]:
    """Return the rows of the table and what they are: days; where they are many, the last ones of weeks or months."""
    for period, caption in _PERIODS:
        rows = [list(one)[-1] for _, one in groupby(days, key=lambda row: period(date.fromisoformat(row.day)))]
        if len(rows) <= _MOST_ROWS:
            return rows, caption
    return rows, caption


def _moved(days: Sequence[pb.ReadinessDay], since: date) -> int | None:
    before = _as_ended(days, since)
    return None if before is None or before.unknown else days[-1].ready - before.ready


def _as_ended(days: Sequence[pb.ReadinessDay], day: date) -> pb.ReadinessDay | None:
    """Return how *day* ended: as the last one before it that is listed."""
    return next((one for one in reversed(days) if one.day <= day.isoformat()), None)


def _chart(
    days: Sequence[pb.ReadinessDay], dates: Dates, today: date, guess: Forecast | None, plot: int
) -> charts.Chart:
    axis, last = dates.axis, days[-1]
    in_percent = last.at_work >= sentences.LEAST_FOR_PERCENT
    top = 100 if in_percent else max(day.at_work for day in days)

    def down(value: float) -> float:
        return round(plot * (1 - value / top), 1)

    def height(day: pb.ReadinessDay) -> float:
        return down(100 * day.ready / day.at_work if in_percent and day.at_work else day.ready)

    lines = [charts.Line("line", charts.path(_points(days, axis, height)))]
    if not in_percent and len({day.at_work for day in days if not day.unknown}) > 1:
        lines.insert(0, charts.Line("whole", charts.path(_points(days, axis, lambda day: down(day.at_work)))))
    at = axis.place(dates.last)
    marks = [charts.Mark("dot", at, charts.ABOVE + height(last), _now(last, dates, today))]
    if guess:
        end = down(100 * guess.expected / last.at_work if in_percent else guess.expected)
        there = axis.place(date.fromisoformat(guess.day))
        lines.append(charts.Line("guess", charts.path([(at, height(last)), (there, end)])))
        if guess.low < guess.high:
            ends = [down(100 * one / last.at_work if in_percent else one) for one in (guess.low, guess.high)]
            lines.append(charts.Line("between", charts.path([(there, ends[0]), (there, ends[1])])))
        # What it says stands below: here it would meet the line of the due day.
        marks.append(charts.Mark("end", there, charts.ABOVE + end, ()))
    values = [0, 25, 50, 75, 100] if in_percent else charts.ticks(top, 4)
    return charts.Chart(
        title="Staff ready, day by day",
        said=" ".join(_said(last, dates, today, guess)),
        plot=plot,
        across=axis.ticks(lambda day: sentences.short_day(day, today)),
        up=tuple(charts.Tick(charts.ABOVE + down(value), f"{value}{'%' if in_percent else ''}") for value in values),
        lines=tuple(lines),
        rules=tuple(_rules(dates, axis, today)),
        marks=tuple(marks),
        gaps=tuple(
            charts.Gap(axis.place(start), round(axis.place(end) - axis.place(start), 2)) for start, end in _gaps(days)
        ),
    )


def _points(
    days: Sequence[pb.ReadinessDay], axis: charts.Days, height: Callable[[pb.ReadinessDay], float]
) -> list[tuple[float, float] | None]:
    """Give the corners of the line: a day that is not listed ended as the one before it."""
    points: list[tuple[float, float] | None] = []
    before: pb.ReadinessDay | None = None
    for day in days:
        on = date.fromisoformat(day.day)
        if before and not before.unknown and before.day < (on - _DAY).isoformat():
            points.append((axis.place(on - _DAY), height(before)))
        points.append(None if day.unknown else (axis.place(on), height(day)))
        before = day
    return points


def _gaps(days: Sequence[pb.ReadinessDay]) -> list[tuple[date, date]]:
    """Give the first day of each gap, and the first one after it."""
    return [
        (date.fromisoformat(day.day), date.fromisoformat(after.day)) for day, after in pairwise(days) if day.unknown
    ]


def _rules(dates: Dates, axis: charts.Days, today: date) -> list[charts.Rule]:
    named = (
        ("effective", dates.effective, "Takes effect" if (dates.effective or today) >= today else "Took effect", 0),
        ("due", dates.due, "Due", 1),
    )
    return [
        charts.Rule(slug, axis.place(day), f"{said} {sentences.short_day(day, today)}", row)
        for slug, day, said, row in named
        if day is not None and dates.shown(day)
    ]


def _of_all(ready: int, last: pb.ReadinessDay) -> str:
    """Say how many: `66%`, or `8 of 11`."""
    in_percent = last.at_work >= sentences.LEAST_FOR_PERCENT
    return sentences.percent(ready, last.at_work) if in_percent else f"{ready} of {last.at_work}"


def _ends(guess: Forecast, last: pb.ReadinessDay, today: date) -> str:
    """Say where the dashed line ends: `about 66% on Jan 5`."""
    day = sentences.short_day(guess.day, today)
    if guess.expected >= guess.at_work:
        return f"everyone by {day}"
    low, high = (_of_all(one, last).partition(" of ")[0] for one in (guess.low, guess.high))
    between = f" ({low} to {high})" if guess.low < guess.high else ""
    return f"about {_of_all(guess.expected, last)} on {day}{between}"


def _now(last: pb.ReadinessDay, dates: Dates, today: date) -> tuple[str, ...]:
    """Say how it stands, beside its point: from twenty people on, percent and people."""
    in_percent, said = last.at_work >= sentences.LEAST_FOR_PERCENT, _of_all(last.ready, last)
    counts = (f"{last.ready:,} of {last.at_work:,}",) if in_percent else ()
    if dates.withdrawn:
        return (f"{said} when withdrawn {sentences.short_day(dates.last, today)}", *counts)
    return (f"Today {said}" if in_percent else f"{said} today", *counts)


def _said(last: pb.ReadinessDay, dates: Dates, today: date, guess: Forecast | None) -> list[str]:
    when = f"when it was withdrawn on {sentences.long_day(dates.last, today)}" if dates.withdrawn else "today"
    said = [f"{sentences.of(last.ready, last.at_work)} {when}."]
    if dates.due:
        said.append(f"Due {sentences.long_day(dates.due, today)}.")
    if guess:
        said.append(f"If it goes on like this: {_ends(guess, last, today)}.")
    return said


def _on_leave(last: pb.ReadinessDay) -> list[str]:
    on_leave = last.of - last.at_work
    return [f"{on_leave:,} on leave {'is' if on_leave == 1 else 'are'} not counted."] if on_leave else []


def _not_known(days: Sequence[pb.ReadinessDay], today: date) -> list[str]:
    def span(start: date, end: date) -> str:
        """Say the days of a gap, of which *end* is the first one after it."""
        first, last = (sentences.short_day(day, today) for day in (start, end - _DAY))
        return first if first == last else f"{first} to {last}"

    found = [span(start, end) for start, end in _gaps(days)]
    return [f"How {sentences.listed(found)} ended is not on record."] if found else []
