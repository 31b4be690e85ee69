"""Where things stand in the two pictures: letters of a topic over the years, and a letter among others.

Across, places are percent; upward, pixels: text stays as large as it is on every screen (see `web/charts.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain as all_of

from cadre.notification.v1 import register_service_pb2 as pb
from gateway.register import sayings
from gateway.words import sentences

# Of a timeline.
ROW, _SCALE, _LEAST_WIDTH = 40, 26, 0.6
_MOST_YEARS_NAMED = 5
# Behind it, a year stands before its line.
_LAST_LABEL = 88
# Of a chain.
STEP, MIDDLE, _WIDEST, _PER_STEP = 52, 64, 56, 14
_MOST_OF_SUBJECT = 36


@dataclass(frozen=True)
class Bar:
    """A letter of a timeline from its first day to its last one; *open* = it goes on."""

    title: str
    top: int
    left: float
    width: float
    open: bool
    # Where its title stands: at its beginning, or before its end where there is no room behind.
    anchor: str
    at: float
    # The days on which parts of it take effect.
    marks: list[float]


@dataclass(frozen=True)
class Year:
    """A line of the scale."""

    label: str
    place: float
    anchor: str


@dataclass(frozen=True)
class Timeline:
    """The picture of a topic; *now* is where today stands."""

    bars: list[Bar]
    years: list[Year]
    now: float
    height: int

    @property
    def parted(self) -> bool:
        """Whether a letter has parts that take effect later."""
        return any(bar.marks for bar in self.bars)


@dataclass(frozen=True)
class Node:
    """A letter of a chain."""

    title: str
    since: str
    subject: str
    middle: int
    here: bool
    held: bool


@dataclass(frozen=True)
class Arc:
    """What one letter does to another one: *slug* is `whole`, `part` or `named`."""

    path: str
    slug: str


@dataclass(frozen=True)
class Chain:
    """The picture of a chain, the earliest letter on top."""

    nodes: list[Node]
    arcs: list[Arc]
    height: int


def timeline(letters: Sequence[pb.Ruling], today: date) -> Timeline:
    """Lay out the letters of a topic: the earliest on top."""
    lives = [(one, date.fromisoformat(one.since), sentences.as_date(one.until)) for one in reversed(letters)]
    parts = [[date.fromisoformat(one.effective_date) for one in letter.section_dates] for letter, _, _ in lives]
    days = [today, *(since for _, since, _ in lives), *(until for _, _, until in lives if until), *all_of(*parts)]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 1, 1)

    def place(day: date) -> float:
        return round(100 * (day - first).days / (last - first).days, 2)

    bars = []
    for n, (letter, since, until) in enumerate(lives):
        left, right = place(since), place(max(until or last, since))
        late = left > 50  # noqa: PLR2004 - the half of the picture
        bars.append(
            Bar(
                sayings.title(letter),
                n * ROW,
                left,
                max(right - left, _LEAST_WIDTH),
                until is None,
                "end" if late else "start",
                right if late else left,
                [place(day) for day in parts[n]],
            )
        )
    every = max(1, -(-(last.year - first.year) // _MOST_YEARS_NAMED))
    years = [
        Year(str(year), at := place(date(year, 1, 1)), "end" if at > _LAST_LABEL else "start")
        for year in range(first.year, last.year, every)
    ]
    return Timeline(bars, years, place(today), len(bars) * ROW + _SCALE)


def chain(found: pb.Chain, name: str, today: date) -> Chain:
    """Lay out a chain; *name* is the letter of which it is."""
    nodes = [
        Node(
            sayings.title(letter),
            sayings.since(letter, today),
            _shortly(letter.subject),
            n * STEP + STEP // 2,
            here=letter.notice == name,
            held=bool(letter.notice),
        )
        for n, letter in enumerate(found.letters)
    ]
    arcs = [_arc(link) for link in found.links]
    return Chain(nodes, arcs, len(nodes) * STEP)


def _arc(link: pb.Link) -> Arc:
    start, end = (place * STEP + STEP // 2 for place in (getattr(link, "from"), link.to))
    bulge = MIDDLE - min(_WIDEST, _PER_STEP * abs(getattr(link, "from") - link.to))
    slug = "named" if not sayings.ends(link.kind) else "whole" if link.whole else "part"
    return Arc(f"M{MIDDLE} {start}C{bulge} {start} {bulge} {end} {MIDDLE} {end}", slug)


def _shortly(subject: str) -> str:
    return subject if len(subject) <= _MOST_OF_SUBJECT else f"{subject[: _MOST_OF_SUBJECT - 1].rstrip()}…"
