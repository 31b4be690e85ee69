"""The frame of each page: its search, and on a phone its menu; without script."""

import re

import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli import past_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ANALYST, COORDINATOR, SPECIALIST = "State analyst", "Coordinator, Lake", "Specialist, Lake"
BIG_COORDINATOR = "Coordinator, Los Angeles"


def search(visitor, words):
    """Type into the field at the head of the page, and press Enter."""
    field = visitor.page.get_by_role("search", name="Everything").get_by_role("searchbox")
    field.fill(words)
    field.press("Enter")
    visitor.sees_heading(f"Search: “{words}”")


def found(visitor, kind):
    return visitor.page.get_by_role("region", name=kind).get_by_role("link")


@pytest.fixture(scope="module")
def known(cadre, letter):
    """The letter as it was issued."""
    request = pb.GetNoticeRequest(name=f"notices/{letter}")
    return cadre.access.ask(cadre.access.notices.GetNotice, request, person=cadre.cast.analyst)


def test_a_letter_is_found_by_its_number_from_any_page_and_opened(person, known):
    specialist = person().sign_in(SPECIALIST)
    specialist.go("/record")
    search(specialist, known.number)
    expect(found(specialist, "Letters").filter(has_text=f"{known.series} {known.number}")).to_have_count(1)

    specialist.press(f"{known.series} {known.number}")
    specialist.sees(known.subject)


def test_the_state_opens_a_letter_from_before_cadre_as_it_was_written(person, cadre):
    past, *_ = past_letters.read(past_letters.files())
    past_letters.load(cadre.access, [past])
    analyst = person().sign_in(ANALYST)
    number = f"{past.series} {past.number}"
    search(analyst, number)
    analyst.sees("from before Cadre")

    analyst.press(number)
    analyst.sees_heading(re.compile(re.escape(past.subject)))


def test_a_course_is_found_by_a_word_of_its_title(person, cadre):
    specialist = person().sign_in(SPECIALIST)
    title = cadre.content.course.title
    search(specialist, title)

    specialist.press(title)
    specialist.sees_heading(title)


def test_people_are_found_at_the_agencies_of_the_visitor_alone(person):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/people")
    name = coordinator.page.get_by_role("rowheader").first.inner_text()
    search(coordinator, name)
    expect(found(coordinator, "People, Lake County").filter(has_text=name)).to_have_count(1)

    for role in (BIG_COORDINATOR, SPECIALIST):
        elsewhere = person().sign_in(role)
        search(elsewhere, name)
        expect(elsewhere.page.get_by_role("main").get_by_role("link", name=name)).to_have_count(0)


def test_who_finds_nothing_is_told_what_else_to_try(person):
    specialist = person().sign_in(SPECIALIST)
    search(specialist, "zzyzx")
    specialist.sees("Nothing fits among letters and courses. Try fewer words")


def test_on_a_phone_the_menu_opens_and_leads_on_without_script(person):
    coordinator = person(width=400).sign_in(COORDINATOR)
    coordinator.go("/home")
    units = coordinator.page.get_by_role("navigation", name="Menu").get_by_role("link", name="Units")
    expect(units).to_be_hidden()

    coordinator.page.locator("summary", has_text="Menu").click()
    units.click()
    coordinator.sees_heading("Units, Lake County")


@pytest.mark.parametrize("width", [400, 320])
def test_on_a_phone_the_head_of_a_page_leaves_room_and_nothing_stands_beside_the_screen(person, width):
    coordinator = person(width=width).sign_in(COORDINATOR)
    for path in ("/home", "/agencies/lake/people", "/agencies/lake/units", "/search?query=a"):
        coordinator.go(path)
        assert coordinator.page.locator("header").first.bounding_box()["height"] <= 120
        assert coordinator.page.evaluate("document.documentElement.scrollWidth") <= width
