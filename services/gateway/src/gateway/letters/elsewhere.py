"""Training done elsewhere, from the home page: for which letter was it?"""

from dataclasses import dataclass

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import letters
from gateway.web.visit import Answer, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/training")

_LETTERS = 100
_COURSES = 1_000


@dataclass(frozen=True)
class Asked:
    """A letter that asks for training, and how many here are not yet trained."""

    letter: notice_pb.Notice
    course: str
    untrained: int
    of: int


@router.get("")
def choose_letter(visit: Visitor, agency_id: str) -> Answer:
    """The letters that hold and ask for training of somebody at work here; who was trained is said on the next page."""
    parent, clients = f"agencies/{agency_id}", visit.clients
    found = clients.agency_notices.ListAgencyNotices(
        agency_notice_pb.ListAgencyNoticesRequest(parent=parent, page_size=_LETTERS)
    )
    courses = clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=_COURSES)).courses
    titles = {course.name: course.title for course in courses}
    asked = [
        Asked(
            letter=one.notice,
            course=titles.get(one.notice.course_version.partition("/versions/")[0], ""),
            untrained=one.readiness.counts.at_work - one.readiness.counts.trained,
            of=one.readiness.counts.at_work,
        )
        for one in found.notices
        if one.notice.asks == notice_pb.TRAIN
        and one.notice.state == notice_pb.Notice.PUBLISHED
        and one.readiness.counts.at_work > one.readiness.counts.trained
    ]
    return visit.page(
        "letters/elsewhere.html",
        agency=clients.agencies.GetAgency(agency_pb.GetAgencyRequest(name=parent)),
        asked=asked,
        letters=letters,
        may_record=visit.rights.at("training.record", parent),
    )
