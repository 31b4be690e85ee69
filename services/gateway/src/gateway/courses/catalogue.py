"""The catalogue of courses, for everybody: what can be taken here, and what is given elsewhere."""

from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.web.forms import Form
from gateway.web.visit import Answer, Number, Visit, Visitor
from gateway.words import glossary

router = APIRouter(prefix="/catalogue")

_PAGE = 25
_OFFERS = {"here": pb.HERE, "elsewhere": pb.ELSEWHERE, "unfinished": pb.UNFINISHED}


@router.get("")
def catalogue(visit: Visitor, query: str = "", offer: str = "", page: str = "") -> Answer:
    """Courses by title, found by words of title, provider or staff."""
    writes = visit.rights.state("courses.write")
    offers = {key: said for key, said in glossary.OFFERS.items() if writes or key != "unfinished"}
    chosen = offer if offer in offers else ""
    answer = visit.clients.courses.ListCourses(
        pb.ListCoursesRequest(
            page_size=_PAGE, page_token=page, query=query, offer=_OFFERS.get(chosen, pb.OFFER_UNSPECIFIED)
        )
    )
    return visit.page(
        "courses/catalogue.html",
        courses=answer.courses,
        offer_of=offer_of,
        offers=[("", "All courses"), *offers.items()],
        writes=writes,
        form=Form.of({"query": query, "offer": chosen}),
        filtered=bool(query.strip() or chosen),
        params=urlencode({"query": query, "offer": chosen}),
        next_page=answer.next_page_token,
    )


@router.get("/{course_id}")
def course(visit: Visitor, course_id: str, page: str = "") -> Answer:
    """A course: what is in it, its test, its versions; or who gives it, and how that is known."""
    name = f"courses/{course_id}"
    entry = visit.clients.courses.GetCatalogueEntry(pb.GetCatalogueEntryRequest(name=name))
    versions = visit.clients.courses.ListCourseVersions(
        pb.ListCourseVersionsRequest(parent=name, page_size=20, page_token=page)
    )
    newest = next((one for one in versions.course_versions if one.version == entry.latest_version), None)
    return visit.page(
        "courses/catalogue_course.html",
        course=entry,
        offer=offer_of(entry),
        versions=versions.course_versions,
        newest=newest,
        test=test_of(visit, newest) if newest else None,
        writes=visit.rights.state("courses.write"),
        next_page=versions.next_page_token,
    )


@router.get("/{course_id}/versions/{number}")
def version(visit: Visitor, course_id: str, number: Number) -> Answer:
    """A version as it stays for ever, to read and to print. Reading it here does not count as training."""
    found = visit.clients.courses.GetCourseVersion(
        pb.GetCourseVersionRequest(name=f"courses/{course_id}/versions/{number}")
    )
    return visit.page("courses/catalogue_version.html", version=found, test=test_of(visit, found))


def offer_of(course: pb.Course) -> str:
    """Where a course can be taken, as the glossary calls it."""
    if course.latest_version:
        return "here"
    return "elsewhere" if course.source_url else "unfinished"


def test_of(visit: Visit, version: pb.CourseVersion) -> test_pb.TestVersion | None:
    """Return the test that a version ends with, as staff see it; None if it has none."""
    if not version.test_version:
        return None
    return visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=version.test_version))
