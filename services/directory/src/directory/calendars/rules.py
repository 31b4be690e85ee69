"""The state's holidays of a year, and where an agency differs from them: what can be said, and what is usual."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from servicekit import text
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.refusals import InvalidField

_LONGEST = 100
_MOST_A_YEAR = 60
# An office is closed near the holiday: on the day itself, or on the Friday or Monday beside it.
_NEAR = timedelta(days=3)
_SATURDAY, _SUNDAY = 5, 6
_DAYS_A_WEEK = 7
_VETERANS_DAY = (11, 11)


class Holiday(NamedTuple):
    """A holiday, and the weekday on which offices are closed for it; None = they are for none."""

    day: date
    title: str
    closed_on: date | None


class AgencyDay(NamedTuple):
    """A day on which an agency differs from the state: closed on a working day, or open on a holiday."""

    day: date
    closed: bool
    title: str


def usually_closed_on(day: date) -> date | None:
    """Return when offices are closed for a holiday on *day* by the printed rule.

    Source: Government Code 19853 and 6700, as the state human resources department prints it: a Sunday's is kept on
    Monday; November 11 on a Saturday is kept on Friday; another Saturday's closes no office.
    """
    if day.weekday() == _SUNDAY:
        return day + timedelta(days=1)
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1) if (day.month, day.day) == _VETERANS_DAY else None
    return day


def usual(year: int, known: Sequence[Holiday]) -> list[Holiday]:
    """Return the holidays that *year* has if it is as the years before, of which all *known* holidays are given.

    Those of the newest year: on the same day of the month if they always were, else on the weekday that they always
    were, in the seven days of the month in which it always was.
    """
    newest = max((one.day.year for one in known), default=0)
    titles = [one.title for one in known if one.day.year == newest]
    days = [_usual_day(year, [one.day for one in known if one.title == title]) for title in titles]
    found = sorted(zip(days, titles, strict=True))
    return [Holiday(day, title, usually_closed_on(day)) for day, title in found]


def _usual_day(year: int, days: Sequence[date]) -> date:
    month, earliest, latest = days[-1].month, min(day.day for day in days), max(day.day for day in days)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    same_weekday = len({day.weekday() for day in days}) == 1
    if earliest == latest or latest - earliest >= _DAYS_A_WEEK or not same_weekday:
        return last.replace(day=min(days[-1].day, last.day))
    # The week that holds all of them: for a third Monday it begins on the 15th, for a last Monday on the 25th.
    begins = [day for day in range(latest - _DAYS_A_WEEK + 1, earliest + 1) if day >= 1]
    week = last.replace(day=next((day for day in begins if day % _DAYS_A_WEEK == 1), earliest))
    return week + timedelta(days=(days[-1].weekday() - week.weekday()) % _DAYS_A_WEEK)


def check_year(field: str, year: int) -> None:
    """Refuse a year in which no letter lies."""
    if year not in YEARS_OF_DOCUMENTS:
        years = f"{YEARS_OF_DOCUMENTS[0]} to {YEARS_OF_DOCUMENTS[-1]}"
        raise InvalidField(field, year, f"must be a year from {years}")


def check(year: int, holidays: Sequence[Holiday], field: str = "calendar.holidays") -> None:
    """Refuse holidays that no year has: of another year, named alike, or closing an office on a weekend."""
    check_year("calendar.name", year)
    if not 0 < len(holidays) <= _MOST_A_YEAR:
        raise InvalidField(field, len(holidays), f"must be from 1 to {_MOST_A_YEAR}")
    for holiday in holidays:
        _check_title(f"{field}.title", holiday.title)
        _check_day(f"{field}.date", holiday.day, year)
        if holiday.closed_on is None:
            continue
        if holiday.closed_on.weekday() >= _SATURDAY:
            raise InvalidField(f"{field}.closed_on", holiday.closed_on, "must be a weekday: weekends are closed anyway")
        if holiday.closed_on.year != year or abs(holiday.closed_on - holiday.day) > _NEAR:
            raise InvalidField(f"{field}.closed_on", holiday.closed_on, f"must be within 3 days of {holiday.day}")
    _check_once(f"{field}.title", [holiday.title for holiday in holidays])
    _check_once(f"{field}.date", [holiday.day.isoformat() for holiday in holidays])


def check_agency(year: int, days: Sequence[AgencyDay], closed_by_state: set[date]) -> None:
    """Refuse differences that are none: open on a day that is no holiday, closed on one that is."""
    field = "calendar.days"
    check_year("calendar.name", year)
    if len(days) > _MOST_A_YEAR:
        raise InvalidField(field, len(days), f"must be at most {_MOST_A_YEAR}")
    for one in days:
        _check_title(f"{field}.title", one.title)
        _check_day(f"{field}.date", one.day, year)
        if one.day.weekday() >= _SATURDAY:
            raise InvalidField(f"{field}.date", one.day, "must be a weekday: weekends are closed anyway")
        if one.closed == (one.day in closed_by_state):
            said = "is closed by the state's calendar anyway" if one.closed else "is no holiday of the state"
            raise InvalidField(f"{field}.date", one.day, f"must be a day that differs: this one {said}")
    _check_once(f"{field}.date", [one.day.isoformat() for one in days])


def _check_day(field: str, day: date, year: int) -> None:
    if day.year != year:
        raise InvalidField(field, day, f"must be a day of {year}")


def _check_title(field: str, title: str) -> None:
    if not title or len(title) > _LONGEST:
        raise InvalidField(field, title, f"must be given, with at most {_LONGEST} letters")


def _check_once(field: str, values: Sequence[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if (alike := text.identity(value)) in seen:
            raise InvalidField(field, value, "must be given once")
        seen.add(alike)
