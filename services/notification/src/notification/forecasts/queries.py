"""What a forecast is made from: how business days ended, at all agencies in one statement."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

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
SELECT notice_id, agency_id, asked.day, at_work, ready
FROM (
  SELECT DISTINCT notice_id, agency_id FROM readiness WHERE notice_id = ANY(%(notices)s) AND agency_id <> ''
) AS at_agency
CROSS JOIN unnest(%(days)s::date[]) AS asked (day)
JOIN LATERAL (
  SELECT at_work, ready FROM readiness_day AS kept
  WHERE kept.notice_id = at_agency.notice_id AND kept.agency_id = at_agency.agency_id AND kept.day <= asked.day
  ORDER BY kept.day DESC LIMIT 1
) AS ended ON true
ORDER BY notice_id, agency_id, asked.day
"""


class _End(NamedTuple):
    notice_id: UUID
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
    ours = _with_staff(rows)
    found = _of_letters(db, {notice.id: (notice, ours)}, today)[notice.id]
    return [_of_state(state, found, {row.agency_id: row for row in ours}), *found] if state else found


def of_agency(db: Db, notices: Sequence[Notice], agency_id: str, today: date) -> dict[UUID, Forecast]:
    """Return how one agency will stand under issued letters; of one without staff at work nothing is asked.

    However many letters, in as many statements: its pace is read beside those of all agencies.
    """
    rows: dict[UUID, list[AgencyReadiness]] = {notice.id: [] for notice in notices}
    for row in agencies.readiness(db, list(rows), today):
        rows[row.notice_id].append(row)
    found = _of_letters(db, {notice.id: (notice, _with_staff(rows[notice.id])) for notice in notices}, today)
    nobody = Forecast(agency_id, 0, 0, missing=Missing.NOTHING_ASKED)
    return {key: next((one for one in ahead if one.agency_id == agency_id), nobody) for key, ahead in found.items()}


def _with_staff(rows: Sequence[AgencyReadiness]) -> list[AgencyReadiness]:
    return [row for row in rows if row.agency_id and row.figures.listed - row.figures.on_leave > 0]


def _of_letters(
    db: Db, given: Mapping[UUID, tuple[Notice, Sequence[AgencyReadiness]]], today: date
) -> dict[UUID, list[Forecast]]:
    """Return how agencies will stand under each letter; all days of all letters are asked for at once."""
    calendar = closed_days.known(db)
    horizons = {notice_id: _horizon(notice, calendar, today) for notice_id, (notice, _) in given.items()}
    seen = _seen(db, {key: one for key, one in horizons.items() if isinstance(one, Horizon)})
    return {
        notice_id: _of_agencies(notice, rows, horizons[notice_id], seen.get(notice_id, {}))
        for notice_id, (notice, rows) in given.items()
    }


def _of_agencies(
    notice: Notice, rows: Sequence[AgencyReadiness], horizon: Horizon | Missing, each: Mapping[str, Seen]
) -> list[Forecast]:
    if isinstance(horizon, Missing):
        return [_none(row, horizon) for row in rows]
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


def _seen(db: Db, horizons: Mapping[UUID, Horizon]) -> Mapping[UUID, Mapping[str, Seen]]:
    days = sorted({day for horizon in horizons.values() for day in horizon.looked_at})
    found: dict[UUID, dict[str, Seen]] = {notice_id: {} for notice_id in horizons}
    if not days:
        return found
    ends = db.all(_End, _ENDS, notices=list(horizons), days=days)
    for (notice_id, agency_id), ended in groupby(ends, key=attrgetter("notice_id", "agency_id")):
        known = {end.day: (end.at_work, end.ready) for end in ended}
        found[notice_id][agency_id] = rules.seen([_known(known.get(day)) for day in horizons[notice_id].looked_at])
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
