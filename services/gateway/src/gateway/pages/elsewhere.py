"""Training done elsewhere, from the home page: for which letter was it?"""

from dataclasses import dataclass

from fastapi import APIRouter

from cadre.curriculum.v1 import curriculum_service_pb2 as curriculum_pb
from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from gateway import letters
from gateway.visit import Answer, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/training")

_LETTERS = 100
_COURSES = 1_000


@dataclass(frozen=True)
class Asked:
    """A letter that asks for training, and how many here are not yet trained."""

    letter: pb.Notice
    course: str
    untrained: int
    of: int


@router.get("")
def choose_letter(visit: Visitor, agency_id: str) -> Answer:
    """The letters that ask for training, by what is still to do; those who were trained are ticked on the next page."""
    parent, clients = f"agencies/{agency_id}", visit.clients
    found = clients.notification.ListAgencyNotices(pb.ListAgencyNoticesRequest(parent=parent, page_size=_LETTERS))
    courses = clients.curriculum.ListCourses(curriculum_pb.ListCoursesRequest(page_size=_COURSES)).courses
    titles = {course.name: course.title for course in courses}
    asked = [
        Asked(
            letter=one.notice,
            course=titles.get(one.notice.course_version.partition("/versions/")[0], ""),
            untrained=one.readiness.counts.at_work - one.readiness.counts.trained,
            of=one.readiness.counts.at_work,
        )
        for one in found.notices
        if one.notice.asks == pb.TRAIN and one.readiness.counts.at_work > one.readiness.counts.trained
    ]
    return visit.page(
        "elsewhere.html",
        agency=clients.directory.GetAgency(directory_pb.GetAgencyRequest(name=parent)),
        asked=asked,
        letters=letters,
        may_record=visit.rights.at("training.record", parent),
    )
