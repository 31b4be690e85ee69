"""Questions of tests keep what is linked to them, through the pages on which they are moved, reworded and removed."""

import uuid

import pytest

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from servicekit.testing.waiting import wait_until

from .test_approval import Fields
from .visitor import Visitor

pytestmark = pytest.mark.system


@pytest.fixture
def designer(cadre):
    visitor = Visitor(cadre, "designer")
    yield visitor
    visitor.client.close()


class Linked:
    """A test with two questions, a course that ends with it, and a work about the course whose trace links to one."""

    def __init__(self, cadre, person):
        self.access, self.person, slug = cadre.access, person, f"linked-{uuid.uuid4().hex[:8]}"
        options = [test_pb.Option(text="Yes", correct=True), test_pb.Option(text="No")]
        asked = [
            test_pb.Item(text=text, kind=test_pb.Item.SINGLE, options=options, explanation="Yes.")
            for text in ("Is it asked first?", "Is it linked?")
        ]
        new = test_pb.Test(title=slug, items=asked, pass_mark=1)
        self.test = self.ask("tests", "CreateTest", test_pb.CreateTestRequest(test_id=slug, test=new))
        self.page = f"/tests/{slug}"
        self.publish()
        section = course_pb.Section(title="One", minutes=5, markdown="Text.")
        course = course_pb.Course(title=slug, sections=[section], test_version=f"{self.test.name}/versions/1")
        self.course = self.ask("courses", "CreateCourse", course_pb.CreateCourseRequest(course_id=slug, course=course))
        work = work_pb.Work(title=slug, source=work_pb.Work.NEED, source_text="x", need="x", course=self.course.name)
        self.work = self.ask("works", "CreateWork", work_pb.CreateWorkRequest(work=work))
        self.link = f"{self.test.name}/items/{self.test.items[1].id}"
        objective = trace_pb.Objective(behavior="x", items=[self.link])
        trace = trace_pb.Trace(course=self.course.name, objectives=[objective])
        self.ask("traces", "UpdateTrace", trace_pb.UpdateTraceRequest(trace=trace))

    def ask(self, service, method, request):
        request.request_id = str(uuid.uuid4())
        return self.access.ask(getattr(getattr(self.access, service), method), request, person=self.person)

    def draft(self):
        asked = test_pb.GetTestRequest(name=self.test.name)
        return self.access.ask(self.access.tests.GetTest, asked, person=self.person)

    def publish(self):
        draft = self.draft()
        return self.ask("tests", "PublishTest", test_pb.PublishTestRequest(name=draft.name, etag=draft.etag))

    def take_over(self):
        """Issue the next version of the test, and name it in the course."""
        version = self.publish()
        asked = course_pb.GetCourseRequest(name=self.course.name)
        course = self.access.ask(self.access.courses.GetCourse, asked, person=self.person)
        course.test_version = version.name
        self.ask("courses", "UpdateCourse", course_pb.UpdateCourseRequest(course=course))
        wait_until(self.access.quiet, "the version is told")


def test_a_question_that_is_moved_and_reworded_stays_linked_and_one_that_is_removed_is_missing(cadre, designer):
    linked = Linked(cadre, designer.person)
    trace, page = f"/{linked.work.name}/trace", f"{linked.page}/questions/2"

    form = Fields(designer.page(page).text, page).values
    said = form | {"text": "Is it reworded?", "place": "1", "action": "save"}
    assert designer.client.post(page, data=said).headers["location"].startswith(f"{linked.page}/edit")
    linked.take_over()

    assert linked.link.endswith(linked.draft().items[0].id)
    shown = designer.page(trace).text
    assert f'<a href="{linked.page}/versions/2#question-1">1. Is it reworded?</a>' in shown
    assert "is there no more" not in shown
    objective = f"{trace}/objectives/"
    (key,) = {part.partition('"')[0] for part in shown.split(objective)[1:]} - {"new"}
    assert Fields(designer.page(objective + key).text, objective).values["items"] == linked.link

    page = f"{linked.page}/questions/1"
    form = Fields(designer.page(page).text, page).values
    designer.client.post(page, data=form | {"action": "remove"})
    linked.take_over()
    said = designer.text(trace)
    assert "1 link leads to what is there no more" in said
    assert "“Is it reworded?”" in said
    assert Fields(designer.page(objective + key).text, objective).values["items"] == linked.link


def test_a_form_that_names_another_question_or_none_changes_nothing(cadre, designer):
    linked = Linked(cadre, designer.person)
    before = linked.draft()
    page = f"{linked.page}/questions/2"
    form = Fields(designer.page(page).text, page).values
    assert form["question"] == before.items[1].id

    for strange in (before.items[0].id, str(uuid.uuid4()), "nobody"):
        answer = designer.client.post(page, data=form | {"text": "Mine", "question": strange, "action": "save"})
        assert answer.status_code == 400

    assert linked.draft() == before
