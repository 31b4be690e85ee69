"""Materials of a course under way: brought in, a guide written step by step, a table that shows what is missing."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TEXT = b"1. Ask three sources.\n2. Note each.\n"
WAYS = ("CLASSROOM", "ON_THE_JOB")


@pytest.fixture
def begun(cadre):
    """A work of a designer with a course, two ways of giving it and an objective."""
    access = cadre.access
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    designer = next(one.person for one in personas if one.part == "designer")
    key = uuid4().hex[:8]

    def ask(method, request):
        request.request_id = str(uuid4())
        return access.ask(method, request, person=designer)

    section = course_pb.Section(title="One", minutes=5, markdown="Text.")
    course = course_pb.Course(title=f"Given with materials {key}", sections=[section])
    create = course_pb.CreateCourseRequest(course_id=f"given-{key}", course=course)
    name = ask(access.courses.CreateCourse, create).name
    modes = [work_pb.ModeChoice(mode=work_pb.ModeChoice.Mode.Value(way), reason="So it is") for way in WAYS]
    work = work_pb.Work(
        title=f"Given with materials {key}",
        need="They cannot do it yet.",
        source=work_pb.Work.NEED,
        source_text="Kern",
        course=name,
        modes=modes,
    )
    work = ask(access.works.CreateWork, work_pb.CreateWorkRequest(work=work))
    if list(work.modes) != modes:
        work.modes.extend(modes)
        work = ask(access.works.UpdateWork, work_pb.UpdateWorkRequest(work=work))
    aim = trace_pb.Objective(condition="a case", behavior="asks three sources", standard="within 5 days")
    ask(access.traces.UpdateTrace, trace_pb.UpdateTraceRequest(trace=trace_pb.Trace(course=name, objectives=[aim])))
    return work


@pytest.mark.parametrize("scripts", [True, False])
def test_a_designer_brings_in_what_a_course_is_given_with_and_sees_what_is_still_empty(person, begun, scripts):
    designer = person(scripts=scripts)
    designer.sign_in("Course designer")
    page, at = designer.page, f"/{begun.name}/materials"
    designer.go(at)
    expect(page.get_by_text("2 of 2 cells are empty")).to_be_visible()

    card(designer, page)
    expect(page.get_by_text("1 of 2 cells is empty")).to_be_visible()
    guide(page)
    expect(page.get_by_role("row", name="Guide for a day")).to_contain_text("1 part")
    read(page)
    take_out(designer, page, at)


def card(designer, page):
    """A job aid with its file."""
    page.get_by_role("link", name="Add a material").click()
    page.get_by_label("What it is", exact=True).select_option(label="Job aid")
    page.get_by_label("What it is called").fill("Card")
    page.get_by_label("File (optional)").set_input_files({"name": "card.txt", "mimeType": "text/plain", "buffer": TEXT})
    page.get_by_label("Whose it is").select_option(label="Ours")
    page.locator("label", has_text="On the job").click()
    page.locator("label", has_text="The worker asks three sources").click()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("It is added.")).to_be_visible()
    with page.expect_download() as came:
        page.get_by_role("link", name="Download Card").click()
    assert came.value.suggested_filename == "card.txt"
    assert came.value.path().read_bytes() == TEXT


def guide(page):
    """A guide for trainers: rows of steps are added and taken out while what is typed stays."""
    page.get_by_role("link", name="Add a material").click()
    page.get_by_label("What it is", exact=True).select_option(label="Guide for trainers")
    page.get_by_label("What it is called").fill("Guide for a day")
    page.get_by_label("Whose it is").select_option(label="Ours")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Add a part").click()
    page.get_by_label("What the part is called").fill("Opening")
    page.get_by_label("Step 1: says").fill("Too much")
    page.get_by_label("Step 2: says").fill("Welcome")
    page.get_by_role("button", name="Take out step 1").click()
    expect(page.get_by_label("Step 1: says")).to_have_value("Welcome")
    page.get_by_role("button", name="More steps").click()
    page.get_by_label("Step 7: does").fill("Hand out the card")
    page.get_by_role("button", name="Save the part").click()
    expect(page.get_by_text("The part is saved.")).to_be_visible()
    expect(page.get_by_role("row", name="1. Opening")).to_contain_text("2")
    page.get_by_role("link", name="Materials", exact=True).click()


def read(page):
    """The guide as a trainer reads it."""
    page.get_by_role("link", name="Guide for a day").click()
    page.get_by_role("link", name="As it is read").click()
    steps = page.get_by_role("table").get_by_role("row")
    expect(steps).to_contain_text(["Step", "Welcome", "Hand out the card"])


def take_out(designer, page, at):
    """It asks again, and says what is empty then."""
    designer.go(at)
    page.get_by_role("link", name="Card", exact=True).first.click()
    page.get_by_role("link", name="Take this material out…").click()
    expect(page.get_by_text("1 cell is empty then")).to_be_visible()
    expect(page.get_by_text("No version has it")).to_be_visible()
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("2 of 2 cells are empty")).to_be_visible()
