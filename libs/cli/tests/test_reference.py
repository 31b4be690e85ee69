"""The reference data hold together, and a bad cell is refused by its place."""

import csv
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cadre_cli import reference
from cadre_cli.datafiles import DATA_ROOT_VARIABLE, DataFileError, data_root
from cadre_cli.reference import Reference

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def data() -> Reference:
    return reference.load()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the data folder that a test may spoil."""
    return Path(shutil.copytree(data_root(), tmp_path / "data"))


def spoil(file: Path, row: int, column: str, value: str) -> None:
    """Write *value* into one cell; *row* counts as a spreadsheet does."""
    with file.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))
    lines[row - 1][lines[0].index(column)] = value
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(lines)


def test_there_are_47_local_agencies_and_one_of_the_state(data: Reference) -> None:
    assert len(data.local_agencies) == 47
    assert [agency.lcsa_id for agency in data.agencies if agency.is_state] == [reference.STATE_AGENCY]


def test_an_agency_has_a_short_title_for_tables(data: Reference) -> None:
    titles = {agency.lcsa_id: agency.short_title for agency in data.agencies}

    assert len(set(titles.values())) == 48
    assert titles["lake"] == "Lake County"
    assert titles["dcss"] == "DCSS"
    regional = {titles[agency.lcsa_id] for agency in data.agencies if agency.kind == "regional"}
    assert regional == {
        "Central Sierra",
        "Colusa, Sutter, and Yolo",
        "Eastern Sierra",
        "Merced/Mariposa",
        "North Coast",
        "Santa Cruz / San Benito",
        "Sierra Nevada",
        "Siskiyou/Modoc",
    }


def test_each_of_the_58_counties_is_in_exactly_one_agency_today(data: Reference) -> None:
    members = Counter(membership.fips for membership in data.memberships if membership.holds_on(TODAY))

    assert len(members) == 58
    assert set(members.values()) == {1}
    assert {county.fips for county in data.counties} == members.keys() == {shape.fips for shape in data.shapes}


def test_two_regions_begin_on_a_known_day_and_one_in_a_known_year(data: Reference) -> None:
    began = {(m.agency, m.from_, m.from_precision) for m in data.memberships if m.from_ is not None}

    assert began == {
        ("north-coast", date(2015, 12, 15), "day"),
        ("colusa-sutter-yolo", date(2021, 1, 2), "day"),
        ("santa-cruz-san-benito", date(2002, 1, 1), "year"),
    }


def test_a_county_is_not_in_a_region_on_the_day_before_it_began(data: Reference) -> None:
    yolo = next(membership for membership in data.memberships if membership.county == "Yolo")

    assert not yolo.holds_on(date(2021, 1, 1))
    assert yolo.holds_on(date(2021, 1, 2))


def test_there_are_15_work_units_and_both_state_classes_with_their_codes(data: Reference) -> None:
    assert len(data.units) == 15
    codes = {job.code: job.slug for job in data.job_classes if job.code}
    assert codes == {"8624": "child-support-specialist-dcss", "8625": "senior-child-support-analyst"}


def test_one_local_title_may_mean_two_classes(data: Reference) -> None:
    meanings = Counter(title for job in data.job_classes for title in set(job.local_titles))

    assert [title for title, classes in meanings.items() if classes > 1]


def test_every_row_names_its_source(data: Reference) -> None:
    sources = [
        row.source
        for rows in (data.agencies, data.counties, data.memberships, data.all_units, data.job_classes)
        for row in rows
    ] + [course.url for course in data.courses]

    assert len(sources) == 48 + 58 + 58 + 24 + 27 + 53
    assert all(sources)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (10_039_107, "very large"),
        (1_500_000, "very large"),
        (1_499_999, "large"),
        (200_000, "medium"),
        (64_386, "small"),
        (59_999, "very small"),
        (0, "very small"),
    ],
)
def test_the_size_class_follows_from_the_population(population: int, expected: str) -> None:
    assert reference.size_class(population) == expected


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "rule"),
    [
        ("agencies.csv", 2, "lcsa_id", "Alameda County", "pattern"),
        ("agencies.csv", 3, "kind", "borough", "single-county"),
        ("agencies.csv", 4, "pop_2019", "many", "integer"),
        ("agencies.csv", 4, "pop_2019", "141265", "sum of its counties"),
        ("agencies.csv", 2, "size_class_by_pop", "small", "very large"),
        ("agencies.csv", 3, "counties", "Bute", "names of county_fips"),
        ("agencies.csv", 2, "source", "", "at least 1 character"),
        ("agencies.csv", 3, "lcsa_id", "alameda", "one row only"),
        ("agencies.csv", 49, "county_fips", "06001", "no county belongs to the state"),
        ("counties.csv", 2, "lcsa_id", "butte", "agencies.csv"),
        ("counties.csv", 2, "centroid_lat", "73.6", "less than 43"),
        ("counties.csv", 2, "county", " Alameda", "space"),
        ("agency_counties.csv", 2, "agency", "atlantis", "not known"),
        ("agency_counties.csv", 2, "from", "1 May 2020", "date"),
        ("agency_counties.csv", 2, "from_precision", "day", "unknown only without from"),
        ("job_classes.csv", 24, "code", "86-24", "pattern"),
        ("job_classes.csv", 2, "local_titles", "", "one title at least"),
        ("units.csv", 3, "slug", "intake", "one row only"),
        ("courses.csv", 3, "title", "Orientation CBT", "one row only"),
    ],
)
def test_a_bad_cell_is_refused_with_its_file_row_column_and_value(
    copied: Path, file: str, row: int, column: str, value: str, rule: str
) -> None:
    spoil(copied / "reference" / file, row, column, value)

    with pytest.raises(DataFileError) as refused:
        reference.load(copied)

    assert (refused.value.file.name, refused.value.row) == (file, row)
    assert refused.value.column.split(".")[0] == column
    assert rule in refused.value.rule
    assert f"{file}, row {row}, column {column}" in str(refused.value)


def test_a_county_in_two_agencies_is_refused(copied: Path) -> None:
    with (copied / "reference" / "agency_counties.csv").open("a", encoding="utf-8") as file:
        file.write("06001,Alameda,butte,2020-01-01,,day,a source,\n")

    with pytest.raises(DataFileError, match="two memberships of a county overlap"):
        reference.load(copied)


def joined(copied: Path, day: str, **glenn: str) -> Path:
    """Let Glenn join Butte on *day*; what its own row says then, is given."""
    folder = copied / "reference"
    rows = {name: _rows(folder / name) for name in ("agencies.csv", "counties.csv", "agency_counties.csv")}
    agencies, counties = rows["agencies.csv"], rows["counties.csv"]
    people = {row["county"]: int(row["pop_2019"]) for row in counties}
    at = {row["lcsa_id"]: row for row in agencies}
    at["glenn"].update(
        {"counties": "", "county_fips": "", "pop_2019": "", "size_class_by_pop": "", "until": day} | glenn
    )
    population = people["Butte"] + people["Glenn"]
    at["butte"].update(
        official_name="Butte and Glenn Regional Department of Child Support Services",
        kind="regional",
        counties="Butte; Glenn",
        county_fips="06007; 06021",
        pop_2019=str(population),
        size_class_by_pop=reference.size_class(population),
    )
    next(row for row in counties if row["county"] == "Glenn")["lcsa_id"] = "butte"
    of_glenn = next(row for row in rows["agency_counties.csv"] if row["county"] == "Glenn")
    rows["agency_counties.csv"].append(of_glenn | {"agency": "butte", "from": day, "from_precision": "day"})
    of_glenn["to"] = day
    for name, changed in rows.items():
        _write(folder / name, changed)
    shapes = folder / "counties.geojson"
    shapes.write_text(
        shapes.read_text(encoding="utf-8")
        .replace('"lcsa_id": "glenn"', '"lcsa_id": "butte"')
        .replace('"lcsa_id":"glenn"', '"lcsa_id":"butte"'),
        encoding="utf-8",
    )
    return copied


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_an_agency_that_joined_another_keeps_its_row_with_the_day(copied: Path) -> None:
    data = reference.load(joined(copied, "2026-07-01"))

    glenn = next(agency for agency in data.agencies if agency.lcsa_id == "glenn")
    assert (glenn.until, glenn.short_title, len(data.local_agencies)) == (date(2026, 7, 1), "Glenn County", 46)
    for day, agency in ((date(2026, 6, 30), "glenn"), (date(2026, 7, 1), "butte")):
        assert [row.agency for row in data.memberships if row.county == "Glenn" and row.holds_on(day)] == [agency]


@pytest.mark.parametrize(
    ("glenn", "rule"),
    [
        ({"until": ""}, "an agency without counties has ended: say in until"),
        ({"counties": "Glenn", "county_fips": "06021"}, "when an agency ends, its counties go to another"),
        ({"until": "2026-06-01"}, "must be 2026-06-01 or before, when glenn ends"),
        ({"lead_county": ""}, "must name the county that it was of"),
    ],
)
def test_an_end_that_is_said_by_halves_is_refused(copied: Path, glenn: dict[str, str], rule: str) -> None:
    with pytest.raises(DataFileError, match=rule):
        reference.load(joined(copied, "2026-07-01", **glenn))


def test_an_agency_that_ended_is_not_left_out(copied: Path) -> None:
    file = joined(copied, "2026-07-01") / "reference" / "agencies.csv"
    _write(file, [row for row in _rows(file) if row["lcsa_id"] != "glenn"])

    with pytest.raises(DataFileError, match="an agency that ended keeps its row in"):
        reference.load(copied)


def test_a_file_with_another_header_is_refused(copied: Path) -> None:
    units = copied / "reference" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("slug,", "id,", 1), encoding="utf-8")

    with pytest.raises(DataFileError, match=r"units.csv, row 1, column \(header\)"):
        reference.load(copied)


def test_the_data_folder_is_the_one_that_the_environment_names(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_ROOT_VARIABLE, str(copied))

    assert data_root() == copied


def test_a_data_folder_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_ROOT_VARIABLE, str(tmp_path))

    with pytest.raises(DataFileError, match=DATA_ROOT_VARIABLE):
        data_root()
