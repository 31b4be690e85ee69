"""The state's calendar by year, and where agencies differ from it. Others keep copies of the state's, told by event."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from directory import events
from directory.calendars import rules
from directory.calendars.rules import AgencyDay, Holiday
from servicekit.data import outbox
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound, Stale

_LIST = """
SELECT year, revision, (
  SELECT coalesce(jsonb_agg(jsonb_build_object('day', day, 'title', title, 'closed_on', closed_on) ORDER BY day), '[]')
  FROM holiday WHERE holiday.year = calendar_year.year
) AS holidays
FROM calendar_year
WHERE year > %(after)s ORDER BY year LIMIT %(limit)s
"""
_HOLD = """
INSERT INTO calendar_year (year, revision) VALUES (%(year)s, 0)
ON CONFLICT (year) DO UPDATE SET revision = calendar_year.revision
RETURNING revision
"""
_RAISE = "UPDATE calendar_year SET revision = revision + 1 WHERE year = %(year)s RETURNING revision"
_KNOWN = "SELECT day, title, closed_on FROM holiday WHERE year = %(year)s ORDER BY day"
_EVERY = "SELECT day, title, closed_on FROM holiday WHERE year < %(year)s ORDER BY day"
_CLEAR = "DELETE FROM holiday WHERE year = %(year)s"
_KEEP = """
INSERT INTO holiday (year, day, title, closed_on)
SELECT %(year)s, * FROM unnest(%(days)s::date[], %(titles)s::text[], %(closed)s::date[])
"""
_ALL = """
SELECT year, revision, array_agg(closed_on) FILTER (WHERE closed_on IS NOT NULL) AS closed
FROM calendar_year LEFT JOIN holiday USING (year)
GROUP BY year, revision ORDER BY year
"""
_AGENCY = "SELECT day, closed, title FROM agency_day WHERE agency_id = %(agency)s AND year = %(year)s ORDER BY day"
_HOLD_AGENCY = "SELECT revision FROM agency_calendar WHERE agency_id = %(agency)s AND year = %(year)s"
_RAISE_AGENCY = """
INSERT INTO agency_calendar (agency_id, year, revision) SELECT id, %(year)s, 1 FROM agency WHERE id = %(agency)s
ON CONFLICT (agency_id, year) DO UPDATE SET revision = agency_calendar.revision + 1
RETURNING revision
"""
_CLEAR_AGENCY = "DELETE FROM agency_day WHERE agency_id = %(agency)s AND year = %(year)s"
_KEEP_AGENCY = """
INSERT INTO agency_day (agency_id, year, day, closed, title)
SELECT %(agency)s, %(year)s, * FROM unnest(%(days)s::date[], %(closed)s::bool[], %(titles)s::text[])
"""


class Listed(NamedTuple):
    """A year of the state's calendar; *holidays* as JSON."""

    year: int
    revision: int
    holidays: list[dict[str, Any]]


class _Told(NamedTuple):
    year: int
    revision: int
    closed: list[date] | None


def listed(db: Db, page: Page) -> list[Listed]:
    """Return the state's calendars by year, one more than the page holds if there are more."""
    return db.all(Listed, _LIST, after=page.after[0] if page.after else 0, limit=page.size + 1)


def replace(db: Db, *, year: int, holidays: Sequence[Holiday], etag: str) -> tuple[Sequence[Holiday], int]:
    """Make *holidays* those of *year*; return them and the revision. *etag* is of the year as it was read, '' of a new.

    A new year without holidays begins with what is usual.
    """
    if not holidays and not etag:
        rules.check_year("calendar.name", year)
        holidays = rules.usual(year, db.all(Holiday, _EVERY, year=year))
    rules.check(year, holidays)
    revision = db.value(_HOLD, year=year)
    if etag != (str(revision) if revision else ""):
        raise Stale(f"calendars/{year}")
    return holidays, _replace(db, year, holidays)


def take_in(db: Db, given: Mapping[int, Sequence[Holiday]]) -> int:
    """Add the years that are not on record; return how many. What people have said of a year stays."""
    added = []
    for year, holidays in sorted(given.items()):
        rules.check(year, holidays, "calendars.holidays")
        if not db.value(_HOLD, year=year):
            _replace(db, year, holidays)
            added.append(year)
    db.changed("calendars/-", after={"years_added": added})
    return len(added)


def tell(db: Db) -> int:
    """Tell every year again, for copies that others keep; return how many there are."""
    years = db.all(_Told, _ALL)
    for one in years:
        outbox.emit(db, events.calendar_changed(one.year, one.revision, one.closed or []))
    return len(years)


def of_agency(db: Db, agency_id: str, year: int) -> tuple[list[AgencyDay], int]:
    """Return where an agency differs from the state in *year*, and the revision of that, 0 before the first."""
    held = db.values(_HOLD_AGENCY, agency=agency_id, year=year)
    return db.all(AgencyDay, _AGENCY, agency=agency_id, year=year), held[0] if held else 0


def replace_of_agency(db: Db, *, agency_id: str, year: int, days: Sequence[AgencyDay], etag: str) -> int:
    """Make *days* the differences of an agency in *year*; return the revision. Nothing is due on another day."""
    closed = {holiday.closed_on for holiday in _known(db, year) if holiday.closed_on}
    rules.check_agency(year, days, closed)
    name = f"agencies/{agency_id}/calendars/{year}"
    before, _ = of_agency(db, agency_id, year)
    raised: list[int] = db.values(_RAISE_AGENCY, agency=agency_id, year=year)
    if not raised:
        raise NotFound(f"agencies/{agency_id}")
    (revision,) = raised
    if etag != (str(revision - 1) if revision > 1 else ""):
        raise Stale(name)
    db.run(_CLEAR_AGENCY, agency=agency_id, year=year)
    db.run(
        _KEEP_AGENCY,
        agency=agency_id,
        year=year,
        days=[one.day for one in days],
        closed=[one.closed for one in days],
        titles=[one.title for one in days],
    )
    db.changed(name, before={"days": [_said(one.day, one.title) for one in before]}, after=_after(days))
    return revision


def _replace(db: Db, year: int, holidays: Sequence[Holiday]) -> int:
    before = _known(db, year)
    revision: int = db.value(_RAISE, year=year)
    db.run(_CLEAR, year=year)
    db.run(
        _KEEP,
        year=year,
        days=[one.day for one in holidays],
        titles=[one.title for one in holidays],
        closed=[one.closed_on for one in holidays],
    )
    closed = sorted(one.closed_on for one in holidays if one.closed_on)
    db.changed(
        f"calendars/{year}",
        before={"holidays": [_said(one.day, one.title) for one in before]},
        after={"holidays": [_said(one.day, one.title) for one in holidays], "closed": list(map(str, closed))},
    )
    outbox.emit(db, events.calendar_changed(year, revision, closed))
    return revision


def _known(db: Db, year: int) -> list[Holiday]:
    return db.all(Holiday, _KNOWN, year=year)


def _after(days: Sequence[AgencyDay]) -> dict[str, Any]:
    return {"days": [f"{_said(one.day, one.title)}: {'closed' if one.closed else 'open'}" for one in days]}


def _said(day: date, title: str) -> str:
    return f"{day} {title}"
