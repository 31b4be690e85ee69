"""Days as letters of before print them: a day, a month, or a year alone, which is read as the first day of it."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from notification.letters.rules.numbers import year_of

_DAYS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%m/%d/%Y")
_MONTHS = ("%b %Y", "%B %Y", "%Y-%m")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


class Exact(StrEnum):
    """How exactly a day is known."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Printed(NamedTuple):
    """A day, or the first one of a month or year that is printed without it."""

    day: date
    exact: Exact


def issued(printed: str, number: str) -> Printed:
    """Return when a letter was issued: as *printed*, else in the year that stands in it, or in its *number*."""
    year = _YEAR.search(printed)
    first = date(int(year[0]) if year else year_of(number), 1, 1)
    return _read(printed) or Printed(first, Exact.YEAR)


def effective(printed: str, issue: Printed) -> Printed:
    """Return when a letter took effect: as *printed*, if that is a day, month or year alone, else with its *issue*.

    *Orders made after 8 Oct 2015* is no such day: the letter rules from its issue on, and says itself what for.
    """
    year = _YEAR.fullmatch(printed.strip())
    return _read(printed.strip()) or (Printed(date(int(year[0]), 1, 1), Exact.YEAR) if year else issue)


def _read(printed: str) -> Printed | None:
    for exact, forms in ((Exact.DAY, _DAYS), (Exact.MONTH, _MONTHS)):
        for form in forms:
            try:
                return Printed(datetime.strptime(printed, form).date(), exact)  # noqa: DTZ007 - a day has no time zone
            except ValueError:
                continue
    return None
