"""The copy of the state's calendar that a service keeps whose due dates count business days: one row a year.

Its table is `calendar_year (year, revision, closed date[])`, made with the years that are known when it is made, so
that no service ever counts weekends alone because nobody has told it anything yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from servicekit.background.audits import Audit
from servicekit.calendar import YEARS_OF_DOCUMENTS, Calendar, day_of, pacific_date
from servicekit.data.db import Db

# What is told again under the same revision mends a copy that lost it.
_KEEP = """
INSERT INTO calendar_year (year, revision, closed) VALUES (%(year)s, %(revision)s, %(closed)s::date[])
ON CONFLICT (year) DO UPDATE SET revision = excluded.revision, closed = excluded.closed
WHERE excluded.revision >= calendar_year.revision
"""
_ALL = "SELECT year, closed FROM calendar_year"
_MISSING = """
SELECT year FROM unnest(%(years)s::int[]) AS year WHERE year NOT IN (SELECT year FROM calendar_year)
"""


@dataclass(frozen=True)
class Year:
    """The days of a year on which offices are closed besides weekends, as of a revision."""

    year: int
    revision: int
    closed: tuple[date, ...]

    @classmethod
    def told(cls, year: int, revision: int, closed: Sequence[str]) -> "Year":
        """Read what an event tells."""
        return cls(year, revision, tuple(day_of("closed", day, YEARS_OF_DOCUMENTS) for day in closed))


def keep(db: Db, years: Sequence[Year]) -> None:
    """Take over *years*, each unless a later one is here."""
    for one in sorted(years, key=lambda one: (one.year, one.revision)):
        db.run(_KEEP, year=one.year, revision=one.revision, closed=list(one.closed))
    db.changed("calendars/-", after={"told": sorted({one.year for one in years})})


def known(db: Db) -> Calendar:
    """Return the calendar of the years that are here."""
    rows = db.rows(_ALL)
    return Calendar(frozenset(day for row in rows for day in row["closed"]), frozenset(row["year"] for row in rows))


def _missing(db: Db) -> int:
    today = pacific_date(db.at)
    return len(db.rows(_MISSING, years=[today.year, today.year + 1]))


MISSING = Audit("calendar.years_missing", "Years, this one and the next, of which the holidays are not known", _missing)
