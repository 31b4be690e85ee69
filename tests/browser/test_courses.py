"""Courses: found by everybody, written with their tests by the training manager, in a browser that runs no script."""

import re

import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre_cli.access import request_id

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MANAGER, SPECIALIST, BIG_COORDINATOR = "Training manager", "Specialist, Lake", "Coordinator, Los Angeles"


def training_manager(cadre):
    """Somebody who writes courses, as calls name them."""
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    return next(one.person for one in personas if one.part == "training-manager")


def begin(manager, what, title):
    """Begin a course or a test; return the path of its draft."""
    manager.go(f"/{what}s/new")
    manager.type("Title", title)
    manager.press(f"Begin the {what}")
    manager.sees_heading(f"{title}: draft")
    return manager.page.url.removeprefix(manager.url).partition("?")[0]


def ask(manager, text, options, *, right, several=False, then="Save"):
    """Write the question on the page."""
    manager.type("Question", text)
    if several:
        manager.page.get_by_text("One or more are right: all of them must be chosen").click()
    for n, option in enumerate(options, start=1):
        manager.type(f"Option {n}", option)
        if option in right:
            manager.page.get_by_text(f"Option {n} is right").click()
    manager.type("Why it is right (optional)", f"Because: {', '.join(right)}.")
    manager.press(then)


def write_section(manager, title, minutes, text, *, then="Save"):
    manager.type("Title", title)
    manager.type("Minutes", minutes)
    manager.type("Text", text)
    manager.press(then)


def rows(manager, caption):
    """The first cells of a table's rows."""
    return manager.page.get_by_role("table", name=re.compile(caption)).get_by_role("rowheader").all_inner_texts()


def test_a_training_manager_writes_a_course_with_a_test_and_issues_both(person):  # noqa: PLR0915 - a day
    manager = person().sign_in(MANAGER)
    manager.press("Training")
    manager.press("Tests")
    manager.press("Write a test")
    manager.press("Begin the test")
    manager.sees_heading("Not yet: please look at this")
    test = begin(manager, "test", "Intake check")
    manager.sees("No question yet.")
    manager.press("Add a question")
    ask(manager, "Within how many days?", ["10", "20"], right=["20"], then="Save and go on to question 2")
    ask(manager, "Who may apply?", ["Either parent", "A caretaker", "The weather"], right=[], several=True)
    manager.press(re.compile("^Question 2 must have a right option"))
    for n in (1, 2):
        manager.page.get_by_text(f"Option {n} is right").click()
    manager.type("Why it is right (optional)", "Whoever has the child.")
    manager.press("Save")
    manager.sees("The test must have a pass mark from 1 to 2.")
    manager.type("Right to pass", "2")
    manager.press("Save")
    manager.sees("Answer check: every question has its right answer and an explanation")

    manager.press("Try it")
    manager.page.get_by_role("group", name="Within how many days?").get_by_text("20", exact=True).click()
    manager.page.get_by_role("group", name="Who may apply?").get_by_text("Either parent").click()
    manager.press("Show the result")
    manager.sees_heading("1 of 2. Not yet")
    manager.sees("Right is: Either parent; A caretaker.")
    manager.press("Back to the draft")
    manager.press("Issue version 1…")
    manager.press("Issue version 1")
    manager.sees("The new version is issued.")
    manager.sees("Version 1, issued")

    course = begin(manager, "course", "Intake from the first call")
    manager.press("Add a section")
    write_section(manager, "The call", "6", "# Listen\n\n- first\n- then", then="Preview")
    manager.sees_heading("As staff will see it (not saved yet)")
    manager.sees_heading("Listen")
    manager.press("Save and go on to section 2")
    write_section(manager, "The application", "9", "Open it within **20 days**.")
    manager.press(re.compile("^Down section 1"))
    manager.sees("Moved.")
    assert rows(manager, "2 sections, about 15 minutes") == ["1. The application", "2. The call"]
    manager.press(re.compile("^Up section 2"))
    expect(manager.page.get_by_role("rowheader").first).to_have_text("1. The call")
    manager.page.get_by_label("The test that ends the course (optional)").select_option("Intake check, version 1")
    manager.press("Use this test")
    manager.sees("Intake check: 2 questions, 2 right to pass.")

    manager.press("Preview as staff")
    manager.sees("Section 1 of 2 · about 15 minutes left")
    manager.press("Go to section 2")
    manager.sees("Then the test: 2 questions, 2 right to pass")
    manager.go(f"{course}")
    manager.press("Issue version 1…")
    manager.sees("From now on new letters can ask for version 1.")
    manager.press("Issue version 1")
    manager.sees("The new version is issued. New letters can ask for it.")
    manager.sees("About 15 minutes in 2 sections, then a test: 2 questions, 2 right to pass")

    # With the course known, the answer check knows its sections.
    manager.go(test)
    manager.sees("Question 1 should name the section to look at again.")
    manager.go(f"{course.removesuffix('/edit')}/issue")
    manager.sees("The draft is version 1, unchanged: there is nothing to issue.")
    assert manager.complaints == []

    learner = person().sign_in(SPECIALIST)
    learner.press("Training")
    learner.type("Title, provider or staff it is for (optional)", "first call")
    learner.press("Find")
    learner.press("Intake from the first call")
    learner.press("Version 1")
    learner.sees_heading("2. The application")
    learner.sees("To read here is not noted as training.")
    assert learner.go(course).status == 403
    assert learner.go(test).status == 403
    assert learner.go("/courses/new").status == 404


def test_of_two_who_write_one_section_the_second_is_told_and_keeps_what_they_typed(person):
    first, second = person().sign_in(MANAGER), person().sign_in(MANAGER)
    course = begin(first, "course", "Written by two")
    first.press("Add a section")
    write_section(first, "One", "5", "As it was.")
    second.go(course.removesuffix("/edit") + "/sections/1")
    first.press("One")
    write_section(first, "One", "5", "By the first.")
    first.press("Add a section")
    write_section(first, "Nought", "5", "Before it.")
    first.press(re.compile("^Up section 2"))

    write_section(second, "One", "5", "By the second.")

    second.sees(re.compile(r"^You saved this draft in another tab at .* after you opened it here\."))
    expect(second.page.get_by_label("Text", exact=True)).to_have_value("By the second.")
    # The section was moved in the meantime: it is found again where it is now.
    second.sees_heading("Section 2 of 2")
    second.sees("By the first.")
    second.press("Save")
    second.sees("The draft is saved.")
    second.press("One")
    expect(second.page.get_by_label("Text", exact=True)).to_have_value("By the second.")
    second.press("Back without saving")
    second.press("Nought")
    expect(second.page.get_by_label("Text", exact=True)).to_have_value("Before it.")


def test_sections_are_put_in_order_by_the_keyboard_alone(person):
    manager = person().sign_in(MANAGER)
    begin(manager, "course", "By the keyboard")
    for title in ("First", "Second"):
        manager.press("Add a section")
        write_section(manager, title, "5", "Text.")
    keys = manager.page.keyboard

    def reach(name):
        """Press the tab key until the focus is on the button or link of that name."""
        for _ in range(60):
            keys.press("Tab")
            focused = manager.page.locator(":focus")
            # Past the last link the focus is nowhere, then at the first one.
            if focused.count() and " ".join(focused.inner_text().split()).startswith(name):
                return
        pytest.fail(f"The tab key does not reach {name}.")

    reach("Down section 1")
    keys.press("Enter")

    manager.sees("Moved.")
    assert rows(manager, "2 sections") == ["1. Second", "2. First"]
    reach("Issue version 1…")
    keys.press("Enter")
    manager.sees_heading("Issue version 1 of By the keyboard?")
    reach("Issue version 1")
    keys.press("Enter")
    manager.sees("The new version is issued. New letters can ask for it.")


def test_a_test_of_fifty_questions_is_put_in_order_and_stays_light(person, cadre):
    options = [test_pb.Option(text=text, correct=text == "yes") for text in ("yes", "no", "perhaps", "never")]
    questions = [
        test_pb.Item(
            text=f"Question of number {number}?", kind=test_pb.Item.SINGLE, options=options, explanation="Yes."
        )
        for number in range(1, 51)
    ]
    create = test_pb.CreateTestRequest(
        test_id="fifty-questions",
        test=test_pb.Test(title="Fifty questions", items=questions),
        request_id=request_id("fifty"),
    )
    cadre.access.ask(cadre.access.tests.CreateTest, create, person=training_manager(cadre))
    manager = person(scripts=True).sign_in(MANAGER)
    manager.go("/tests/fifty-questions/questions/50")
    options_before = manager.page.get_by_role("textbox", name=re.compile(r"^Option \d+$")).count()
    for first_added in range(options_before + 1, 21, 2):
        manager.press("More options")
        expect(manager.page.get_by_label(f"Option {first_added}", exact=True)).to_be_focused()
    manager.sees("There are at most 20 options.")
    manager.type("Place in the test", "2")
    manager.press("Save")
    manager.sees("2. Question of number 50?")

    order = rows(manager, "In the order in which they are asked")
    assert [len(order), order[0], order[1], order[49]] == [
        50,
        "1. Question of number 1?",
        "2. Question of number 50?",
        "50. Question of number 49?",
    ]
    assert len(manager.page.content().encode()) < 300_000
    assert manager.violations() == []
    manager.type("Right to pass", "40")
    manager.press("Save")
    manager.sees("The draft is saved.")
    manager.press("Try it")
    manager.sees(re.compile("^You try the draft"))
    for box in manager.page.get_by_text("yes", exact=True).all():
        box.click()
    manager.press("Show the result")
    manager.sees_heading("50 of 50. You passed.")


def test_who_takes_a_version_that_was_revised_is_told_and_goes_on_with_theirs(person, cadre, letter):
    access, name = cadre.access, cadre.course_version.partition("/versions/")[0]
    manager = training_manager(cadre)
    draft = access.ask(access.courses.GetCourse, pb.GetCourseRequest(name=name), person=manager)
    before = draft.sections[0].title
    draft.sections[0].title = "Revised"
    update = pb.UpdateCourseRequest(course=draft, request_id=request_id("revise"))
    draft = access.ask(access.courses.UpdateCourse, update, person=manager)
    publish = pb.PublishCourseRequest(name=name, etag=draft.etag, request_id=request_id("revise", "issue"))
    version = access.ask(access.courses.PublishCourse, publish, person=manager).version

    reader = person().sign_in(BIG_COORDINATOR)
    reader.go(f"/training/{letter}/course/1")

    reader.sees_heading(before)
    reader.sees(f"You are taking version {version - 1}; version {version} is out for new letters.")
    reader.press("What changed")
    reader.sees(f"In version {version}, since version {version - 1}.")
    reader.sees(f"Revised (before: {before})")
    reader.go(f"/catalogue/{name.removeprefix('courses/')}")
    reader.press(f"Version {version}")
    reader.sees_heading("1. Revised")
