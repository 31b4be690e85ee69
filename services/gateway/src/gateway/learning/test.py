"""The test of a course: as often as a person likes; nobody else sees the score."""

from typing import Any

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from gateway.learning import reactions, todo
from gateway.learning.pages import course_read, step_of, steps_of, training_of, training_under
from gateway.letters import letters
from gateway.tests import taking
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/training/{letter_id}")


@router.get("/test")
def before_test(visit: Visitor, letter_id: str) -> Answer:
    """What the test is, with the button that begins it; or back to the course, which comes first."""
    training = training_of(visit, letter_id)
    version = _test_of(visit, training)
    if version is None:
        return visit.go(f"/training/{letter_id}/course")
    return _page(visit, "learning/before_test.html", letter_id, training, version=version, form=Form())


@router.post("/test")
def begin_test(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Begin the test, or try again."""
    training = training_of(visit, letter_id)
    version = _test_of(visit, training)
    if version is None or not course_read(training):
        return visit.go(f"/training/{letter_id}/course")
    return visit.go(taking.start(visit, letter_id, version.name, form.request_id))


@router.get("/test/{sitting_id}")
def take_test(visit: Visitor, letter_id: str, sitting_id: str) -> Answer:
    """The questions; once they were answered, the result."""
    sitting, version = _sitting(visit, sitting_id)
    if sitting.state == sitting_pb.Sitting.OPEN:
        return _taking(visit, letter_id, sitting_id, version, Form())
    return visit.page(
        "learning/test_result.html",
        letter_id=letter_id,
        sitting=sitting,
        version=version,
        look_again=taking.look_again(sitting),
        asked=reactions.form_of(visit, training_of(visit, letter_id))
        if sitting.state == sitting_pb.Sitting.PASSED
        else None,
        form=Form(),
    )


@router.post("/test/{sitting_id}")
def answer_test(visit: Visitor, letter_id: str, sitting_id: str, form: Sent) -> Answer:
    """Send the answers in."""
    sitting, version = _sitting(visit, sitting_id)
    given = taking.answers(form, version)
    if not form.errors:
        try:
            visit.clients.sittings.SubmitSitting(
                sitting_pb.SubmitSittingRequest(name=sitting.name, answers=given, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _taking(visit, letter_id, sitting_id, version, form)
    return visit.go(f"/training/{letter_id}/test/{sitting_id}")


@router.get("/done")
def done(visit: Visitor, letter_id: str) -> Answer:
    """The end: ready for the day it takes effect, and what comes next."""
    item = visit.clients.inbox.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=f"notices/{letter_id}"))
    inbox = visit.clients.inbox.ListInbox(inbox_pb.ListInboxRequest(page_size=10, only_open=True))
    # This letter may be open for a moment still: the services tell each other.
    following = [row for row in todo.items(inbox.items, []) if row.id != letter_id]
    training = training_under(visit, letter_id)
    # After a test the question stands on the page of its result.
    asks = training is not None and not training.has_test and training.state == assignment_pb.Assignment.COMPLETED
    return visit.page(
        "learning/done.html",
        letter=item.notice,
        letters=letters,
        item=item,
        training=training,
        following=following[0] if following else None,
        letter_id=letter_id,
        asked=reactions.form_of(visit, training) if asks else None,
        form=Form(),
    )


def _taking(visit: Visit, letter_id: str, sitting_id: str, version: test_pb.TestVersion, form: Form) -> Answer:
    training = training_of(visit, letter_id)
    return _page(visit, "learning/test.html", letter_id, training, sitting_id=sitting_id, version=version, form=form)


def _page(
    visit: Visit,
    template: str,
    letter_id: str,
    training: assignment_pb.Assignment | None,
    *,
    form: Form,
    **values: Any,  # noqa: ANN401 - the template's
) -> Answer:
    """Answer with a page of the test, which says how far the person is under the letter."""
    item = visit.clients.inbox.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=f"notices/{letter_id}"))
    return visit.page(
        template,
        status=400 if form.errors else 200,
        letter_id=letter_id,
        training=training,
        course_read=course_read(training),
        steps=steps_of(item, training),
        step=step_of(item, training),
        form=form,
        **values,
    )


def _test_of(visit: Visit, training: assignment_pb.Assignment | None) -> test_pb.TestVersion | None:
    if training is None or not training.has_test:
        return None
    course = visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=training.course_version))
    return visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=course.test_version))


def _sitting(visit: Visit, sitting_id: str) -> tuple[sitting_pb.Sitting, test_pb.TestVersion]:
    sitting = visit.clients.sittings.GetSitting(sitting_pb.GetSittingRequest(name=f"sittings/{sitting_id}"))
    return sitting, visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=sitting.test_version))
