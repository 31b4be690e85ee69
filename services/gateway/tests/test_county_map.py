"""The map shows the figures of the table, every county once, and no shade by color alone."""

import importlib.util
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.app import environment
from gateway.letters import county_map, letters, readiness
from gateway.web.rights import Rights
from gateway.words import sentences
from servicekit.settings import Settings

TODAY = date(2026, 11, 23)
ENVIRONMENT = environment()
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


def shades(*cases, measure="ready"):
    found = [county_map.areas(*case, TODAY, county_map.MEASURES[measure])[0] for case in cases]
    return [area.shade for area in found]


def test_the_shapes_are_those_of_the_reference_data():
    spec = importlib.util.spec_from_file_location("counties", GATEWAY / "counties.py")
    counties = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(counties)

    assert counties.SHAPES.read_text(encoding="utf-8") == counties.text(), "run: python services/gateway/counties.py"
    assert len(county_map.drawing().counties) == 58
    assert all(county.path.startswith("M") for county in county_map.drawing().counties)


@pytest.mark.parametrize(
    ("counts", "shade"),
    [
        ({"of": 0}, county_map.NOBODY),
        ({"of": 12, "on_leave": 12}, county_map.NOBODY),
        ({"of": 12}, county_map.FIFTHS[0]),
        ({"of": 470, "ready": 93}, county_map.FIFTHS[0]),
        ({"of": 470, "ready": 94}, county_map.FIFTHS[1]),
        ({"of": 5, "ready": 2}, county_map.FIFTHS[2]),
        ({"of": 12, "ready": 9}, county_map.FIFTHS[3]),
        ({"of": 12, "ready": 9, "on_leave": 1}, county_map.FIFTHS[4]),
        ({"of": 12, "ready": 12}, county_map.FIFTHS[4]),
    ],
)
def test_the_shade_of_an_agency_is_how_many_of_its_staff_at_work_are_ready(counts, shade):
    assert shades(one(counts)) == [shade]


def test_the_shade_of_an_agency_is_how_many_have_read_it():
    assert shades(one({"of": 10, "ready": 1, "read": 6}), measure="read") == [county_map.FIFTHS[3]]


def test_the_shade_of_an_agency_is_whether_it_confirmed():
    confirmed = one({"of": 1})
    confirmed[0].agencies[0].confirm_time.GetCurrentTime()
    late, waiting, ended = one({"of": 1}, confirmation_overdue=True), one({"of": 1}), one({"of": 1}, asked_no_more=True)
    for asked in (late, waiting, ended):
        asked[0].agencies[0].deliver_time.GetCurrentTime()

    found = shades(confirmed, late, waiting, ended, one({"of": 1}), measure="confirmed")

    nobody = county_map.NOT_ASKED
    assert found == [county_map.CONFIRMED, county_map.LATE, county_map.NOT_YET, nobody, nobody]


def test_counties_of_a_regional_agency_share_one_figure_and_a_former_member_is_not_among_them():
    figures = pb.Readiness(
        agencies=[pb.AgencyReadiness(agency="agencies/sierra", counts=pb.Counts(of=3, at_work=3, ready=1))]
    )
    known = {
        "agencies/sierra": agency(
            "sierra", ("06003", "2015-12-15", ""), ("06005", "", "2026-11-23"), ("06009", "", "2026-11-24")
        )
    }

    (area,) = county_map.areas(figures, known, TODAY, county_map.MEASURES["ready"])

    assert [county.title for county in area.counties] == ["Alpine", "Calaveras"]
    assert area.said == "Sierra: 1 of 3 ready"


def test_a_county_is_that_of_the_agency_that_has_it_now_and_of_nobody_where_that_one_has_no_figure():
    """Ended, joined, and come after the letter: each county is drawn, once, and none with a figure of before."""
    figures = pb.Readiness(
        agencies=[
            pb.AgencyReadiness(agency=f"agencies/{slug}", counts=pb.Counts(of=4, at_work=4, ready=ready))
            for slug, ready in (("inyo", 4), ("joined", 1))
        ]
    )
    known = {
        "agencies/inyo": agency("inyo", ("06027", "", "2026-07-01"), ("06003", "", "2026-07-01")),
        "agencies/joined": agency("joined", ("06051", "", ""), ("06027", "2026-07-01", "")),
        "agencies/newer": agency("newer", ("06003", "2026-07-01", "")),
    }

    areas = county_map.areas(figures, known, TODAY, county_map.MEASURES["ready"])

    assert {area.agency.name: [county.title for county in area.counties] for area in areas} == {
        "agencies/inyo": [],
        "agencies/joined": ["Mono", "Inyo"],
    }
    left = county_map.left_over(areas)
    assert len(left) == 56
    assert "Alpine" in {county.title for county in left}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"of": 0}, "no one affected"),
        ({"of": 2, "on_leave": 2}, "all on leave"),
        ({"of": 2, "ready": 2}, "2 of 2 ready"),
        ({"of": 20, "ready": 15}, "15 of 20 (75%) ready"),
    ],
)
@pytest.mark.parametrize("measure", county_map.MEASURES)
def test_an_area_says_its_figure_and_no_number_where_there_is_nobody_to_count(measure, counts, said):
    (area,) = county_map.areas(*one(counts | {"read": counts.get("ready", 0)}), TODAY, county_map.MEASURES[measure])

    assert (
        area.said.partition(": ")[2]
        == {
            "ready": said,
            "read": said.replace("ready", "read it"),
            "confirmed": f"not asked, {said}",
        }[measure]
    )


@pytest.mark.parametrize("measure", county_map.MEASURES)
def test_no_two_shades_of_a_legend_look_alike_without_color(measure):
    shades = county_map.MEASURES[measure].shades
    template = ENVIRONMENT.loader.get_source(ENVIRONMENT, "letters/map_drawing.html")[0]
    patterns = dict(re.findall(r'<pattern id="(\S+)" (.*)</pattern>', template))

    looks = [
        shade.slug if shade.plain else re.sub('(--|fifth|late|nobody)[^"]*', "", patterns[shade.slug])
        for shade in shades
    ]

    assert len(set(looks)) == len(shades)
    assert len({shade.title for shade in shades}) == len(shades)


def page(measure="ready"):
    """The page of one letter of an agency with a county in the Bay Area, of one elsewhere, and of one that ended."""
    figures = pb.Readiness(
        agencies=[
            pb.AgencyReadiness(agency=f"agencies/{slug}", counts=pb.Counts(of=12, at_work=11, ready=ready, on_leave=1))
            for slug, ready in (("marin", 8), ("lake", 2), ("gone", 1))
        ]
    )
    figures.agencies[1].problem = "No room."
    known = {
        "agencies/marin": agency("marin", ("06041", "", "")),
        "agencies/lake": agency("lake", ("06033", "", "")),
        "agencies/gone": agency("gone", ("06003", "", "2020-01-01")),
    }
    known["agencies/lake"].contacts.add(display_name="Ana Lopez", role="coordinator", telephone="555-0100")
    shown = county_map.MEASURES[measure]
    areas = county_map.areas(figures, known, TODAY, shown, readiness.needs_a_call(figures, known))
    url = SimpleNamespace(path="/letters/x/map", query="")
    visit = SimpleNamespace(
        sign_in=None,
        menu=[],
        rights=Rights(person_pb.Me()),
        today=TODAY,
        now=datetime(2026, 11, 23, 20, tzinfo=UTC),
        request=SimpleNamespace(url=url),
        gateway=SimpleNamespace(settings=Settings(service="gateway")),
    )
    return ENVIRONMENT.get_template("letters/map.html").render(
        visit=visit,
        say=sentences,
        letters=letters,
        demo=False,
        done="",
        counties=county_map,
        areas=areas,
        left_over=county_map.left_over(areas),
        shown=measure,
        measure=shown,
        letter=notice_pb.Notice(name="notices/x", state=notice_pb.Notice.PUBLISHED),
    )


def test_every_county_is_drawn_once_and_those_of_the_bay_area_once_more_out_of_the_way_of_keys():
    drawn = page()
    main, inset = drawn.split('<g aria-hidden="true">')

    assert len(re.findall("<title>[^<]* County[.:]", main)) == 58
    assert re.findall(r"<text[^>]*>([^<]*)</text><text[^>]*>([^<]*)</text></g>", main) == [
        *(("Lake", "2 of 11 ready"), ("Marin", "8 of 11 ready"))
    ]
    assert re.findall("<title>([^<]*)</title>", inset) == ["Marin County. Marin: 8 of 11 ready"]
    assert re.findall(r'<a class="area [^>]*tabindex="-1"', inset)
    assert 'tabindex="-1"' not in main.partition("<svg")[2]


def test_each_area_leads_to_its_card_with_its_figures_and_whom_to_call():
    drawn = page()

    for target in re.findall('class="area [^>]*href="#([^"]+)"', drawn):
        assert drawn.count(f'id="{target}"') == 1
    card = drawn[drawn.index('id="map-lake"') :].partition("</section>")[0]
    assert "2 of 11 ready" in card
    assert "“No room.”" in card
    assert "Ana Lopez, training coordinator, 555-0100" in card


@pytest.mark.parametrize("measure", county_map.MEASURES)
def test_the_table_says_what_the_map_shows_and_the_legend_counts_it(measure):
    drawn = page(measure)
    said = dict(re.findall(r'aria-label="(\w+): ([^"]*)"', drawn))
    table = drawn.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall("<t[hd][^>]*>([^<]*)", row) for row in table.split("</tr>")[:-1]]

    assert [(name, counties) for name, counties, _ in rows] == [
        *(("Gone", "None today"), ("Lake", "Lake"), ("Marin", "Marin"))
    ]
    assert {name: figure.lower() for name, _, figure in rows if name in said} == said
    assert set(said) == {"Lake", "Marin"}
    legend = drawn[drawn.index('class="map__legend"') :].partition("</ul>")[0]
    assert sum(int(number) for number in re.findall("<b>(\\d+)</b>", legend)) == 3
    assert "3 agencies, 2 counties." in drawn


def test_only_a_county_that_is_much_smaller_than_its_name_is_named_beside_itself_and_inside_the_larger_drawing():
    beside = [county for county in county_map.drawing().counties if county.fips in county_map.BAY_AREA]
    beside = [county for county in beside if county.named_beside]

    assert [county.title for county in beside] == ["San Francisco"]
    # As wide as it is drawn: 13 letters of 13 units of height each.
    assert beside[0].label[0] - beside[0].size[0] // 2 - 13 * 6.4 > county_map.BAY_AREA_BOX[0]
