"""Days as roster files have them: `2024-03-04`, or as a spreadsheet shows them in an office, `3/4/2024`.

Whether month or day comes first is told by the whole column: a part over 12 is no month. If nothing in the column or in
the others tells, it is the month, since files come from offices in the United States; and the report says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servicekit.calendar import NO_END, YEARS_OF_LIVES, day_of
from servicekit.refusals import InvalidField

MONTH_FIRST, DAY_FIRST = "MONTH_FIRST", "DAY_FIRST"
# A day without an end, as other systems write it, is an empty cell in these.
ENDS = ("left_on", "leave_to")
_PARTS = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_SHORT = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{2})")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_MONTHS = 12
_BOTH = "must be YYYY-MM-DD: in this column some rows have the month first and some the day"


@dataclass(frozen=True)
class Order:
    """How the days of a column were read: which part comes first (none: both do), and whether the file shows it."""

    first: str
    certain: bool


def orders(columns: Mapping[str, Iterable[str]]) -> dict[str, Order]:
    """Return how to read each of *columns*, which are given by their cells; those that are plain are left out."""
    seen = {column: _evidence(cells) for column, cells in columns.items()}
    elsewhere = {first for firsts in seen.values() if firsts is not None for first in firsts}
    usual = Order(elsewhere.pop(), certain=True) if len(elsewhere) == 1 else Order(MONTH_FIRST, certain=False)
    found: dict[str, Order] = {}
    for column, firsts in seen.items():
        if firsts is not None:
            found[column] = usual if not firsts else Order(min(firsts) if len(firsts) == 1 else "", certain=True)
    return found


def day(column: str, cell: str, order: Order | None) -> str:
    """Return the day of a cell as `YYYY-MM-DD`; empty if it says none, or in *ENDS* that there is no end.

    Raises `InvalidField` with the rule that it breaks.
    """
    cell = _MIDNIGHT.sub("", cell)
    if parts := _PARTS.fullmatch(cell):
        if order is None or not order.first:
            raise InvalidField(column, cell, _BOTH)
        month, of_month = (parts[1], parts[2]) if order.first == MONTH_FIRST else (parts[2], parts[1])
        written = f"{parts[3]}-{month:0>2}-{of_month:0>2}"
    else:
        written = cell
    if not written or (column in ENDS and written == NO_END.isoformat()):
        return ""
    if short := _SHORT.fullmatch(cell):
        raise InvalidField(column, cell, f"must have a year of four digits: 20{short[1]} or 19{short[1]}")
    return day_of(column, written, YEARS_OF_LIVES).isoformat()


def _evidence(cells: Iterable[str]) -> set[str] | None:
    """Return which part must be first by some cell; none if no cell is written in parts."""
    firsts: set[str] = set()
    in_parts = False
    for cell in set(cells):
        if parts := _PARTS.fullmatch(_MIDNIGHT.sub("", cell)):
            in_parts = True
            if int(parts[1]) > _MONTHS:
                firsts.add(DAY_FIRST)
            elif int(parts[2]) > _MONTHS:
                firsts.add(MONTH_FIRST)
    return firsts if in_parts else None
