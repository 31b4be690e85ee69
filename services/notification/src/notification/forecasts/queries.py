"""What a forecast is made from: how business days ended, at all agencies in one statement."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from notification.agencies import queries as agencies
from notification.agencies.records import AgencyReadiness
from notification.forecasts import rules
from notification.forecasts.rules import LEAST_SEEN, LOOKED_BACK, Act, Left, Missing, Pace, Seen
from notification.letters.tables import Notice
from servicekit import closed_days
from servicekit.calendar import Calendar, CalendarYearMissing, pacific_date
from servicekit.data.db import Db

# A day that is not on the list ended as the newest one before it; before the first one nobody was under the letter.
_ENDS = """
SELECT agency_id, asked.day, at_work, ready
FROM (SELECT DISTINCT agency_id FROM readiness WHERE notice_id = %(notice)s AND agency_id <> '') AS agency
CROSS JOIN unnest(%(days)s::date[]) AS asked (day)
JOIN LATERAL (
  SELECT at_work, ready FROM readiness_day AS kept
  WHERE kept.notice_id = %(notice)s AND kept.agency_id = agency.agency_id AND kept.day <= asked.day
  ORDER BY kept.day DESC LIMIT 1
) AS ended ON true
ORDER BY agency_id, asked.day
"""


class _End(NamedTuple):
    agency_id: str
    day: date
    at_work: int | None
    ready: int | None


class Horizon(NamedTuple):
    """The business days that are looked at, and the last one before the letter takes effect, so many days ahead."""

    looked_at: Sequence[date]
    day: date
    days: int


class Forecast(NamedTuple):
    """How an agency, or the state (''), will stand; without `left` there is no forecast, and `missing` says why."""

    agency_id: str
    at_work: int
    ready: int
    day: date | None = None
    missing: Missing | None = None
    left: Left | None = None
    days_short: int | None = 0
    pace: float = 0.0
    act: Act | None = None
    act_people: int = 0


def forecasts(db: Db, notice: Notice, today: date) -> list[Forecast]:
    """Return how the state ('') and each agency that has staff under an issued letter will stand, A-Z."""
    rows = agencies.readiness(db, [notice.id], today)
    state = next((row for row in rows if not row.agency_id), None)
    ours = [row for row in rows if row.agency_id and row.figures.listed - row.figures.on_leave > 0]
    found = _of_agencies(db, notice, ours, today)
    return [_of_state(state, found, {row.agency_id: row for row in ours}), *found] if state else found


def forecast(db: Db, notice: Notice, agency_id: str, today: date) -> Forecast:
    """Return how one agency will stand; of one without staff at work nothing is asked."""
    nobody = Forecast(agency_id, 0, 0, missing=Missing.NOTHING_ASKED)
    return next((one for one in forecasts(db, notice, today) if one.agency_id == agency_id), nobody)


def _of_agencies(db: Db, notice: Notice, rows: Sequence[AgencyReadiness], today: date) -> list[Forecast]:
    horizon = _horizon(notice, closed_days.known(db), today)
    if isinstance(horizon, Missing):
        return [_none(row, horizon) for row in rows]
    each = _seen(db, notice, horizon)
    how_alike = rules.alike(each.values())
    paces = {agency: rules.pace(one, each.values(), how_alike) for agency, one in each.items()}
    return [
        _forecast(notice, row, horizon, each[row.agency_id], paces[row.agency_id])
        if len(each.get(row.agency_id, Seen((), ())).could) >= LEAST_SEEN
        else _none(row, Missing.DAYS_UNKNOWN)
        for row in rows
    ]


def _horizon(notice: Notice, calendar: Calendar, today: date) -> Horizon | Missing:
    if notice.state != "PUBLISHED" or notice.asks == "NOTHING" or notice.effective_date is None:
        return Missing.NOTHING_ASKED
    last = notice.effective_date - timedelta(days=1)
    if notice.effective_date <= today:
        return Missing.IN_EFFECT
    # Before staff see the letter nobody moves, and nothing is learned from that.
    begun = notice.staff_release_date or pacific_date(notice.published_at or notice.created_at)
    try:
        looked_at = [calendar.add(today, -back) for back in range(LOOKED_BACK + 1, 0, -1)]
        ahead = calendar.between(today, last)
    except CalendarYearMissing:
        return Missing.DAYS_UNKNOWN
    looked_at = [day for day in looked_at if day >= begun]
    if len(looked_at) <= LEAST_SEEN:
        return Missing.TOO_EARLY
    return Horizon(looked_at, last, ahead)


def _seen(db: Db, notice: Notice, horizon: Horizon) -> Mapping[str, Seen]:
    ends = db.all(_End, _ENDS, notice=notice.id, days=list(horizon.looked_at))
    found = {}
    for agency_id, days in groupby(ends, key=attrgetter("agency_id")):
        known = {end.day: (end.at_work, end.ready) for end in days}
        found[agency_id] = rules.seen([_known(known.get(day)) for day in horizon.looked_at])
    return found


def _known(end: tuple[int | None, int | None] | None) -> tuple[int, int] | None:
    if end is None or end[0] is None or end[1] is None:
        return None
    return end[0], end[1]


def _none(row: AgencyReadiness, missing: Missing) -> Forecast:
    figures = row.figures
    return Forecast(row.agency_id, figures.listed - figures.on_leave, figures.ready, missing=missing)


def _forecast(notice: Notice, row: AgencyReadiness, horizon: Horizon, own: Seen, known: Pace) -> Forecast:
    figures = row.figures
    at_work, to_go = figures.listed - figures.on_leave, figures.to_go
    left = rules.left(known, to_go, horizon.days)
    until_all = rules.days_until_all(known, to_go)
    gap = round(left.mean)
    act = rules.act(
        gap=gap,
        not_started=figures.not_started,
        confirmed=row.delivery.confirmed_at is not None or row.delivery.delivered_at is None,
        briefing_counts=notice.asks == "TRAIN" and notice.briefing_counts,
    )
    return Forecast(
        row.agency_id,
        at_work,
        figures.ready,
        day=horizon.day,
        left=left,
        days_short=None if until_all is None else max(until_all - horizon.days, 0) if gap else 0,
        pace=own.per_day,
        act=act,
        act_people=figures.not_started if act is Act.REMIND else to_go if act else 0,
    )


def _of_state(state: AgencyReadiness, found: Sequence[Forecast], rows: Mapping[str, AgencyReadiness]) -> Forecast:
    """Add up the agencies; who is at two of them is one person, in the part that is left too."""
    known = [one for one in found if one.left]
    if not known:
        return _none(state, found[0].missing or Missing.NOTHING_ASKED if found else Missing.NOTHING_ASKED)
    to_go = sum(rows[one.agency_id].figures.to_go for one in known)
    mean = state.figures.to_go * sum(one.left.mean for one in known if one.left) / to_go if to_go else 0.0
    days = [one.days_short for one in known]
    return Forecast(
        "",
        state.figures.listed - state.figures.on_leave,
        state.figures.ready,
        day=known[0].day,
        left=Left(mean, 0, 0),
        days_short=None if None in days else max(day or 0 for day in days),
        pace=sum(one.pace for one in known),
    )
