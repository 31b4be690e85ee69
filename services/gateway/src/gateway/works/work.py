"""One course under way: where it stands, what is missing, and each part of what is written of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import declared
from gateway.web.declared import Field
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.works import forms, gates, giving, history, listing, phrases, shown, tracing, voting, written
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/works/{work_id}")

_STEPS, _DECISIONS, _COURSES = 8, 20, 200


@dataclass(frozen=True)
class Part:
    """A part of a work that is saved by itself."""

    title: str
    about: str
    fields: Sequence[Field]
    names: dict[str, str] = field(default_factory=dict)


PARTS = {
    "need": Part("Need", "What is asked for, and whether training can meet it.", forms.NEED),
    "design": Part(
        "Design", "Which course comes of it, how it is given, how one sees whether it helped.", forms.DESIGN
    ),
    "materials": Part("Trial and sign-off", "The trial with some people, and who signed it off.", forms.MATERIALS),
    "results": Part("Results", "What came of it, and what becomes of it.", forms.RESULTS),
    "class": Part("How large a change it is", "The rules say it; whoever has the work may say more.", forms.CLASS),
}
_NAMES = declared.names(forms.EVERY)


@router.get("")
def work_page(visit: Visitor, work_id: str) -> Answer:
    """One work."""
    work = shown.load(visit, work_id)
    steps = visit.clients.works.ListWorkSteps(pb.ListWorkStepsRequest(parent=work.name, page_size=_STEPS))
    decisions = _decisions(visit, work)
    names = _names(visit, work, steps.steps, decisions)
    runs = voting.body_of(work) in names.runs
    return visit.page(
        "works/work.html",
        work=work,
        form=Form(),
        gate=gates.gate(work),
        vote=shown.vote_on(visit, work) if runs else shown.vote(visit, work),
        to_prepare=voting.prepared_at(work) if runs and not work.may_write else "",
        steps=steps.steps,
        more_steps=bool(steps.next_page_token),
        names=names,
        decisions=decisions,
        link=shown.link(visit, work),
        course=shown.course_title(visit, work),
        phrases=phrases,
        gates=gates,
        written=written,
        given=giving.if_theirs(visit, work.course) if work.course else giving.Given(""),
        coverage=giving.coverage(visit, work.course) if work.course else None,
        giving=giving,
        past=history,
        voting=voting,
        tracing=tracing,
        base=shown.path(work.name),
    )


@router.get("/history")
def history_page(visit: Visitor, work_id: str, page: str = "") -> Answer:
    """What was done with a work."""
    work = shown.load(visit, work_id)
    request = pb.ListWorkStepsRequest(parent=work.name, page_size=50, page_token=page)
    steps = visit.clients.works.ListWorkSteps(request)
    return visit.page(
        "works/history.html",
        work=work,
        steps=steps.steps,
        names=_names(visit, work, steps.steps),
        next_page=steps.next_page_token,
        phrases=phrases,
        past=history,
        base=shown.path(work.name),
    )


@router.get("/change/{part}")
def part_page(visit: Visitor, work_id: str, part: str) -> Answer:
    """Change one part of what is written of a work."""
    work = shown.load(visit, work_id)
    only(work.may_write)
    return _form(visit, work, part, Form.of({**_opened(work, part), "etag": work.etag}))


@router.post("/change/{part}")
def save_part(visit: Visitor, work_id: str, part: str, form: Sent) -> Answer:
    """Save that part; the others stay as they are."""
    work, said = shown.load(visit, work_id), pb.Work()
    said.CopyFrom(work)
    said.etag = form.text("etag")
    declared.read(_part(part).fields, form, said)
    if part == "design":
        forms.read_modes(form, said)
    if part == "need":
        for one in declared.missing(forms.NEED, said):
            form.errors.setdefault(one.name, "Fill this in.")
    _read_days(form, part)
    if not form.errors:
        if part == "need":
            listing.from_letter(visit, said)
        try:
            visit.clients.works.UpdateWork(pb.UpdateWorkRequest(work=said, request_id=form.request_id))
        except Refused as error:
            form.refuse(error, _NAMES)
            # What somebody else saved meanwhile stands; what was typed takes its place if it is sent again.
            form.values["etag"] = [work.etag]
        else:
            return visit.go(f"{shown.path(work.name)}#{part}", done="work-saved")
    return _form(visit, work, part, form)


def _part(part: str) -> Part:
    found = PARTS.get(part)
    if found is None:
        raise HTTPException(404)
    return found


def _opened(work: pb.Work, part: str) -> dict[str, Any]:
    values: dict[str, Any] = declared.shown(_part(part).fields, work)
    return {**values, **forms.modes_shown(work)} if part == "design" else values


def _read_days(form: Form, part: str) -> None:
    """Say at a field what is no day."""
    for one in _part(part).fields:
        if isinstance(one, declared.Day) and form.text(one.name):
            form.day(one.name, one.years, "")


def _form(visit: Visit, work: pb.Work, part: str, form: Form) -> Answer:
    only(work.may_write)
    return visit.page(
        "works/part.html",
        status=400 if form.errors else 200,
        work=work,
        part=part,
        this=_part(part),
        vote=shown.vote(visit, work),
        form=form,
        options={"work_course": _courses(visit, work)} if part == "design" else {},
        modes=list(written.MODES.items()) if part == "design" else [],
        phrases=phrases,
        base=shown.path(work.name),
    )


def _courses(visit: Visit, work: pb.Work) -> list[tuple[str, str]]:
    """Return the courses that a work may be about: those that are written here."""
    found: dict[str, str] = {}
    for offer in (course_pb.UNFINISHED, course_pb.HERE):
        asked = course_pb.ListCoursesRequest(offer=offer, page_size=_COURSES)
        found |= {one.name: one.title for one in visit.clients.courses.ListCourses(asked).courses}
    if work.course:
        found.setdefault(work.course, work.course.removeprefix("courses/"))
    return [("", "Not known yet"), *sorted(found.items(), key=lambda one: one[1].casefold())]


def _decisions(visit: Visit, work: pb.Work) -> Sequence[decision_pb.Decision]:
    """Return what was decided on a work and on its course, the newest first."""
    found: list[decision_pb.Decision] = []
    for parent in filter(None, (work.name, work.course)):
        asked = decision_pb.ListDecisionsRequest(parent=parent, page_size=_DECISIONS)
        found += visit.clients.decisions.ListDecisions(asked).decisions
    return sorted(found, key=lambda one: one.decide_time.seconds, reverse=True)


def _names(
    visit: Visit, work: pb.Work, steps: Sequence[pb.WorkStep], decisions: Sequence[decision_pb.Decision] = ()
) -> shown.Names:
    of_steps = [resource for one in steps for resource in (one.person, one.what)]
    deciders = [one.decider for one in decisions]
    return shown.names(visit, [*shown.of_work(work), *of_steps, *deciders], shown.bodies(visit))
