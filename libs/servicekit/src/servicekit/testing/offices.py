"""The calendar that every installation begins with, for tests that count business days."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

from servicekit.calendar import Calendar

_FILE = Path(__file__).parents[5] / "data" / "reference" / "state_holidays.csv"


@cache
def state_calendar() -> Calendar:
    """Read the state's calendar from the data that ships."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    closed = frozenset(date.fromisoformat(row["office_closed_on"]) for row in rows if row["office_closed_on"])
    return Calendar(closed, frozenset(int(row["year"]) for row in rows))
