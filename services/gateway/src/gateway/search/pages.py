"""The search at the head of each page: letters, courses and people, each found as on its own page."""

from dataclasses import dataclass

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import finding, letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter()

# Of each kind; the page of the kind has the rest.
_FIRST = 8


@dataclass(frozen=True)
class Staff:
    """The people found at an agency; *total* may be more than are shown."""

    agency: agency_pb.Agency
    people: list[person_pb.Person]
    total: int


@router.get("/search")
def search(visit: Visitor, query: str = "") -> Answer:
    """What fits *query*: a letter's number in any form or words of it, a course's title, a name or staff number."""
    asked = query.strip()
    form = Form.of({"query": asked})
    found_letters, found_courses, staff = notice_pb.SearchNoticesResponse(), course_pb.ListCoursesResponse(), []
    # Signs without a letter or a figure are no name, no number and no title.
    seeks = any(sign.isalnum() for sign in asked)
    if seeks:
        found_letters = finding.found(visit, form, page_size=_FIRST)
    if seeks and not form.errors:
        found_courses = visit.clients.courses.ListCourses(course_pb.ListCoursesRequest(query=asked, page_size=_FIRST))
        staff = [
            found for agency in visit.rights.agencies("people.read") if (found := _staff(visit, agency, asked)).people
        ]
    return visit.page(
        "search/search.html",
        status=400 if form.errors else 200,
        form=form,
        asked="" if form.errors else asked,
        letters=letters,
        found_letters=found_letters.notices,
        more_letters=bool(found_letters.next_page_token),
        found_courses=found_courses.courses,
        more_courses=bool(found_courses.next_page_token),
        staff=staff,
        seeks_people=bool(visit.rights.agencies("people.read")),
        of_state=visit.rights.state("readiness.read"),
    )


def _staff(visit: Visit, agency: str, query: str) -> Staff:
    listed = visit.clients.people.ListPeople(person_pb.ListPeopleRequest(parent=agency, query=query, page_size=_FIRST))
    return Staff(visit.agency(agency), list(listed.people), listed.total_size)
