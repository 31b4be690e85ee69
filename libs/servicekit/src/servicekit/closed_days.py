"""The copy of the state's calendar that a service keeps whose due dates count business days: one row a year.

A service declares its table by `CalendarYear`, makes it by `create_table` in a migration, and hears of changes by
`follow`. The table is made with the years that are known today, so that no service ever counts weekends alone because
nobody has told it anything yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, Date, Integer, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from servicekit.background.audits import Audit
from servicekit.calendar import YEARS_OF_DOCUMENTS, Calendar, day_of, pacific_date
from servicekit.data.db import Db
from servicekit.data.migrations import needs_audit
from servicekit.events.consumers import Delivered

# Printed by the state human resources department, with Government Code 19853: when offices are closed, month and day.
_YEARS = """
2015 0101 0119 0216 0331 0525 0907 1111 1126 1127 1225
2016 0101 0118 0215 0331 0530 0704 0905 1111 1124 1125 1226
2017 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2018 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
2019 0101 0121 0218 0401 0527 0704 0902 1111 1128 1129 1225
2020 0101 0120 0217 0331 0525 0907 1111 1126 1127 1225
2021 0101 0118 0215 0331 0531 0705 0906 1111 1125 1126
2022 0117 0221 0331 0530 0704 0905 1111 1124 1125 1226
2023 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2024 0101 0115 0219 0401 0527 0704 0902 1111 1128 1129 1225
2025 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2026 0101 0119 0216 0331 0525 0907 1111 1126 1127 1225
2027 0101 0118 0215 0331 0531 0705 0906 1111 1125 1126
2028 0117 0221 0331 0529 0704 0904 1110 1123 1124 1225
2029 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
2030 0101 0121 0218 0401 0527 0704 0902 1111 1128 1129 1225
2031 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2032 0101 0119 0216 0331 0531 0705 0906 1111 1125 1126
2033 0117 0221 0331 0530 0704 0905 1111 1124 1125 1226
2034 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2035 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
"""
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


class CalendarYear(SQLModel):
    """Base of the row of a year: when the state's offices are closed in it, besides weekends."""

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int = Field(sa_type=BigInteger, nullable=False)
    closed: list[date] = Field(sa_type=ARRAY(Date), nullable=False)


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


class _Kept(NamedTuple):
    year: int
    closed: list[date]


def keep(db: Db, years: Sequence[Year]) -> None:
    """Take over *years*, each unless a later one is here."""
    for one in sorted(years, key=lambda one: (one.year, one.revision)):
        db.run(_KEEP, year=one.year, revision=one.revision, closed=list(one.closed))
    db.changed("calendars/-", after={"told": sorted({one.year for one in years})})


def follow(db: Db, events: Sequence[Delivered[Any]]) -> None:
    """Hear that years of the calendar were changed: their events say `year`, `revision` and the days `closed`."""
    told = [event.message for event in events]
    keep(db, [Year.told(one.year, one.revision, one.closed) for one in told])


def known(db: Db) -> Calendar:
    """Return the calendar of the years that are here."""
    years = db.all(_Kept, _ALL)
    return Calendar(frozenset(day for one in years for day in one.closed), frozenset(one.year for one in years))


def _missing(db: Db) -> int:
    today = pacific_date(db.at)
    return len(db.values(_MISSING, years=[today.year, today.year + 1]))


def create_table(op: Operations) -> None:
    """In a migration of a service: the table, with the years that are known today."""
    table = op.create_table(
        "calendar_year",
        Column("year", Integer, autoincrement=False, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("closed", ARRAY(Date), nullable=False),
        PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )
    op.bulk_insert(table, [_shipped(line) for line in _YEARS.strip().splitlines()])
    needs_audit(op, "calendar_year")


def _shipped(line: str) -> dict[str, object]:
    year, *days = line.split()
    return {"year": int(year), "revision": 0, "closed": [date(int(year), int(day[:2]), int(day[2:])) for day in days]}


MISSING = Audit("calendar.years_missing", "Years, this one and the next, of which the holidays are not known", _missing)
