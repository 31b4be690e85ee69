"""How charts are laid out: pure functions from values to places in a drawing. `templates/charts.html` draws them.

A drawing is as wide as its page lets it be. Across, places are in percent of that width; upward, in pixels from the
top. So lines and bars stretch, and text stays as large as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count, groupby, pairwise

# From the left edge to the right one, in the units of a path: tenths of a percent.
ACROSS = 1000
# Above the plot: two rows of labels of days. Below it: one of ticks.
ABOVE, BELOW = 46, 28
# Above bars: the label of the tallest.
ABOVE_BARS = 24
# How much of its place a bar fills.
_FILLED = 0.7
# Right of the last day there is room for half a mark.
_LAST_PLACE = 98.0
# So far left a label stands at the right of its place, else at the left.
_LEFT = 34
# So far right the label of a tick ends at its place.
_RIGHT = 90
_LINE = 18
# So much room the words of a gap want, in percent.
_ROOM, _ROOM_ON_A_PHONE = 12, 32
_STEPS_OF_DAYS = (1, 2, 7, 14, 28)
_DAYS_OF_A_MONTH = 30.44


@dataclass(frozen=True)
class Tick:
    """A value of an axis, at percent across or at pixels upward. A *spare* one is left out where it is narrow."""

    place: float
    label: str
    anchor: str = "middle"
    spare: bool = False


@dataclass(frozen=True)
class Rule:
    """A line over the whole height at *place*, with its label in one of the two *row*s above the plot."""

    slug: str
    place: float
    label: str
    row: int

    @property
    def anchor(self) -> str:
        """On which side of the line the label ends."""
        return _anchor(self.place)


@dataclass(frozen=True)
class Mark:
    """A point with its words, perhaps of several lines."""

    slug: str
    place: float
    top: float
    lines: tuple[str, ...]
    ends: bool | None = None

    @property
    def anchor(self) -> str:
        """On which side of the point the words stand; *ends* says that they end at it."""
        return _anchor(self.place) if self.ends is None else "end" if self.ends else "start"


@dataclass(frozen=True)
class Line:
    """A path across the plot."""

    slug: str
    path: str


@dataclass(frozen=True)
class Gap:
    """Where nothing is known, in percent across. Its words want some room, which is wider on a phone."""

    place: float
    width: float

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.place + self.width / 2, 2)

    @property
    def has_room(self) -> bool:
        """Whether its words fit where it is wide."""
        return self.width >= _ROOM

    @property
    def has_room_on_a_phone(self) -> bool:
        """Whether they fit there too."""
        return self.width >= _ROOM_ON_A_PHONE


@dataclass(frozen=True)
class Chart:
    """Everything that a drawing over time shows; *title* and *said* are its words for those who do not see it."""

    title: str
    said: str
    plot: int
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...] = ()
    marks: tuple[Mark, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def height(self) -> int:
        """Of the whole drawing, in pixels."""
        return ABOVE + self.plot + BELOW

    def first_line(self, mark: Mark) -> float:
        """Return how far below a mark its first line of words stands: above it where there is room.

        A line that rises leaves room left of a point above it, and right of it below.
        """
        more = _LINE * max(len(mark.lines) - 1, 0)
        above, below = -14 - more, 26
        if mark.anchor == "end":
            return above if mark.top + above > ABOVE else below
        return below if mark.top + below + more < ABOVE + self.plot else above


@dataclass(frozen=True)
class Bar:
    """One of several beside each other: *label* above it, *name* below, left out where it is narrow if *spare*."""

    left: float
    width: float
    top: float
    tall: float
    label: str
    name: str
    spare: bool

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.left + self.width / 2, 2)


@dataclass(frozen=True)
class Bars:
    """Everything that a drawing of bars shows; *title* and *said* are its words for those who do not see it."""

    title: str
    said: str
    plot: int
    up: tuple[Tick, ...]
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """Of the whole drawing, in pixels."""
        return ABOVE_BARS + self.plot + BELOW


@dataclass(frozen=True)
class Days:
    """The axis of a drawing from the day *first* to the day *last*."""

    first: date
    last: date

    def place(self, day: date) -> float:
        """Return where a day stands, in percent of the width."""
        return round(_LAST_PLACE * (day - self.first).days / max((self.last - self.first).days, 1), 2)

    def width(self, first: date, after: date) -> float:
        """Return how wide the days from *first* until *after* are, in percent."""
        return round(self.place(after) - self.place(first), 2)

    def ticks(self, label: Callable[[date], str], most: int = 6) -> tuple[Tick, ...]:
        """Label the first day and others at even steps, at most *most*; every second one is spare."""
        days = day_ticks(self.first, self.last, most)
        return tuple(
            Tick(place, label(day), "start" if not n else "end" if place > _RIGHT else "middle", spare=bool(n % 2))
            for n, (day, place) in enumerate((day, self.place(day)) for day in days)
        )


def step(top: int, most: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... of which at most *most* fit into *top*.

    Heckbert, Nice Numbers for Graph Labels (Graphics Gems, 1990), for whole numbers from zero.
    """
    power = 1
    while top > 5 * power * most:
        power *= 10
    return next(size * power for size in (1, 2, 5) if top <= size * power * most)


def ticks(top: int, most: int = 5) -> list[int]:
    """Return the values of an axis, zero and *top* among them; what stands too near the top is left out."""
    size = step(top, most)
    return [*(value for value in range(0, top, size) if 2 * (top - value) >= size or not value), top]


def day_ticks(first: date, last: date, most: int) -> list[date]:
    """Return at most *most* days from *first* to *last*, at steps that people count in: days, weeks, months, years.

    The first one is *first*; where months are counted, the others are firsts of a month.
    """
    span = (last - first).days
    for days in _STEPS_OF_DAYS:
        if span < days * most:
            return [first + timedelta(n) for n in range(0, span + 1, days)]
    span_months = span / _DAYS_OF_A_MONTH
    months = next(size for size in chain((1, 2, 3, 6), count(12, 12)) if span_months < size * (most - 1))
    # From one month on, so that the first day keeps room for its label.
    numbers = range(first.year * 12 + first.month - 1 + months, last.year * 12 + last.month, months)
    return [first, *(date(number // 12, number % 12 + 1, 1) for number in numbers)]


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """Return a path through points (percent across, pixels down); after a None it begins anew.

    A point alone between two gaps is a line of no length, which round ends make visible.
    """
    parts = []
    for there, run in groupby(points, key=lambda point: point is not None):
        if there:
            places = [f"{_short(across * ACROSS / 100)} {_short(down)}" for across, down in filter(None, run)]
            parts.append(f"M{'L'.join(places)}{'' if places[1:] else 'h0'}")
    return "".join(parts)


def spark(values: Sequence[float | None], height: int) -> str:
    """Return a path through values at even distances, from zero at the bottom to the largest one; None is a gap.

    Inside *height* there is room for the line's own thickness.
    """
    top = max((value for value in values if value is not None), default=0) or 1
    wide = max(len(values) - 1, 1)
    room = height - 3
    return path(
        None if value is None else (100 * n / wide, height - 1.5 - room * value / top) for n, value in enumerate(values)
    )


def bars(
    values: Sequence[float], names: Sequence[str], label: Callable[[float], str], top: float, plot: int
) -> list[Bar]:
    """Lay out a bar for each of *values*, from zero to *top*; zero has no label, and every second name is spare."""
    wide = 100 / len(values)
    return [
        Bar(
            left=round(wide * (n + (1 - _FILLED) / 2), 2),
            width=round(wide * _FILLED, 2),
            top=round(ABOVE_BARS + plot * (1 - value / top), 1),
            tall=round(plot * value / top, 1),
            label=label(value) if value else "",
            name=name,
            spare=bool((len(values) - 1 - n) % 2),
        )
        for n, (value, name) in enumerate(zip(values, names, strict=True))
    ]


def known(values: Sequence[object | None]) -> bool:
    """Whether there is a line to draw: two values beside each other."""
    return any(one is not None and other is not None for one, other in pairwise(values))


def _anchor(place: float) -> str:
    return "start" if place < _LEFT else "end"


def _short(number: float) -> str:
    """One figure behind the point, as far as it says anything."""
    return f"{number:.1f}".removesuffix(".0")
