"""What pages do with script, beyond what they do without: the warning before a sign-in ends, and typed text guarded."""

import io
import re
import wave

import psycopg
import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MANAGER, READER = "Training manager", "Coordinator, Los Angeles"
QUIET, LONG = "13:20", "16:00"


@pytest.fixture
def time_passes(cadre):
    """Let time pass for pages and for the sign-ins behind them, as nobody does anything."""

    def pass_(minutes, *pages):
        with psycopg.connect(cadre.databases["gateway"], autocommit=True) as connection:
            minute, second = (int(part) for part in minutes.split(":"))
            connection.execute(
                "UPDATE sign_in_activity SET seen_at = seen_at - make_interval(mins => %s, secs => %s)",
                [minute, second],
            )
        for page in pages:
            page.clock.fast_forward(minutes)

    return pass_


@pytest.fixture
def manager(person):
    """Somebody who writes much, at a page whose time we make pass."""
    somebody = person(scripts=True)
    somebody.page.clock.install()
    return somebody.sign_in(MANAGER)


def warning(page):
    return page.get_by_role("dialog", name="Are you still there?")


def test_before_a_sign_in_ends_every_tab_asks_and_one_answer_by_keyboard_is_enough(manager, time_passes):
    manager.go("/courses/new")
    manager.type("Title", "Half a course")
    other = manager.page.context.new_page()
    other.goto(manager.url + "/home")
    time_passes(QUIET, manager.page, other)

    expect(warning(manager.page)).to_be_visible()
    expect(warning(other)).to_be_visible()
    expect(warning(manager.page)).to_contain_text(re.compile(r"ends at \d+:\d\d [ap]\.m\., in less than two minutes"))
    assert manager.violations("#idle-warning") == []
    expect(manager.page.get_by_role("button", name="Stay signed in")).to_be_focused()
    manager.page.keyboard.press("Enter")

    expect(warning(manager.page)).to_be_hidden()
    expect(warning(other)).to_be_hidden()
    expect(manager.page.get_by_label("Title")).to_have_value("Half a course")
    time_passes(QUIET, other)
    expect(warning(other)).to_be_visible()
    other.keyboard.press("Escape")
    expect(warning(other)).to_be_hidden()
    assert manager.complaints == []


def test_a_page_hides_when_its_sign_in_ended_and_goes_on_where_it_was_after_the_next(manager, time_passes):
    manager.go("/courses/new")
    manager.type("Title", "Half a course")
    time_passes(LONG, manager.page)

    ended = manager.page.get_by_role("dialog", name="Your sign-in ended")
    expect(ended).to_contain_text("What you typed is still here.")
    manager.page.keyboard.press("Escape")
    expect(ended).to_be_visible()
    assert manager.violations("#signed-out") == []
    with manager.page.context.expect_page() as opened:
        ended.get_by_role("link", name="Sign in again").click()
    opened.value.get_by_role("button", name=MANAGER).click()

    expect(ended).to_be_hidden()
    expect(manager.page.get_by_label("Title")).to_have_value("Half a course")
    manager.press("Begin the course")
    manager.sees_heading("Half a course")


def test_somebody_else_at_the_same_browser_does_not_see_the_page_of_before(manager):
    manager.go("/courses/new")
    other = manager.page.context.new_page()
    other.goto(manager.url + "/sign-in")
    other.get_by_role("button", name="Specialist, Lake").click()
    expect(other.get_by_text("You are signed in as")).to_be_visible()

    manager.page.clock.fast_forward("00:02")
    expect(manager.page.get_by_role("dialog", name="Your sign-in ended")).to_be_visible()


def test_leaving_what_was_typed_asks_and_what_is_sent_or_as_before_does_not(manager):
    asked = []
    leave = False

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept() if leave else dialog.dismiss()

    manager.page.on("dialog", answer)
    home = manager.page.get_by_role("navigation", name="Main").get_by_role("link", name="Home")
    manager.go("/courses/new")
    title = manager.page.get_by_label("Title")
    title.fill("Half a course")
    home.click(no_wait_after=True)
    expect(title).to_have_value("Half a course")
    assert asked == ["beforeunload"]

    title.fill("")
    home.click()
    manager.page.wait_for_url("**/home")
    manager.go("/courses/new")
    title.fill("A whole course")
    manager.press("Begin the course")
    manager.sees_heading("A whole course")
    assert asked == ["beforeunload"]


def test_a_film_goes_in_pieces_and_goes_on_when_the_connection_breaks(person, cadre):
    manager = person(scripts=True).sign_in(MANAGER)
    manager.go("/courses/new")
    manager.type("Title", "With a recording")
    manager.press("Begin the course")
    manager.press("Add a section")
    manager.type("Title", "Listen")
    manager.type("Minutes", "5")
    manager.type("Text", "[[1]]")
    manager.press("Save")
    manager.press("Listen")
    manager.press("Add a film or recording")
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(500_000)
        file.writeframes(bytes(5_000_000))
    page, broken = manager.page, []

    def break_once(route):
        # The second piece gets no answer the first time.
        if "offset=4194304" in route.request.url and not broken:
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/courses/uploads/**", break_once)
    call = {"name": "call.wav", "mimeType": "audio/wav", "buffer": made.getvalue()}
    page.get_by_label("File", exact=True).set_input_files(call)
    manager.type("Title", "A call")
    page.get_by_label("Captions", exact=True).fill("WEBVTT\n\n00:00.000 --> 00:10.000\nThree tries.\n")
    page.get_by_label("Transcript").fill("Three tries.")
    manager.press("Add it")
    manager.sees("Added. It stands after the text")
    assert len(broken) == 1
    manager.sees("A call")


def test_a_course_goes_on_at_the_paragraph_where_its_reader_stopped(person, letter):
    reader = person(scripts=True).sign_in(READER)
    reader.go(f"/training/{letter}/course/1")
    reader.page.locator("#b6").evaluate("block => block.scrollIntoView()")
    reader.go("/training")

    def at_place():
        reader.go(f"/training/{letter}/course")
        return re.search(r"/course/1#b[2-9]$", reader.page.url)

    wait_until(at_place, "the place should be kept")


def test_the_arrow_keys_turn_the_sections_of_a_course_and_save_none(person, cadre, issued):
    letter = issued("Sections by the arrow keys", notice_pb.TRAIN, course_version=cadre.course_version)
    wait_until(cadre.access.quiet, "events are still under way")
    reader = person(scripts=True).sign_in(READER)
    reader.go(f"/training/{letter}/course/1")
    expect(reader.page.get_by_text("The arrow keys ← and → turn the sections.")).to_be_visible()

    reader.page.keyboard.press("ArrowRight")
    on = reader.page.get_by_role("button", name="Save and go to section 2")
    expect(on).to_be_focused()
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/course/2**")
    reader.page.keyboard.press("ArrowLeft")
    reader.page.wait_for_url("**/course/1")
    reader.page.get_by_role("searchbox", name="Search letters, courses and people").press("ArrowRight")
    expect(reader.page).to_have_url(re.compile("/course/1$"))
    reader.page.get_by_role("heading", level=1).click()
    reader.page.keyboard.press("ArrowRight")
    reader.page.wait_for_url("**/course/2")
    assert reader.complaints == []
