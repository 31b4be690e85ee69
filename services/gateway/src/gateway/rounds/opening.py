"""Reviews of a course or by a committee; and one that begins."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import shown as committees
from gateway.rounds import phrases, reasons, shown
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/rounds")

_ROWS, _PROPOSED, _TICKED = 25, 20, 3
_MOST_COMMITTEES = 100
Slug = Annotated[str, Query(max_length=100)]


@router.get("")
def rounds_page(visit: Visitor, course: Slug = "", committee: Slug = "", page: str = "") -> Answer:
    """The reviews that the visitor may read: of a course, by a committee, or all."""
    parent = f"courses/{course}" if course else f"bodies/{committee}" if committee else ""
    answer = visit.clients.rounds.ListRounds(pb.ListRoundsRequest(parent=parent, page_size=_ROWS, page_token=page))
    listed = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_MOST_COMMITTEES)).bodies
    codes = {one.name: one.code for one in listed}
    title = next((one.title for one in listed if one.name == parent), "")
    if course:
        title = _title_of(visit, parent, answer.rounds)
    return visit.page(
        "rounds/rounds.html",
        found=answer.rounds,
        next_page=answer.next_page_token,
        of=f"course={course}" if course else f"committee={committee}" if committee else "",
        course=course,
        committee=committee,
        title=title,
        codes=codes,
        phrases=phrases,
        path=shown.path,
        writes=visit.rights.state(shown.WRITE),
    )


def _title_of(visit: Visitor, course: str, found: Sequence[pb.Round]) -> str:
    """Say which course it is. Before its first review only who writes courses may ask for its draft."""
    if found:
        return found[0].title
    if not visit.rights.state(shown.WRITE):
        return ""
    return visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=course)).title


@router.get("/new")
def new_page(visit: Visitor, course: Slug, committee: Slug = "") -> Answer:
    """Have a committee review a course: first which committee, then until when and who is asked."""
    only(visit.rights.state(shown.WRITE))
    draft = visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=f"courses/{course}"))
    due = phrases.days_from(visit.today, phrases.DAYS_TO_COMMENT)
    form = Form.of({"committee": committee, "due_date": due, "digest": draft.content_sha256})
    return _new(visit, draft, committee, form)


@router.post("/new")
def create(visit: Visitor, form: Sent, course: Slug, committee: Slug = "") -> Answer:
    """Put it before them."""
    due = form.day("due_date", YEARS_OF_DOCUMENTS, "Say until which day they comment.")
    people = form.all("reviewers")
    if not people:
        form.errors["reviewers"] = "Choose who is asked. Other members may comment too."
    asked = pb.OpenRoundRequest(
        round=pb.Round(
            subject=f"courses/{course}",
            digest=form.text("digest"),
            body=f"bodies/{committee}",
            due_date=due.isoformat() if due else "",
            reviewers=[pb.Reviewer(person=one) for one in people],
        ),
        request_id=form.request_id,
    )
    if not form.errors:
        try:
            opened = visit.clients.rounds.OpenRound(asked)
        except Refused as error:
            reasons.refuse(form, error)
        else:
            return visit.go(shown.path(opened), done="round-opened")
    draft = visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=f"courses/{course}"))
    # Whoever sends it again has seen what the draft says now.
    form.values["digest"] = [draft.content_sha256]
    return _new(visit, draft, committee, form)


def _new(visit: Visit, draft: course_pb.Course, slug: str, form: Form) -> Answer:
    listed = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_MOST_COMMITTEES)).bodies
    chosen = next((one for one in listed if one.name == f"bodies/{slug}"), None)
    proposed: list[pb.ProposeReviewersResponse.Proposal] = []
    people = committees.People([], {}, {})
    if chosen:
        asked = pb.ProposeReviewersRequest(body=chosen.name, subject=draft.name, count=_PROPOSED)
        # Who opens a review has no say in it.
        found = visit.clients.rounds.ProposeReviewers(asked).proposals
        proposed = [one for one in found if one.person != visit.person]
        people = committees.people(visit, committees.load(visit, slug))
        form.values.setdefault("reviewers", [] if form.errors else [one.person for one in proposed[:_TICKED]])
    return visit.page(
        "rounds/new.html",
        status=400 if form.errors else 200,
        course=draft,
        slug=draft.name.removeprefix("courses/"),
        committee=chosen,
        offered=[("", "Choose"), *((one.name.removeprefix("bodies/"), one.title) for one in listed)],
        proposed=proposed,
        people=people,
        phrases=phrases,
        form=form,
    )
