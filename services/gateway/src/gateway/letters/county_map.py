"""The state as a map: each agency's counties drawn together, shaded by one figure of that agency."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.letters.readiness import Needed
from gateway.words import sentences

# The nine counties around the Bay, drawn once more and larger, where Nevada would be: most are too small to point at.
BAY_AREA = frozenset({"06001", "06013", "06041", "06055", "06075", "06081", "06085", "06095", "06097"})
# Of both drawings, in units of the map: from the left, from the top, width, height; and where the larger one is put.
BAY_AREA_BOX = (58, 328, 200, 222)
INSET_BOX = (553, 0, 311, 345)
# A letter of a name is so many units wide, and a name wants so many of height: where the map is wide, and on a phone.
_A_LETTER, _A_NAME = 10.4, 75
_A_LETTER_ON_A_PHONE, _A_NAME_ON_A_PHONE = 17, 80
# In the larger drawing letters are smaller, and a name so many times as wide as its county stands beside it.
_A_LETTER_BESIDE, _BESIDE = 7, 3


@dataclass(frozen=True)
class Shade:
    """How an area is drawn and what that means. Each has a pattern of its own: color alone says nothing."""

    slug: str
    title: str
    # Of one color, which style sheets give; the others name a pattern of the drawing.
    plain: bool = False


FIFTHS = (
    Shade("fifth-1", "Below 20%", plain=True),
    Shade("fifth-2", "20 to 39%"),
    Shade("fifth-3", "40 to 59%"),
    Shade("fifth-4", "60 to 79%"),
    Shade("fifth-5", "80% and more", plain=True),
)
NOBODY = Shade("nobody", "Nobody at work to count")
NOT_YET, LATE, CONFIRMED, NOT_ASKED = (
    Shade("fifth-1", "Not confirmed yet", plain=True),
    Shade("late", "Not confirmed, past due"),
    Shade("fifth-5", "Confirmed", plain=True),
    Shade("nobody", "Not asked"),
)


@dataclass(frozen=True)
class Measure:
    """What the map can show: how it is called, what its legend counts, and its shades in the order of the legend."""

    title: str
    legend: str
    shades: tuple[Shade, ...]
    shade: Callable[[pb.AgencyReadiness], Shade]
    said: Callable[[pb.AgencyReadiness], str]


@dataclass(frozen=True)
class County:
    """A county's shape: an SVG path in the units of the drawing, where its name stands, how wide and tall it is."""

    fips: str
    title: str
    path: str
    label: tuple[int, int]
    size: tuple[int, int]

    @property
    def named(self) -> bool:
        """Whether its name fits into it, and does not stand in the larger drawing."""
        return self.fips not in BAY_AREA and self._fits(_A_LETTER, _A_NAME)

    @property
    def named_on_a_phone(self) -> bool:
        """Whether its name fits into it there too."""
        return self._fits(_A_LETTER_ON_A_PHONE, _A_NAME_ON_A_PHONE)

    @property
    def named_beside(self) -> bool:
        """Whether its name would lie over its neighbors' in the larger drawing: it stands at its left, in the sea."""
        return _A_LETTER_BESIDE * len(self.title) > _BESIDE * self.size[0]

    def _fits(self, letter: float, name: float) -> bool:
        return self.size[0] >= letter * len(self.title.replace(" ", "")) and self.size[1] >= name


@dataclass(frozen=True)
class Drawing:
    """All counties, and the size of the whole."""

    width: int
    height: int
    counties: tuple[County, ...]


@dataclass(frozen=True)
class Area:
    """An agency on the map: all its counties have its one figure."""

    agency: agency_pb.Agency
    figures: pb.AgencyReadiness
    shade: Shade
    said: str
    counties: tuple[County, ...]
    needed: Needed | None = None

    @property
    def in_bay_area(self) -> list[County]:
        """Those of its counties that are drawn twice."""
        return [county for county in self.counties if county.fips in BAY_AREA]


@lru_cache(maxsize=1)
def drawing() -> Drawing:
    """Return the shapes, read once; `services/gateway/counties.py` draws them."""
    held = json.loads(resources.files("gateway.letters").joinpath("counties.json").read_text(encoding="utf-8"))
    return Drawing(held["width"], held["height"], tuple(County(**county) for county in held["counties"]))


def areas(
    readiness: pb.Readiness,
    agencies: Mapping[str, agency_pb.Agency],
    today: date,
    measure: Measure,
    needed: Iterable[Needed] = (),
) -> list[Area]:
    """Return the agencies with the counties that belong to them *today*, A-Z; and why one of them *needed* a call.

    Who joined another agency, or ended, has none any more: the counties are those of whoever has them now.
    """
    shapes = {county.fips: county for county in drawing().counties}
    why = {one.agency.name: one for one in needed}
    found = [
        Area(
            agency=agencies[figures.agency],
            figures=figures,
            shade=measure.shade(figures),
            said=f"{agencies[figures.agency].short_title}: {measure.said(figures)}",
            counties=tuple(shapes[fips] for fips in _counties(agencies[figures.agency], today) if fips in shapes),
            needed=why.get(figures.agency),
        )
        for figures in readiness.agencies
        if figures.agency in agencies
    ]
    return sorted(found, key=lambda area: area.agency.short_title)


def left_over(drawn: Iterable[Area]) -> list[County]:
    """Return the counties of which no agency has a figure: one that came after the letter has none."""
    of_somebody = {county.fips for area in drawn for county in area.counties}
    return [county for county in drawing().counties if county.fips not in of_somebody]


def _counties(agency: agency_pb.Agency, today: date) -> list[str]:
    day = today.isoformat()
    return [county.fips for county in agency.counties if county.start_date <= day and (county.end_date or "9999") > day]


def _fifth(part: int, whole: int) -> Shade:
    """Give the shade of a share of those at work."""
    return FIFTHS[min(len(FIFTHS) * part // whole, len(FIFTHS) - 1)] if whole else NOBODY


def _by_confirmation(figures: pb.AgencyReadiness) -> Shade:
    if figures.confirm_time.seconds:
        return CONFIRMED
    if figures.asked_no_more or not figures.deliver_time.seconds:
        return NOT_ASKED
    return LATE if figures.confirmation_overdue else NOT_YET


def _ready(figures: pb.AgencyReadiness) -> str:
    said = sentences.ready_of(figures.counts)
    return f"{said} ready" if figures.counts.at_work else said.lower()


def _read(figures: pb.AgencyReadiness) -> str:
    counts = figures.counts
    return f"{sentences.of(counts.read, counts.at_work)} read it" if counts.at_work else _ready(figures)


# What the map can show, by its name in the address; the first one is shown where nothing else is asked for.
MEASURES = {
    "ready": Measure(
        "Staff ready",
        "Agencies by staff ready",
        (*FIFTHS, NOBODY),
        lambda figures: _fifth(figures.counts.ready, figures.counts.at_work),
        _ready,
    ),
    "read": Measure(
        "Staff who read it",
        "Agencies by staff who read it",
        (*FIFTHS, NOBODY),
        lambda figures: _fifth(figures.counts.read, figures.counts.at_work),
        _read,
    ),
    "confirmed": Measure(
        "Agencies confirmed",
        "Agencies by confirmation",
        (NOT_YET, LATE, CONFIRMED, NOT_ASKED),
        _by_confirmation,
        lambda figures: f"{_by_confirmation(figures).title.lower()}, {_ready(figures)}",
    ),
}
