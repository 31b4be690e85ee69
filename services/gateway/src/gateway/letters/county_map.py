"""The state as a map: each agency's counties drawn together, shaded by one figure of that agency."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.words import sentences


@dataclass(frozen=True)
class Shade:
    """How an area is drawn and what that means. Each has a pattern of its own: color alone says nothing."""

    slug: str
    title: str


NOBODY = Shade("nobody", "No one affected")
NONE, FEW, MANY, ALL = (
    Shade("none", "None ready"),
    Shade("few", "Fewer than half ready"),
    Shade("many", "Half or more ready"),
    Shade("all", "Everyone ready who is not on leave"),
)
NOT_YET, LATE, CONFIRMED = (
    Shade("none", "Not confirmed yet"),
    Shade("many", "Not confirmed, past due"),
    Shade("all", "Confirmed"),
)
# What the map can show -> its title and its shades, as the legend has them.
MEASURES = {
    "ready": ("Staff ready", (NONE, FEW, MANY, ALL, NOBODY)),
    "confirmed": ("Agencies confirmed", (NOT_YET, LATE, CONFIRMED)),
}
# Shade -> the pattern of the drawing that fills it; the others are one flat color.
FILLS = {"few": "dots", "many": "stripes", "nobody": "lines"}


@dataclass(frozen=True)
class County:
    """A county's shape: an SVG path in the units of the drawing."""

    fips: str
    title: str
    path: str


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
    counties: tuple[County, ...]

    @property
    def said(self) -> str:
        """The area in words, for those who do not see it."""
        counts = self.figures.counts
        ready = f"{sentences.of(counts.ready, counts.at_work)} ready" if counts.at_work else sentences.ready_of(counts)
        said = dict.fromkeys((self.shade.title.lower(), ready.lower()))
        return f"{self.agency.short_title}: {', '.join(said)}"


@lru_cache(maxsize=1)
def drawing() -> Drawing:
    """Return the shapes, read once; `services/gateway/counties.py` draws them."""
    held = json.loads(resources.files("gateway.letters").joinpath("counties.json").read_text(encoding="utf-8"))
    return Drawing(held["width"], held["height"], tuple(County(**county) for county in held["counties"]))


def areas(readiness: pb.Readiness, agencies: Mapping[str, agency_pb.Agency], today: date, measure: str) -> list[Area]:
    """Return the agencies with the counties that belong to them *today*, A-Z."""
    shapes = {county.fips: county for county in drawing().counties}
    shade = _by_confirmation if measure == "confirmed" else _by_ready
    found = [
        Area(
            agency=agencies[figures.agency],
            figures=figures,
            shade=shade(figures),
            counties=tuple(shapes[fips] for fips in _counties(agencies[figures.agency], today) if fips in shapes),
        )
        for figures in readiness.agencies
        if figures.agency in agencies
    ]
    return sorted(found, key=lambda area: area.agency.short_title)


def _counties(agency: agency_pb.Agency, today: date) -> list[str]:
    day = today.isoformat()
    return [county.fips for county in agency.counties if county.start_date <= day and (county.end_date or "9999") > day]


def _by_ready(figures: pb.AgencyReadiness) -> Shade:
    counts = figures.counts
    if not counts.of:
        return NOBODY
    if counts.ready == counts.at_work:
        return ALL
    if not counts.ready:
        return NONE
    return MANY if 2 * counts.ready >= counts.at_work else FEW


def _by_confirmation(figures: pb.AgencyReadiness) -> Shade:
    if figures.confirm_time.seconds:
        return CONFIRMED
    return LATE if figures.confirmation_overdue else NOT_YET
