"""Was this useful? Asked after the test, told without a name the next day, read by the state and by the agency."""

import random
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import quality_service_pb2 as pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre_cli.access import request_id
from evaluation.quality.box import box_of
from evaluation.quality.releases import release
from servicekit.data.db import Database
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, MANAGER = "State analyst", "Training manager"
COORDINATOR, BIG_COORDINATOR = "Coordinator, Lake", "Coordinator, Los Angeles"
QUESTION = "I can use this in my own work."


def take(cadre, letter, person):
    """Take the test of the letter's course as *person*; return its page."""
    ask, access = cadre.access.ask, cadre.access
    own = ask(
        access.assignments.GetAssignment, assignment_pb.GetAssignmentRequest(name=f"notices/{letter}"), person=person
    )
    course = ask(
        access.courses.GetCourseVersion,
        course_pb.GetCourseVersionRequest(name=own.course_version),
        person=person,
    )
    again = request_id("quality", person)
    start = sitting_pb.StartSittingRequest(test_version=course.test_version, request_id=again)
    sitting = ask(access.sittings.StartSitting, start, person=person)
    right = [[n for n, one in enumerate(asked.choices) if one.correct] for asked in cadre.content.test.question]
    answers = [sitting_pb.Answer(options=options) for options in right]
    submit = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=again)
    ask(access.sittings.SubmitSitting, submit, person=person)
    return f"/training/{letter}/test/{sitting.name.removeprefix('sittings/')}"


def release_as_of_tomorrow(cadre):
    database = Database(cadre.databases["evaluation"].replace("postgresql:", "postgresql+psycopg:"), pool_size=2)
    release(database, datetime.now(UTC) + timedelta(days=1), box_of(cadre.keys_dir))
    database.dispose()


@pytest.fixture(scope="module")
def learner(cadre):
    """The coordinator of Los Angeles takes training, too."""
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    return next(persona.person for persona in personas if persona.part == "large-coordinator")


@pytest.fixture(scope="module")
def result_page(cadre, letter, learner):
    """The page of a test that they passed, as soon as evaluation knows which course the test belongs to."""
    page = take(cadre, letter, learner)

    def asked():
        try:
            form = pb.GetReactionFormRequest(course_version=cadre.course_version)
            return cadre.access.ask(cadre.access.quality.GetReactionForm, form, person=learner)
        except Refused:
            return None

    wait_until(asked, "evaluation does not hear of the course")
    return page


@pytest.fixture(scope="module")
def told(cadre, letter, result_page):
    """Thirty-odd people of Los Angeles and some elsewhere took the course and said what they think; it is told."""
    ask, access, chance = cadre.access.ask, cadre.access, random.Random(7)
    for agency in ("los-angeles", "orange", "kern", "fresno"):
        people = ask(
            access.people.ListPeople, person_pb.ListPeopleRequest(parent=f"agencies/{agency}", page_size=40)
        ).people
        for person in people:
            try:
                take(cadre, letter, person.name)
            except Refused as refused:
                # Some are on leave or hold another job class: the letter is not for them.
                if refused.code == "NOT_FOUND":
                    continue
                raise
            form = pb.GetReactionFormRequest(course_version=cadre.course_version)
            ticket = ask(access.quality.GetReactionForm, form, person=person.name).ticket
            said = chance.choice(["", "", "More examples of multiple employers.", "The dates were hard to follow."])
            request = pb.SendReactionRequest(
                course_version=cadre.course_version,
                ratings=[chance.choices(range(6), [1, 1, 2, 3, 6, 4])[0] or 4 for _ in range(5)],
                comment=said,
                ticket=ticket,
                agency=f"agencies/{agency}",
            )
            ask(access.quality.SendReaction, request, person=person.name)
    release_as_of_tomorrow(cadre)


def test_a_learner_says_what_they_think_once_and_is_thanked(person, cadre, result_page):
    learner = person().sign_in(BIG_COORDINATOR)
    learner.go(result_page)
    learner.sees_heading("Was this useful?")
    learner.sees("Optional. No name is kept.")
    assert learner.page.get_by_role("group", name=QUESTION).get_by_role("radio").count() == 5

    learner.press("Send")
    learner.sees("Answer at least one question, or skip this.")
    learner.page.get_by_role("group", name=QUESTION).get_by_text("Agree", exact=True).click()
    learner.type(re.compile("What should be different"), "My case 0412 345 67890 was like this.")
    learner.press("Send")
    learner.sees("social security, case or phone number")
    expect(
        learner.page.get_by_role("group", name=QUESTION).get_by_role("radio", name="Agree", exact=True)
    ).to_be_checked()

    learner.type(re.compile("What should be different"), "Nothing.")
    learner.press("Send")
    learner.sees("Thank you. Your answer is counted with those of others; no name is kept.")
    learner.go(result_page)
    learner.sees("You told us. Thank you.")
    assert not learner.page.get_by_role("radio").count()
    assert learner.complaints == []


def test_who_skips_goes_on_and_has_nothing_to_do(person, result_page, letter):
    learner = person().sign_in(BIG_COORDINATOR)
    learner.go(result_page)
    skip = learner.page.get_by_role("link", name="Skip", exact=True)
    if skip.count():
        skip.click()
        learner.page.wait_for_url(re.compile("/done"))
    learner.go("/training")
    assert "useful" not in learner.page.inner_text("main").lower()


def test_the_state_reads_quality_with_n_and_how_sure_it_is(person, told):
    manager = person().sign_in(MANAGER)
    manager.press("Results")
    manager.sees_heading("Course quality")
    table = manager.page.get_by_role("table")
    expect(table.get_by_role("row").nth(1)).to_contain_text(
        re.compile(r"\d\.\d of 5 from \d+ answers, 95%\ssure:\s\d\.\d\sto\s\d\.\d")
    )
    manager.waits_for(re.compile(r"\d of [\d,]+ \([^)]*%\), 95%\ssure:\s\d+%\sto\s\d+%"), seconds=150)

    table.get_by_role("rowheader").get_by_role("link").first.click()
    manager.sees_heading("What learners say")
    assert manager.page.get_by_role("img").count() == 5
    manager.sees_heading("Comments")
    assert manager.page.get_by_text("More examples of multiple employers.").count() >= 2
    assert "lake" not in manager.page.inner_text("main").lower()


def test_an_agency_reads_what_its_own_staff_say_and_no_other(person, told):
    large = person().sign_in(BIG_COORDINATOR)
    large.go("/agencies/los-angeles/quality")
    large.sees_heading(re.compile("What our staff say of courses, Los Angeles"))
    large.sees(QUESTION)
    assert large.go("/agencies/lake/quality").status == 403

    small = person().sign_in(COORDINATOR)
    small.go("/agencies/lake/quality")
    small.sees("Fewer than 5 answers: not shown.")


def test_who_has_no_business_with_it_sees_no_quality(person, told):
    analyst = person().sign_in(ANALYST)
    assert not analyst.page.get_by_role("link", name="Results", exact=True).count()
    assert analyst.go("/quality").status == 403


def test_the_table_comes_as_a_file_with_empty_cells_where_nothing_is_known(person, cadre, told):
    manager = person().sign_in(MANAGER)
    cookies = {one["name"]: one["value"] for one in manager.page.context.cookies()}

    answer = httpx.get(f"{cadre.url}/quality/courses.csv", cookies=cookies)

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="course-quality-')
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Course,As of,Completed,Had to take it,Completed share,Low,High,Took the test")
    assert len([line for line in lines if QUESTION in line]) == 1
    assert "nan" not in answer.text.lower()


def test_the_pages_of_quality_have_nothing_that_axe_finds_and_fit_every_screen(
    person, cadre, told, letter, result_page
):
    manager = person(scripts=True).sign_in(MANAGER)
    course = cadre.course_version.split("/")[1]
    for path in ("/quality", f"/quality/{course}"):
        manager.go(path)
        manager.check_page()
    large = person(scripts=True).sign_in(BIG_COORDINATOR)
    for path in ("/agencies/los-angeles/quality", result_page, f"/training/{letter}/reaction"):
        large.go(path)
        large.check_page()
