"""What messages are made of: a sentence, lines, and a link; and how days and numbers are written in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from servicekit.calendar import PACIFIC

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """A message in words: *title* is a sentence, *act* what the button says that leads to the path *link*.

    *bars* are drawn below the lines that they are of, in a mail: how many of a hundred.
    """

    title: str
    lines: tuple[str, ...]
    link: str
    act: str
    bars: Mapping[str, int] = field(default_factory=dict)


def day(text: str) -> str:
    """Write a day as people say it: `Wednesday, January 27, 2027`."""
    given = date.fromisoformat(text)
    return f"{given:%A, %B} {given.day}, {given.year}"


def moment(text: str) -> str:
    """Write a moment as people say it: `Wednesday, January 27, 2027, at 9:00 a.m. Pacific time`."""
    given = datetime.fromisoformat(text).astimezone(PACIFIC)
    half = "a.m." if given.hour < 12 else "p.m."  # noqa: PLR2004 - noon
    return f"{day(given.date().isoformat())}, at {given.hour % 12 or 12}:{given.minute:02} {half} Pacific time"


def short_day(given: date) -> str:
    """Write a day as lists have it: `Wed, Jan 27`."""
    return f"{given:%a, %b} {given.day}"


def count(number: str | int, one: str, many: str) -> str:
    """Write `1 person`, `2 people`."""
    return f"{int(number):,} {one if int(number) == 1 else many}"
