"""The areas: each says its own, and what two say of the same is refused."""

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.areas import NAVIGATION, ROUTERS
from gateway.web.area import Area, outcomes_of
from gateway.web.navigation import Top
from gateway.web.rights import Rights


def test_the_sentences_of_all_areas_are_one_set():
    one = Area((), reasons={"NUMBER_TAKEN": "{number} is taken."}, done={"issued": "It is issued."})
    outcomes = outcomes_of([one, Area((), done={"confirmed": "It is confirmed."})])

    assert outcomes.reasons["NUMBER_TAKEN"] == "{number} is taken."
    assert (outcomes.done("issued", ""), outcomes.done("confirmed", "")) == ("It is issued.", "It is confirmed.")
    assert outcomes.done("saved", "") == "The draft is saved."


@pytest.mark.parametrize("twice", [{"reasons": {"STALE": "Again."}}, {"done": {"issued": "Again."}}])
def test_a_sentence_that_two_areas_have_is_refused_at_the_start(twice):
    with pytest.raises(ValueError, match=r"two areas have (STALE|issued|draft)"):
        outcomes_of([Area((), done={"issued": "It is issued."}), Area((), **twice)])


def links_of(**scopes):
    """The links of somebody who holds rights, named with `__` for their dot, in these scopes."""
    rights = Rights(
        person_pb.Me(rights=[{"right": name.replace("__", "."), "scopes": at} for name, at in scopes.items()])
    )
    return [link for item in NAVIGATION for link in item.links(rights)]


def test_everybody_has_the_links_that_everybody_has():
    assert [link.title for link in links_of()] == ["Home", "Courses", "My training", "My record"]


def test_whoever_works_at_two_agencies_sees_the_links_of_both_by_their_names():
    links = links_of(people__read=["agencies/lake", "agencies/del-norte"], readiness__read_agency=["agencies/lake"])

    assert [(link.title, link.address) for link in links[1:4]] == [
        ("People, Del Norte", "/agencies/del-norte/people"),
        ("People, Lake", "/agencies/lake/people"),
        ("What our staff say", "/agencies/lake/quality"),
    ]


def test_whoever_supervises_a_unit_has_no_link_to_figures_of_the_whole_agency():
    unit = ["agencies/lake/units/intake"]

    assert [link.title for link in links_of(people__read=unit, readiness__read_agency=unit)][:2] == ["Home", "People"]
    assert "What our staff say" not in {link.title for link in links_of(readiness__read_agency=unit)}


def test_an_operator_has_the_figures_but_no_link_to_letters():
    seen = {"readiness__read": ["state"], "operations__read": ["state"]}

    assert "Letters" not in {link.title for link in links_of(**seen)}
    assert "Letters" in {link.title for link in links_of(**seen, notices__write=["state"])}


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/catalogue", {"Courses": "page"}),
        ("/tests", {"Courses": "true"}),
        ("/courses/intake/edit", {"Courses": "true"}),
        ("/agencies/lake/people/1", {"People": "true"}),
        ("/agencies/lake/units", {"People": "true"}),
        ("/training/1", {"My training": "true"}),
        ("/my-sign-ins", {}),
    ],
)
def test_the_link_to_where_somebody_is_is_marked(path, marked):
    links = links_of(people__read=["agencies/lake"])

    assert {link.title: link.current(path) for link in links if link.current(path)} == marked


def test_each_link_leads_to_a_page_and_stands_once():
    holders = {right: ["state", "agencies/lake"] for right in ("people__read", "readiness__read_agency")}
    everything = ("readiness__read", "quality__read", "calendar__write", "operations__read", "notices__write")
    links = links_of(**holders, **{right: ["state"] for right in everything})
    pages = {
        route.path.replace("{agency_id}", "lake")
        for router in ROUTERS
        for route in router.routes
        if "GET" in route.methods
    }

    assert [link.address for link in links if link.address not in pages] == []
    assert len({link.address for link in links}) == len(links) > len(links_of())
    assert {type(link.under) for link in links} == {Top}
