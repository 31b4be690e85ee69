"""The real reference data under ``data/reference``: agencies, counties, courses, classes, units, series of letters."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from cadre_cli.datafiles import (
    DataFileError,
    Fips,
    Note,
    Optional,
    Several,
    Slug,
    Text,
    data_root,
    read_table,
    require_known,
    require_unique,
)
from servicekit.calendar import Calendar

STATE_AGENCY = "dcss"

# Ours, not official: the smallest population of 2019 of each size class, largest first.
SIZE_CLASSES = (
    ("very large", 1_500_000),
    ("large", 600_000),
    ("medium", 200_000),
    ("small", 60_000),
    ("very small", 0),
)

Count = Annotated[int, Field(ge=0)]
SizeClass = Literal["very large", "large", "medium", "small", "very small"]
Region = Literal["Bay Area", "Central Coast", "Central Valley", "Northern", "Sacramento Valley & Sierra", "Southern"]


@dataclass(frozen=True)
class Agency:
    """A local child support agency, or the state's (``kind`` state); region and size class are ours."""

    lcsa_id: Slug
    official_name: Text
    kind: Literal["single-county", "regional", "state"]
    lead_county: Note
    counties: Several[Text]
    county_fips: Several[Fips]
    region_assumed: Optional[Region]
    pop_2019: Optional[Count]
    size_class_by_pop: Optional[SizeClass]
    caseload_reported: Optional[Count]
    caseload_year: Note
    caseload_source: Note
    staff_reported: Optional[Count]
    staff_basis: Note
    notes: Note
    source: Text
    # The first day on which there is no such agency any more; its row stays.
    until: Optional[date]

    @property
    def is_state(self) -> bool:
        """Whether this is the state agency and not one of the 47 local ones."""
        return self.kind == "state"

    @property
    def short_title(self) -> str:
        """What a table calls the agency: `Lake County`, `Merced/Mariposa`, `DCSS`."""
        if self.is_state:
            return self.lcsa_id.upper()
        if self.kind == "single-county":
            return f"{self.counties[0] if self.counties else self.lead_county} County"
        return re.sub(r"( Regional)?( Department of)? Child Support .*", "", self.official_name)


@dataclass(frozen=True)
class County:
    """A county: its agency today, where it lies (degrees) and its places in the two tile layouts."""

    fips: Fips
    county: Text
    lcsa_id: Slug
    region_assumed: Region
    centroid_lat: Annotated[float, Field(gt=32, lt=43)]
    centroid_lon: Annotated[float, Field(gt=-125, lt=-114)]
    label_lat: Annotated[float, Field(gt=32, lt=43)]
    label_lon: Annotated[float, Field(gt=-125, lt=-114)]
    pop_2019: Count
    tile_col: Count
    tile_row: Count
    geofacet_col: Count
    geofacet_row: Count
    source: Text


@dataclass(frozen=True)
class CountyShape:
    """The simplified outline of a county: polygons of rings of (longitude, latitude)."""

    fips: str
    name: str
    lcsa_id: str
    polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]


@dataclass(frozen=True)
class CountyMembership:
    """A county belongs to an agency from ``from_`` (None: since when is not known) until ``to`` (None: it still does).

    ``to`` is the first day on which it no longer does.
    """

    fips: Fips
    county: Text
    agency: Slug
    from_: Optional[date]
    to: Optional[date]
    from_precision: Literal["day", "month", "year", "unknown"]
    source: Text
    note: Note

    def holds_on(self, day: date) -> bool:
        """Whether the county belongs to the agency on *day*; a beginning that is not known counts as long ago."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day < self.to)


@dataclass(frozen=True)
class Course:
    """A real course, conference or training aid of this field, as far as a public page describes it."""

    title: Text
    provider: Text
    delivery_mode: Text
    duration: Note
    audience: Text
    year_or_date: Note
    artefacts_or_modules: Note
    url: Text
    confidence: Text


@dataclass(frozen=True)
class Unit:
    """A kind of work unit of a local agency, or a division of the state's."""

    slug: Slug
    name: Text
    scope_note: Text
    source: Text


@dataclass(frozen=True)
class JobClass:
    """A statewide class, and the local titles that may mean it; one local title may mean several classes."""

    slug: Slug
    title: Text
    level: Literal["local", "state"]
    code: Optional[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]]
    local_titles: Several[Text]
    source: Text


@dataclass(frozen=True)
class Series:
    """A series of letters, what a letter of it usually is, and whether they are issued here today."""

    series: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,10}$")]
    title: Text
    kind: Literal["policy", "program", "release", "outage", "information"]
    issued_today: Literal["yes", "no"]
    source: Text


@dataclass(frozen=True)
class Holiday:
    """A holiday of the state, and the weekday on which its offices are closed for it (None: no office is)."""

    year: int
    holiday: Text
    date_: date
    office_closed_on: Optional[date]


@dataclass(frozen=True)
class Reference:
    """All reference data, checked against each other."""

    agencies: tuple[Agency, ...]
    counties: tuple[County, ...]
    memberships: tuple[CountyMembership, ...]
    shapes: tuple[CountyShape, ...]
    courses: tuple[Course, ...]
    units: tuple[Unit, ...]
    state_divisions: tuple[Unit, ...]
    job_classes: tuple[JobClass, ...]
    series: tuple[Series, ...]
    holidays: tuple[Holiday, ...]

    @property
    def calendar(self) -> Calendar:
        """When the state's offices are closed."""
        closed = frozenset(row.office_closed_on for row in self.holidays if row.office_closed_on)
        return Calendar(closed, frozenset(row.year for row in self.holidays))

    @property
    def local_agencies(self) -> tuple[Agency, ...]:
        """The 47 local agencies, without the state's and without those that ended."""
        return tuple(agency for agency in self.agencies if not agency.is_state and agency.until is None)

    @property
    def all_units(self) -> tuple[Unit, ...]:
        """The work units of local agencies, then the state's divisions."""
        return self.units + self.state_divisions


def size_class(population: int) -> str:
    """Return the size class (ours) of an agency whose counties have *population* people."""
    return next(name for name, at_least in SIZE_CLASSES if population >= at_least)


def load(root: Path | None = None) -> Reference:
    """Read every file of ``reference/`` under *root* (by default the data folder) and check them against each other."""
    folder = (root or data_root()) / "reference"
    reference = Reference(
        agencies=tuple(read_table(folder / "agencies.csv", Agency)),
        counties=tuple(read_table(folder / "counties.csv", County)),
        memberships=tuple(read_table(folder / "agency_counties.csv", CountyMembership)),
        shapes=_read_shapes(folder / "counties.geojson"),
        courses=tuple(read_table(folder / "courses.csv", Course)),
        units=tuple(read_table(folder / "units.csv", Unit)),
        state_divisions=tuple(read_table(folder / "state_divisions.csv", Unit)),
        job_classes=tuple(read_table(folder / "job_classes.csv", JobClass)),
        series=tuple(read_table(folder / "series.csv", Series)),
        holidays=tuple(read_table(folder / "state_holidays.csv", Holiday)),
    )
    _check_agencies(folder / "agencies.csv", reference)
    _check_counties(folder / "counties.csv", reference)
    _check_memberships(folder / "agency_counties.csv", reference)
    _check_vocabularies(folder, reference)
    _check_holidays(folder / "state_holidays.csv", reference)
    return reference


def _read_shapes(path: Path) -> tuple[CountyShape, ...]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_shape(path, feature) for feature in content["features"])


def _shape(path: Path, feature: dict[str, Any]) -> CountyShape:
    properties, geometry = feature["properties"], feature["geometry"]
    if geometry["type"] not in {"Polygon", "MultiPolygon"}:
        raise DataFileError(path, None, properties["fips"], geometry["type"], "must be a Polygon or a MultiPolygon")
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return CountyShape(
        fips=properties["fips"],
        name=properties["name"],
        lcsa_id=properties["lcsa_id"],
        polygons=tuple(
            tuple(tuple((float(lon), float(lat)) for lon, lat in ring) for ring in polygon) for polygon in polygons
        ),
    )


def _check_agencies(path: Path, reference: Reference) -> None:
    require_unique(path, reference.agencies, "lcsa_id", lambda agency: agency.lcsa_id)
    states = [agency.lcsa_id for agency in reference.agencies if agency.is_state]
    if states != [STATE_AGENCY]:
        raise DataFileError(path, None, "kind", states, f"the one state agency is {STATE_AGENCY}")
    counties = {county.fips: county for county in reference.counties}
    require_known(path, reference.agencies, "county_fips", lambda agency: agency.county_fips, counties)
    for row, agency in enumerate(reference.agencies, start=2):
        if agency.is_state:
            if agency.county_fips or agency.pop_2019 is not None:
                raise DataFileError(path, row, "county_fips", agency.county_fips, "no county belongs to the state")
        else:
            _check_local_agency(path, row, agency, [counties[fips] for fips in agency.county_fips])


def _check_local_agency(path: Path, row: int, agency: Agency, counties: list[County]) -> None:
    if agency.until is not None:
        _check_ended(path, row, agency)
        return
    names = tuple(county.county for county in counties)
    if not names:
        said = "an agency without counties has ended: say in until from which day on there is none"
        raise DataFileError(path, row, "until", "", said)
    if agency.counties != names:
        raise DataFileError(path, row, "counties", agency.counties, f"must be the names of county_fips: {names}")
    population = sum(county.pop_2019 for county in counties)
    if agency.pop_2019 != population:
        raise DataFileError(path, row, "pop_2019", agency.pop_2019, f"must be the sum of its counties, {population}")
    expected = size_class(population)
    if agency.size_class_by_pop != expected:
        raise DataFileError(path, row, "size_class_by_pop", agency.size_class_by_pop, f"must be {expected}")


def _check_holidays(path: Path, reference: Reference) -> None:
    require_unique(path, reference.holidays, "date", lambda row: row.date_)
    for line, row in enumerate(reference.holidays, start=2):
        if row.date_.year != row.year:
            raise DataFileError(path, line, "date", str(row.date_), f"must be a day of {row.year}")


def _check_ended(path: Path, row: int, agency: Agency) -> None:
    if agency.counties or agency.county_fips:
        said = "must be empty: when an agency ends, its counties go to another"
        raise DataFileError(path, row, "counties", agency.counties, said)
    if agency.kind == "single-county" and not agency.lead_county:
        raise DataFileError(path, row, "lead_county", "", "must name the county that it was of")


def _check_counties(path: Path, reference: Reference) -> None:
    require_unique(path, reference.counties, "fips", lambda county: county.fips)
    require_unique(path, reference.counties, "tile_col", lambda county: (county.tile_col, county.tile_row))
    members = {fips: agency for agency in reference.agencies for fips in agency.county_fips}
    shapes = {shape.fips: shape for shape in reference.shapes}
    for row, county in enumerate(reference.counties, start=2):
        agency, shape = members.get(county.fips), shapes.get(county.fips)
        if agency is None or agency.lcsa_id != county.lcsa_id:
            raise DataFileError(path, row, "lcsa_id", county.lcsa_id, "must list this county in agencies.csv")
        if agency.region_assumed != county.region_assumed:
            raise DataFileError(path, row, "region_assumed", county.region_assumed, "must be its agency's region")
        if shape is None or (shape.name, shape.lcsa_id) != (county.county, county.lcsa_id):
            raise DataFileError(path, row, "fips", county.fips, "must have this name and agency in counties.geojson")
    if strangers := shapes.keys() - {county.fips for county in reference.counties}:
        raise DataFileError(path, None, "fips", sorted(strangers), "is in counties.geojson and must be here")


def _check_memberships(path: Path, reference: Reference) -> None:
    rows = reference.memberships
    ends = {agency.lcsa_id: agency.until for agency in reference.agencies}
    for number, row in enumerate(rows, start=2):
        if row.agency not in ends:
            said = "is not known: an agency that ended keeps its row in agencies.csv, with the day in until"
            raise DataFileError(path, number, "agency", row.agency, said)
        end = ends[row.agency]
        if end is not None and (row.to is None or row.to > end):
            raise DataFileError(path, number, "to", row.to, f"must be {end} or before, when {row.agency} ends")
    names = {(county.fips, county.county) for county in reference.counties}
    require_known(path, rows, "fips", lambda row: [(row.fips, row.county)], names)
    for number, row in enumerate(rows, start=2):
        if (row.from_ is None) != (row.from_precision == "unknown"):
            raise DataFileError(path, number, "from_precision", row.from_precision, "is unknown only without from")
        if row.from_ is not None and row.to is not None and row.from_ >= row.to:
            raise DataFileError(path, number, "to", row.to, "must be after from")
    _check_overlaps(path, rows)
    current = {row.fips: row.agency for row in rows if row.to is None}
    for county in reference.counties:
        if current.get(county.fips) != county.lcsa_id:
            raise DataFileError(path, None, "fips", county.fips, f"must belong to {county.lcsa_id} today")


def _check_overlaps(path: Path, rows: Iterable[CountyMembership]) -> None:
    ordered = sorted(rows, key=lambda row: (row.fips, row.from_ or date.min))
    for earlier, later in pairwise(ordered):
        ended = earlier.to is not None and earlier.to <= (later.from_ or date.min)
        if earlier.fips == later.fips and not ended:
            raise DataFileError(path, None, "fips", later.fips, "two memberships of a county overlap")


def _check_vocabularies(folder: Path, reference: Reference) -> None:
    require_unique(folder / "state_divisions.csv", reference.state_divisions, "slug", lambda unit: unit.slug)
    require_unique(folder / "units.csv", reference.all_units, "slug", lambda unit: unit.slug)
    require_unique(folder / "job_classes.csv", reference.job_classes, "slug", lambda job: job.slug)
    require_unique(folder / "job_classes.csv", reference.job_classes, "code", lambda job: job.code)
    require_unique(folder / "series.csv", reference.series, "series", lambda row: row.series)
    require_unique(folder / "courses.csv", reference.courses, "title", lambda course: course.title)
    for row, job in enumerate(reference.job_classes, start=2):
        if not job.local_titles:
            raise DataFileError(folder / "job_classes.csv", row, "local_titles", "", "must name one title at least")
