"""How good the courses are: for the state by course, for an agency what its own staff say. Never by person."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.evaluation.v1 import quality_service_pb2 as pb
from gateway.results import course_quality, quality_files
from gateway.web import sheets
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter()

# Courses of the program number some hundred: one page each of three lists.
_ALL = 1000


@router.get("/quality")
def all_courses(visit: Visitor) -> Answer:
    """Every course that somebody had to take, took, or rated."""
    return visit.page("results/quality.html", rows=_rows(visit), mean=course_quality.mean)


@router.get("/quality/courses.csv")
def courses_file(visit: Visitor) -> Answer:
    """The table as a file, with the bounds in columns of their own."""
    content = quality_files.courses(_rows(visit), visit.now)
    return visit.download(content, quality_files.name(visit.today), sheets.MEDIA_TYPE)


@router.get("/quality/{course_id}")
def one_course(visit: Visitor, course_id: str, page: str = "") -> Answer:
    """One course: its figures, question by question, by version; and what was said, for those who write courses."""
    name = f"courses/{course_id}"
    quality = visit.clients.quality.GetCourseQuality(pb.GetCourseQualityRequest(name=name))
    rates = visit.clients.completions.ListCompletionRates(completion_pb.ListCompletionRatesRequest(page_size=_ALL))
    (row,) = course_quality.rows([quality], [rate for rate in rates.rates if rate.course == name], _titles(visit))
    comments = None
    if visit.rights.state("courses.write"):
        comments = visit.clients.quality.ListComments(pb.ListCommentsRequest(parent=name, page_token=page))
    return visit.page("results/course.html", row=row, figures=course_quality, comments=comments, course_id=course_id)


@router.get("/agencies/{agency_id}/quality")
def agency_courses(visit: Visitor, agency_id: str) -> Answer:
    """What the staff of an agency say of courses; no other agency beside it."""
    parent = f"agencies/{agency_id}"
    answer = visit.clients.quality.ListAgencyCourseQuality(
        pb.ListAgencyCourseQualityRequest(parent=parent, page_size=_ALL)
    )
    agency = visit.agencies().get(parent)
    if agency is None:
        raise HTTPException(404)
    return visit.page(
        "results/agency.html",
        agency=agency,
        rows=course_quality.rows(answer.courses, [], _titles(visit)),
        figures=course_quality,
    )


def _rows(visit: Visit) -> list[course_quality.Row]:
    qualities = visit.clients.quality.ListCourseQuality(pb.ListCourseQualityRequest(page_size=_ALL)).courses
    rates = visit.clients.completions.ListCompletionRates(
        completion_pb.ListCompletionRatesRequest(page_size=_ALL)
    ).rates
    return course_quality.rows(qualities, rates, _titles(visit))


def _titles(visit: Visit) -> dict[str, str]:
    courses = visit.clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=_ALL)).courses
    return {course.name: course.title for course in courses}
