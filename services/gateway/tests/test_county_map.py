"""The map shows the figures of the table, every county once, and no shade by color alone."""

import importlib.util
import json
from datetime import date
from pathlib import Path

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.letters import county_map

TODAY = date(2026, 11, 23)
GATEWAY = Path(__file__).parents[1]


def agency(slug, *counties):
    return agency_pb.Agency(
        name=f"agencies/{slug}",
        short_title=slug.title(),
        counties=[
            agency_pb.CountyMembership(fips=fips, start_date=start, end_date=end) for fips, start, end in counties
        ],
    )


def one(counts, **fields):
    figures = pb.AgencyReadiness(
        agency="agencies/lake",
        counts=pb.Counts(at_work=counts.get("of", 0) - counts.get("on_leave", 0), **counts),
        **fields,
    )
    return pb.Readiness(agencies=[figures]), {"agencies/lake": agency("lake", ("06033", "", ""))}


def test_the_shapes_are_those_of_the_reference_data():
    spec = importlib.util.spec_from_file_location("counties", GATEWAY / "counties.py")
    counties = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(counties)

    drawn = counties.text_of(json.loads(counties.OUTLINES.read_text(encoding="utf-8")))

    assert counties.SHAPES.read_text(encoding="utf-8") == drawn, "run: python services/gateway/counties.py"
    assert len(county_map.drawing().counties) == 58
    assert all(county.path.startswith("M") for county in county_map.drawing().counties)


@pytest.mark.parametrize(
    ("counts", "shade"),
    [
        ({"of": 0}, county_map.NOBODY),
        ({"of": 12}, county_map.NONE),
        ({"of": 12, "ready": 5}, county_map.FEW),
        ({"of": 12, "ready": 6}, county_map.MANY),
        ({"of": 12, "ready": 11}, county_map.MANY),
        ({"of": 12, "ready": 11, "on_leave": 1}, county_map.ALL),
        ({"of": 12, "ready": 12}, county_map.ALL),
    ],
)
def test_the_shade_of_an_agency_is_how_many_of_its_staff_are_ready(counts, shade):
    assert [area.shade for area in county_map.areas(*one(counts), TODAY, "ready")] == [shade]


def test_the_shade_of_an_agency_is_whether_it_confirmed():
    confirmed = one({"of": 1})
    confirmed[0].agencies[0].confirm_time.GetCurrentTime()
    late = one({"of": 1}, confirmation_overdue=True)

    shades = [county_map.areas(*case, TODAY, "confirmed")[0].shade for case in (confirmed, late, one({"of": 1}))]

    assert shades == [county_map.CONFIRMED, county_map.LATE, county_map.NOT_YET]


def test_counties_of_a_regional_agency_share_one_figure_and_a_former_member_is_not_among_them():
    figures = pb.Readiness(
        agencies=[pb.AgencyReadiness(agency="agencies/sierra", counts=pb.Counts(of=3, at_work=3, ready=1))]
    )
    known = {
        "agencies/sierra": agency(
            "sierra", ("06003", "2015-12-15", ""), ("06005", "", "2026-11-23"), ("06009", "", "2026-11-24")
        )
    }

    (area,) = county_map.areas(figures, known, TODAY, "ready")

    assert [county.title for county in area.counties] == ["Alpine", "Calaveras"]
    assert area.said == "Sierra: fewer than half ready, 1 of 3 ready"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"of": 0}, "no one affected"),
        ({"of": 2, "on_leave": 2}, "everyone ready who is not on leave, all on leave"),
        ({"of": 2, "ready": 2}, "everyone ready who is not on leave, 2 of 2 ready"),
    ],
)
def test_an_area_says_no_number_where_there_is_nobody_to_count(counts, said):
    (area,) = county_map.areas(*one(counts), TODAY, "ready")

    assert area.said.partition(": ")[2] == said


@pytest.mark.parametrize("measure", county_map.MEASURES)
def test_no_two_shades_of_a_legend_look_alike_without_color(measure):
    shades = county_map.MEASURES[measure][1]

    looks = {county_map.FILLS.get(shade.slug, shade.slug) for shade in shades}

    assert len(looks) == len(shades)
    assert len({shade.title for shade in shades}) == len(shades)
