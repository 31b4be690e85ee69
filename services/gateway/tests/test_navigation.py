"""Where the pages lead: by rights, and with the current place marked."""

import pytest

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.areas import NAVIGATION, ROUTERS
from gateway.web.navigation import Item, Top, menu, of_state
from gateway.web.rights import Rights


def holding(**reach):
    """The rights of somebody: `people_read=["agencies/lake"]`."""
    return Rights(pb.Me(rights=[pb.Right(right=name.replace("_", ".", 1), scopes=far) for name, far in reach.items()]))


def shown(rights, path="/home"):
    return {entry.title: [link.title for link in entry.links] for entry in menu(NAVIGATION, rights, path)}


def marked(rights, path):
    return [
        (entry.title, entry.here, [(link.to, link.here) for link in entry.links if link.here])
        for entry in menu(NAVIGATION, rights, path)
        if entry.here
    ]


def test_everybody_finds_home_what_to_learn_letters_and_courses():
    assert shown(holding()) == {
        "Home": ["Home"],
        "My learning": ["My training", "My record"],
        "Changes": ["All letters", "In force"],
        "Training": ["Courses"],
    }


def test_an_entry_is_there_only_with_something_below_it():
    items = [Item(Top.OPERATIONS, "Overview", "/operations", offered=of_state("operations.read"))]
    assert menu(items, holding(), "/operations") == []
    assert [entry.title for entry in menu(items, holding(operations_read=["state"]), "/home")] == ["Operations"]


def test_who_works_at_two_agencies_sees_both_under_my_agency():
    (mine,) = (
        entry
        for entry in menu(NAVIGATION, holding(people_read=["agencies/lake", "agencies/butte"]), "/home")
        if entry.title == "My agency"
    )
    assert mine.agencies == ["agencies/butte", "agencies/lake"]
    assert [(link.agency, link.to) for link in mine.links if link.title == "People"] == [
        ("agencies/butte", "/agencies/butte/people"),
        ("agencies/lake", "/agencies/lake/people"),
    ]


def test_whoever_leads_a_unit_finds_its_agency():
    unit = ["agencies/lake/units/legal"]
    links = shown(holding(people_read=unit, readiness_read_agency=unit))

    assert links["My agency"] == ["People", "Units", "Calendars and feeds"]
    assert "Results" not in links


def test_an_operator_has_the_figures_but_no_link_to_letters():
    seen = {"readiness_read": ["state"], "operations_read": ["state"]}

    assert shown(holding(**seen))["Changes"] == ["All letters", "In force"]
    assert shown(holding(**seen, notices_write=["state"]))["Changes"] == [
        "Letters and drafts",
        "Questions to answer",
        "All letters",
        "In force",
        "Releases",
    ]


def test_a_page_is_marked_where_it_stands_and_its_entry_above_it():
    assert marked(holding(), "/home") == [("Home", "page", [("/home", "page")])]
    assert marked(holding(), "/training") == [("My learning", "page", [("/training", "page")])]
    assert marked(holding(), "/training/1/course") == [("My learning", "true", [("/training", "true")])]


def test_of_two_places_the_one_that_says_more_of_the_address_is_marked():
    assert marked(holding(), "/training/letters") == [("Changes", "page", [("/training/letters", "page")])]
    assert marked(holding(courses_write=["state"]), "/courses/intake/edit") == [
        ("Training", "true", [("/catalogue", "true")])
    ]


def test_an_address_that_only_begins_alike_marks_nothing():
    assert marked(holding(), "/homely") == []


def test_a_second_link_marks_its_entry_without_being_it():
    coordinator = holding(people_read=["agencies/lake"])
    assert marked(coordinator, "/agencies/lake/units") == [
        ("My agency", "true", [("/agencies/lake/units", "page")]),
    ]


def test_each_link_leads_to_a_page_and_stands_once():
    pages = [route.path_regex for router in ROUTERS for route in router.routes if "GET" in route.methods]
    addresses = [item.to.replace("{agency}", "agencies/lake").replace("{slug}", "lake") for item in NAVIGATION]

    assert addresses
    assert [address for address in addresses if not any(page.match(address) for page in pages)] == []
    # One is under Operations for who keeps it, and under Changes for who only sees it.
    assert {address for address in addresses if addresses.count(address) > 1} == {"/connections/state"}


@pytest.mark.parametrize(
    ("rights", "top"),
    [(("connections.read", "connections.manage"), Top.OPERATIONS), (("connections.read",), Top.CHANGES), ((), None)],
)
def test_the_states_connections_stand_once_for_whoever_sees_them(rights, top):
    held = Rights(pb.Me(rights=[pb.Right(right=right, scopes=["state"]) for right in rights]))
    places = [item.top for item in NAVIGATION if item.to == "/connections/state" and item.offered(held)]
    assert places == ([top] if top else [])
