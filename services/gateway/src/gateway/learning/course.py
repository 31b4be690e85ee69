"""A course, section by section. Each finished section is saved, so that a person can stop and come back."""

from fastapi import APIRouter
from fastapi.responses import Response

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.enrollment.v1 import assignment_service_pb2 as pb
from gateway.courses import content
from gateway.learning.pages import training_of
from gateway.letters import letters
from gateway.tests import taking
from gateway.web.forms import Form
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/training/{letter_id}/course")


@router.get("")
def course(visit: Visitor, letter_id: str) -> Answer:
    """Go to where the person left off."""
    training = training_of(visit, letter_id)
    if training is None:
        return visit.page("learning/preparing.html", letter_id=letter_id)
    if training.state == pb.Assignment.WITHDRAWN:
        return visit.go(f"/training/{letter_id}")
    if training.sections_completed >= training.section_count:
        return visit.go(f"/training/{letter_id}/test" if training.has_test else f"/training/{letter_id}/done")
    said = visit.request.query_params.get("done", "")
    section = training.sections_completed + 1
    kept = visit.clients.assignments.GetPlace(pb.GetPlaceRequest(name=training.name))
    place = f"#b{kept.block}" if kept.section == section and kept.block > 1 else ""
    onward = visit.go(f"/training/{letter_id}/course/{section}", done=said)
    onward.headers["location"] += place
    return onward


@router.get("/{number}")
def section(visit: Visitor, letter_id: str, number: Number) -> Answer:
    """One section."""
    return _section(visit, letter_id, number, Form())


@router.post("/{number}")
def finish_section(visit: Visitor, letter_id: str, number: Number, form: Sent) -> Answer:
    """Note that a section is finished, and go on: to the next one, to the test, or to the end."""
    training = training_of(visit, letter_id)
    if training is None:
        return visit.page("learning/preparing.html", letter_id=letter_id)
    try:
        if training.state != pb.Assignment.COMPLETED:
            training = visit.clients.assignments.CompleteSection(
                pb.CompleteSectionRequest(name=training.name, section=number, request_id=form.request_id)
            )
    except Refused as error:
        form.refuse(error)
        return _section(visit, letter_id, number, form)
    if number < training.section_count:
        return visit.go(f"/training/{letter_id}/course/{number + 1}", done="section")
    if training.has_test and not training.test_passed:
        version = _version(visit, training)
        return visit.go(taking.start(visit, letter_id, version.test_version, form.request_id), done="section")
    return visit.go(f"/training/{letter_id}/done")


@router.post("/{number}/check")
def check_oneself(visit: Visitor, letter_id: str, number: Number, form: Sent) -> Answer:
    """Say whether an answer to a question for oneself is right. Nothing is noted."""
    return _section(visit, letter_id, number, Form(), form)


@router.post("/{number}/place")
def keep_place(visit: Visitor, letter_id: str, number: Number, form: Sent) -> Answer:
    """Keep where somebody stopped reading: the page tells it by itself as it is left."""
    training = training_of(visit, letter_id)
    if training is not None and not form.errors:
        place = pb.Place(section=number, block=form.number("block"))
        asked = pb.KeepPlaceRequest(name=training.name, place=place, request_id=form.request_id)
        visit.clients.assignments.KeepPlace(asked)
    return Response(status_code=204)


def _version(visit: Visit, training: pb.Assignment) -> course_pb.CourseVersion:
    return visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=training.course_version))


def _section(visit: Visit, letter_id: str, number: int, form: Form, answered: Form | None = None) -> Answer:
    training = training_of(visit, letter_id)
    if training is None:
        return visit.page("learning/preparing.html", letter_id=letter_id)
    version = _version(visit, training)
    if not 1 <= number <= len(version.sections):
        return visit.go(f"/training/{letter_id}/course")
    return visit.page(
        "learning/section.html",
        status=400 if form.errors else 200,
        letters=letters,
        letter_id=letter_id,
        training=training,
        version=version,
        section=version.sections[number - 1],
        arranged=content.arranged,
        files=content.files(version.sections),
        verdict=content.verdict(version.sections[number - 1], answered) if answered else None,
        number=number,
        finished=training.sections_completed,
        minutes_left=sum(part.minutes for part in version.sections[training.sections_completed :]),
        form=form,
    )
