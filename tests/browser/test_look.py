"""How pages look where people set their screens otherwise: dark, with colors of their own, on paper."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, OPERATOR = "State analyst", "Operator"
COORDINATOR, SPECIALIST = "Coordinator, Lake", "Specialist, Lake"
PAGES = [
    ("", "/sign-in"),
    (COORDINATOR, "/home"),
    (COORDINATOR, "/agencies/lake/people"),
    (COORDINATOR, "/agencies/lake/letters/{letter}"),
    (SPECIALIST, "/training/{letter}/course/1"),
    (ANALYST, "/letters/new"),
    (ANALYST, "/letters/{letter}"),
    (ANALYST, "/letters/{letter}/map"),
    (OPERATOR, "/operations"),
]


@pytest.fixture
def looked_at(signed_in):
    """Look at pages under settings of the screen, and set it back after."""
    seen = []

    def look(who, **settings):
        visitor = signed_in(who)
        visitor.page.emulate_media(**settings)
        seen.append(visitor.page)
        return visitor

    yield look
    for page in seen:
        page.emulate_media(color_scheme="light", forced_colors="none", media="screen")


def test_in_the_dark_every_word_has_its_contrast(looked_at, letter):
    found = {}
    for who, path in PAGES:
        visitor = looked_at(who, color_scheme="dark")
        visitor.go(path.format(letter=letter))
        found[who, path] = visitor.violations()
        paper = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(20, 24, 30)"

    assert len(found) == len(PAGES)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


def test_where_colors_are_taken_away_the_place_in_the_menu_is_still_marked(looked_at):
    visitor = looked_at(COORDINATOR, forced_colors="active")
    visitor.go("/agencies/lake/people")
    areas = visitor.page.get_by_role("navigation", name="Main").get_by_role("link").all()

    lines = {link.inner_text(): link.evaluate("e => getComputedStyle(e).borderBottomColor") for link in areas}
    here = [link.inner_text() for link in areas if link.get_attribute("aria-current")]
    assert here == ["My agency"]
    assert [name for name, color in lines.items() if color == lines["My agency"]] == here


def test_on_paper_there_is_no_menu_and_no_dark(looked_at):
    visitor = looked_at(COORDINATOR, media="print", color_scheme="dark")
    visitor.go("/home")

    expect(visitor.page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(visitor.page.locator("#sign-in-ends")).to_be_hidden()
    assert visitor.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
