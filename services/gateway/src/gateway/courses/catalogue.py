"""The catalogue of courses, for everybody: what can be taken here, and what is given elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.courses import content
from gateway.web.forms import Form
from gateway.web.visit import Answer, Number, Visit, Visitor
from gateway.words import glossary, sentences
from gateway.works import gates, giving, shown
from gateway.works import phrases as work_phrases

router = APIRouter(prefix="/catalogue")

_PAGE = 25
# Of what is given elsewhere, below what can be taken here; the rest is a press away.
_FIRST = 10
_OFFERS = {"here": pb.HERE, "elsewhere": pb.ELSEWHERE, "archived": pb.ARCHIVED, "unfinished": pb.UNFINISHED}
_NAMES = {offer: name for name, offer in _OFFERS.items()}

_WAYS = {
    decision_pb.Decision.APPROVER: "Decided by the person who issued it.",
    decision_pb.Decision.BEFORE_BODIES: "Issued before decisions were kept on record.",
}


@dataclass(frozen=True)
class Part:
    """Courses of one offer, by title; *next_page* is where its next ones begin, '' if these are all."""

    offer: str
    courses: Sequence[pb.Course]
    next_page: str


@router.get("")
def catalogue(visit: Visitor, query: str = "", offer: str = "", page: str = "") -> Answer:
    """Courses by title, found by words of title, provider or staff: what can be taken first, the archive by itself."""
    writes = visit.rights.state("courses.write")
    offers = {key: said for key, said in glossary.OFFERS.items() if writes or key != "unfinished"}
    chosen = offer if offer in offers else ""
    if chosen:
        parts = [_part(visit, chosen, query, _PAGE, page)]
    else:
        # A search looks everywhere; without one the archive stays closed.
        wanted = [one for one in ("unfinished", "here", "elsewhere", "archived") if one in offers]
        shown = [one for one in wanted if one != "archived" or query.strip()]
        parts = [_part(visit, one, query, _PAGE if one == "here" else _FIRST, "") for one in shown]
    return visit.page(
        "courses/catalogue.html",
        parts_of=[part for part in parts if part.courses],
        titles=offers,
        offers=[("", "Everywhere" if query.strip() else "What can be taken"), *offers.items()],
        writes=writes,
        chosen=chosen,
        form=Form.of({"query": query, "offer": chosen}),
        filtered=bool(query.strip() or chosen),
        params={one: urlencode({"query": query, "offer": one}) for one in offers},
    )


def _part(visit: Visit, offer: str, query: str, size: int, page: str) -> Part:
    asked = pb.ListCoursesRequest(page_size=size, page_token=page, query=query, offer=_OFFERS[offer])
    answer = visit.clients.courses.ListCourses(asked)
    return Part(offer, answer.courses, answer.next_page_token)


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
        works=shown.open_works(visit, name),
        phrases=work_phrases,
        gates=gates,
    )


@router.get("/{course_id}/versions/{number}")
def version(visit: Visitor, course_id: str, number: Number) -> Answer:
    """A version as it stays for ever, to read and to print. Reading it here does not count as training."""
    found = visit.clients.courses.GetCourseVersion(
        pb.GetCourseVersionRequest(name=f"courses/{course_id}/versions/{number}")
    )
    return visit.page(
        "courses/catalogue_version.html",
        version=found,
        test=test_of(visit, found),
        arranged=content.arranged,
        decided=decided(found.decision, visit.today),
        given=giving.if_theirs(visit, found.name),
        writes=shown.may_write(visit),
        giving=giving,
    )


def decided(decision: decision_pb.Decision, today: date) -> str:
    """Say by what this very content was decided on; '' where an older service does not say."""
    if decision.number:
        return f"Decided by a vote on {sentences.day_of(decision.decide_time, today)}: {decision.number}."
    return _WAYS.get(decision.way, "")


def offer_of(course: pb.Course) -> str:
    """Where a course can be taken, as the glossary calls it."""
    return _NAMES[course.offer]


def test_of(visit: Visit, version: pb.CourseVersion) -> test_pb.TestVersion | None:
    """Return the test that a version ends with, as staff see it; None if it has none."""
    if not version.test_version:
        return None
    return visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=version.test_version))
