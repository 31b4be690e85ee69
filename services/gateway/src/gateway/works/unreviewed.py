"""Courses that went out without a committee: each is on record, and whoever answers for training sees them together."""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as pb
from gateway.web import sheets
from gateway.web.rights import only
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter()

_ROWS, _FILE = 100, 500
_COLUMNS = ("Course", "Version", "Issued", "Issued by")


@router.get("/works/unreviewed")
def unreviewed_page(visit: Visitor, page: str = "") -> Answer:
    """Those whose last large change nobody but who issued it decided on."""
    only(_may_see(visit))
    answer = visit.clients.courses.ListCourses(_asked(_ROWS, page))
    newest = _newest(visit, answer.courses)
    return visit.page(
        "works/unreviewed.html",
        courses=answer.courses,
        newest=newest,
        names=_names(visit, newest),
        next_page=answer.next_page_token,
        page=page,
    )


@router.get("/works/unreviewed.csv")
def unreviewed_file(visit: Visitor) -> Answer:
    """All of them, as a file."""
    only(_may_see(visit))
    lines, request = [], _asked(_FILE)
    while True:
        answer = visit.clients.courses.ListCourses(request)
        newest = _newest(visit, answer.courses)
        names = _names(visit, newest)
        for one in answer.courses:
            version = newest.get(one.name, pb.CourseVersion())
            issued = sheets.moment(version.publish_time)
            lines.append((one.title, one.latest_version, issued, names.get(version.decision.decider, "")))
        request.page_token = answer.next_page_token
        if not answer.next_page_token:
            return visit.download(sheets.file_of(_COLUMNS, lines), "issued-without-a-committee.csv", sheets.MEDIA_TYPE)


def _asked(size: int, page: str = "") -> pb.ListCoursesRequest:
    return pb.ListCoursesRequest(page_size=size, page_token=page, unreviewed=True)


def _newest(visit: Visit, courses: Iterable[pb.Course]) -> Mapping[str, pb.CourseVersion]:
    """Return the newest version of each course, in one question."""
    asked = [f"{one.name}/versions/{one.latest_version}" for one in courses]
    if not asked:
        return {}
    found = visit.clients.courses.BatchGetCourseVersions(pb.BatchGetCourseVersionsRequest(names=asked))
    return {one.course: one for one in found.course_versions}


def _names(visit: Visit, newest: Mapping[str, pb.CourseVersion]) -> Mapping[str, str]:
    return visit.names(sorted({one.decision.decider for one in newest.values() if one.decision.decider}))


def _may_see(visit: Visit) -> bool:
    return visit.rights.state("courses.write")
