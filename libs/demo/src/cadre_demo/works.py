"""The demonstration's courses under way: one in each of the five steps, an emergency, one with a trace and its gaps.

What has happened before is found: a work by its title, a course by its slug, a vote by its motion.
"""

from dataclasses import dataclass as plain
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo import deciding, drafts, materials, whom
from cadre_demo.content import Flag
from cadre_demo.pacing import day_in

_EXACT = ConfigDict(extra="forbid")
_CONTENT, _STEERING = "bodies/pcdrt", "bodies/stsc"
# In the order of `_Cast`.
_PARTS = ("persona:designer", "persona:training-manager", "persona:committee-secretary", "number:S-007477")
_FEW = Annotated[int, Field(ge=0, le=5)]
_FAR = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, kw_only=True, config=_EXACT)
class Course(drafts.Course):
    """The course of a work; one that was issued before, and of which a section changed since."""

    issued_first: bool = False
    changed_section: int = 0
    changed_text: str = ""


@dataclass(frozen=True, config=_EXACT)
class Task:
    """A task of the work that a course is for."""

    title: Text
    job_classes: tuple[Slug, ...]
    frequency: _FEW
    criticality: _FEW
    difficulty: _FEW
    measure: str = "MEASURE_UNSPECIFIED"
    duty: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Objective:
    """An objective, with its tasks by their place."""

    condition: Note
    behavior: Text
    standard: Note
    tasks: tuple[int, ...]
    sections: tuple[Text, ...]
    planned: _FAR = 0


@dataclass(frozen=True, config=_EXACT)
class Mode:
    """How it is given, and why so."""

    mode: str
    reason: Text


@dataclass(frozen=True, config=_EXACT)
class Pilot:
    """Who tried it."""

    people: _FAR
    stated_minutes: _FAR
    real_minutes: _FAR
    changes: Note


@dataclass(frozen=True, config=_EXACT)
class Told:
    """A course under way, and how far it goes."""

    flag: Flag
    title: Text
    fate: Literal["diagnose", "design", "develop", "deliver", "determine"]
    source: str
    source_text: Text
    need: str
    problem: str
    analysis: str
    people: _FAR
    agencies: _FAR
    importance: _FEW
    gap: _FEW
    effort_days: _FAR
    measure: str = "MEASURE_UNSPECIFIED"
    effective_in_days: int = 0
    holder: Note = ""
    hold_days: int = 0
    hold_reason: Note = ""
    emergency: bool = False
    # Why the chair decides at once, what a committee decides, and what came of it.
    reason: Note = ""
    motion: Note = ""
    results: str = ""
    level: _FEW = 0
    plan: Note = ""
    mode: tuple[Mode, ...] = ()
    pilot: Pilot | None = None
    course: Course | None = None
    task: tuple[Task, ...] = ()
    objective: tuple[Objective, ...] = ()
    material: tuple[materials.Material, ...] = ()
    trainer: materials.Rule | None = None


@plain(frozen=True)
class _Cast:
    """Who takes part."""

    designer: str
    manager: str
    secretary: str
    chair: str


def read() -> list[Told]:
    """Read the courses under way."""
    return [read_document(path, Told) for path in sorted((data_root() / "demo" / "works").glob("*.toml"))]


def tell(access: Access) -> int:
    """Take each as far as the demonstration goes, and return how many are there."""
    cast, told = _cast(access), read()
    deciding.wait_for_members(access, cast.manager, (_CONTENT, _STEERING))
    known = _listed(access, cast)
    for one in told:
        work = known.get(one.title) or _begun(access, cast, one)
        _take_on(access, cast, one, _get(access, cast, work.name))
    after = _listed(access, cast)
    return sum(pb.Phase.Name(after[one.title].phase) == one.fate.upper() for one in told)


def _cast(access: Access) -> _Cast:
    found = whom.find(access, {}, _PARTS)
    return _Cast(*(found[word].person for word in _PARTS))


def _listed(access: Access, cast: _Cast) -> dict[str, pb.Work]:
    return {
        one.title: one
        for ended in (False, True)
        for one in access.every(access.works.ListWorks, pb.ListWorksRequest(ended=ended), "works", person=cast.designer)
    }


def _get(access: Access, cast: _Cast, name: str) -> pb.Work:
    return access.ask(access.works.GetWork, pb.GetWorkRequest(name=name), person=cast.designer)


def _begun(access: Access, cast: _Cast, told: Told) -> pb.Work:
    """Begin a work with its course and its trace."""
    course = _course(access, cast, told.course, told) if told.course else ""
    work = pb.Work(
        title=told.title,
        source=pb.Work.Source.Value(told.source),
        source_text=told.source_text,
        need=told.need,
        problem=pb.Work.Problem.Value(told.problem),
        analysis=told.analysis,
        measure=trace_pb.TaskOfWork.Measure.Value(told.measure),
        people=told.people,
        agencies=told.agencies,
        importance=told.importance,
        gap=told.gap,
        effort_days=told.effort_days,
        course=course,
        emergency=told.emergency,
        evaluation_level=told.level,
        evaluation_plan=told.plan,
        modes=[pb.ModeChoice(mode=pb.ModeChoice.Mode.Value(one.mode), reason=one.reason) for one in told.mode],
        results=told.results,
        demonstration=True,
    )
    if told.effective_in_days:
        day = day_in(access, told.effective_in_days)
        work.effective_date = day.isoformat()
        # An emergency has no ten days before it takes effect.
        work.target_date = day.isoformat() if told.emergency else ""
    if told.pilot:
        work.pilot.CopyFrom(pb.Pilot(**vars(told.pilot)))
    create = pb.CreateWorkRequest(work=work, request_id=request_id("work", told.title, work.effective_date))
    return access.ask(access.works.CreateWork, create, person=cast.designer)


def _course(access: Access, cast: _Cast, told: Course, work: Told) -> str:
    """Return the course; begin it if it is not there, and issue and change the one that was issued before."""
    course = drafts.begun(access, cast.designer, told)
    if work.objective:
        _trace(access, cast, work, course.name)
    if work.material and not course.latest_version:
        materials.give(access, cast.designer, course.name, work.material, work.trainer)
        course = drafts.get(access, cast.designer, course.name)

    def changed(draft: course_pb.Course) -> None:
        draft.sections[told.changed_section].markdown = told.changed_text.strip()

    if told.issued_first and not course.latest_version:
        drafts.issue(access, cast.manager, course)
        drafts.change(access, cast.designer, course.name, changed)
    return course.name


def _take_on(access: Access, cast: _Cast, told: Told, work: pb.Work) -> None:
    """Take a work as far as it goes."""
    steps = {"design": _to_design, "deliver": _at_once, "determine": _to_determine}
    if told.fate in steps:
        steps[told.fate](access, cast, told, _get(access, cast, work.name))
    if told.holder and work.holder != told.holder:
        given = pb.HandOverWorkRequest(
            name=work.name, holder=told.holder, request_id=request_id(work.name, "to", told.holder)
        )
        access.ask(access.works.HandOverWork, given, person=cast.designer)
    if told.hold_days and work.status == pb.Work.IN_PROGRESS:
        until = day_in(access, told.hold_days)
        hold = pb.SetWorkStatusRequest(
            name=work.name,
            status=pb.Work.ON_HOLD,
            reason=told.hold_reason,
            hold_until=until.isoformat(),
            request_id=request_id(work.name, "hold", until),
        )
        access.ask(access.works.SetWorkStatus, hold, person=cast.designer)


def _trace(access: Access, cast: _Cast, told: Told, course: str) -> None:
    """Write down what the course is to teach, unless it is there."""
    found = access.ask(access.traces.GetTrace, trace_pb.GetTraceRequest(course=course), person=cast.designer)
    if found.objectives:
        return
    measures = trace_pb.TaskOfWork.Measure
    tasks = [
        trace_pb.TaskOfWork(
            title=one.title,
            job_classes=one.job_classes,
            frequency=one.frequency,
            criticality=one.criticality,
            difficulty=one.difficulty,
            measure=measures.Value(one.measure),
            duty=one.duty,
        )
        for one in told.task
    ]
    objectives = [
        trace_pb.Objective(
            condition=one.condition,
            behavior=one.behavior,
            standard=one.standard,
            tasks=[f"#{place}" for place in one.tasks],
            sections=one.sections,
            planned_items=one.planned,
        )
        for one in told.objective
    ]
    trace = trace_pb.Trace(course=course, tasks=tasks, objectives=objectives, etag=found.etag)
    update = trace_pb.UpdateTraceRequest(trace=trace, request_id=request_id(course, "trace"))
    access.ask(access.traces.UpdateTrace, update, person=cast.designer)


def _to_design(access: Access, cast: _Cast, told: Told, work: pb.Work) -> None:
    """Have the steering committee take the need, in a meeting."""
    if work.phase == pb.DIAGNOSE:
        decision = deciding.in_a_meeting(access, cast.secretary, _STEERING, work, told.motion)
        _pass(access, cast.designer, work, decision)


def _at_once(access: Access, cast: _Cast, told: Told, work: pb.Work) -> pb.Work:
    """Have the chair decide at once."""
    if work.phase == pb.DEVELOP:
        decide = pb.DecideAtOnceRequest(
            name=work.name, digest=work.digest, reason=told.reason, request_id=request_id(work.name, "at once")
        )
        access.ask(access.works.DecideAtOnce, decide, person=cast.chair)
    return _get(access, cast, work.name)


def _to_determine(access: Access, cast: _Cast, told: Told, work: pb.Work) -> None:
    """Have the chair decide at once, issue the course, have the committee stand by it, and let it be given."""
    work = _at_once(access, cast, told, work)
    if work.phase != pb.DELIVER:
        return
    course = drafts.get(access, cast.designer, work.course)
    if not course.latest_version:
        drafts.issue(access, cast.manager, course)
        work = _get(access, cast, work.name)
    if not work.ratified:
        deciding.in_writing(access, cast.secretary, _CONTENT, work, told.motion)
    _pass(access, cast.manager, _get(access, cast, work.name), "")


def _pass(access: Access, person: str, work: pb.Work, decision: str) -> None:
    through = pb.PassGateRequest(
        name=work.name, phase=work.phase, decision=decision, request_id=request_id(work.name, "gate", work.phase)
    )
    access.ask(access.works.PassGate, through, person=person)
