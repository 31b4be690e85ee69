"""What a course is to teach: its trace as a table with its gaps, and one objective or task at a time as a form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import declared, sheets
from gateway.web.forms import Form, SentForm
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.works import forms, questions, shown, tracing
from gateway.works.questions import Questions
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/works/{work_id}/trace")

NEW = "new"
_COLUMNS = ("Task", "Job classes", "Objective", "Where taught", "Questions", "Questions planned", "Measure or duty")
_NAMES = declared.names((*forms.OBJECTIVE, *forms.TASK))


@dataclass(frozen=True)
class Row:
    """A line of the table: an objective with its tasks, or a task without an objective."""

    objective: trace_pb.Objective | None
    tasks: Sequence[trace_pb.TaskOfWork]


@dataclass(frozen=True)
class Traced:
    """A work with the trace of its course, and what its links can name."""

    work: pb.Work
    trace: trace_pb.Trace
    # Titles of the sections of the draft, and the questions of its test.
    sections: Sequence[str]
    questions: Questions

    @property
    def base(self) -> str:
        """The address of the table."""
        return f"{shown.path(self.work.name)}/trace"

    @property
    def rows(self) -> list[Row]:
        """The table: objectives with their tasks, then tasks without one."""
        tasks = {one.id: one for one in self.trace.tasks}
        found = [Row(one, [tasks[key] for key in one.tasks if key in tasks]) for one in self.trace.objectives]
        taken = {key for one in self.trace.objectives for key in one.tasks}
        return [*found, *(Row(None, [one]) for one in self.trace.tasks if one.id not in taken)]


@router.get("")
def trace_page(visit: Visitor, work_id: str) -> Answer:
    """The table, and what is missing in it."""
    found = _load(visit, work_id)
    titles = {one.id: one.title for one in found.trace.tasks}
    titles |= {one.id: tracing.objective(one) for one in found.trace.objectives}
    return visit.page(
        "works/trace.html",
        work=found.work,
        form=Form(),
        rows=found.rows,
        objectives=found.trace.objectives,
        tasks=found.trace.tasks,
        gaps=tracing.gaps(found.trace.gaps),
        titles=titles,
        sections=found.sections,
        questions=found.questions,
        labels={link: found.questions.label(link) for one in found.trace.objectives for link in one.items},
        broken={gap.what for gap in found.trace.gaps if gap.what},
        classes=_classes(visit),
        phrases=tracing,
        back=shown.path(found.work.name),
        base=found.base,
    )


@router.get("/trace.csv")
def trace_file(visit: Visitor, work_id: str) -> Answer:
    """The table as a file."""
    found = _load(visit, work_id)
    classes = _classes(visit)
    lines = [
        (
            "; ".join(one.title for one in row.tasks),
            "; ".join(classes.get(key, key) for one in row.tasks for key in one.job_classes),
            tracing.objective(row.objective) if row.objective else "",
            "; ".join(row.objective.sections) if row.objective else "",
            "; ".join(map(found.questions.label, row.objective.items)) if row.objective else "",
            row.objective.planned_items if row.objective else "",
            "; ".join(filter(None, map(tracing.measure, row.tasks))),
        )
        for row in found.rows
    ]
    name = f"{found.work.name.removeprefix('works/')}-trace.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


@router.get("/objectives/{objective_id}")
def objective_page(visit: Visitor, work_id: str, objective_id: str) -> Answer:
    """One objective: what is there, what they do, how well, and what it is linked to."""
    found = _load(visit, work_id)
    one = _one(found.trace.objectives, objective_id) or trace_pb.Objective()
    values: dict[str, Any] = declared.shown(forms.OBJECTIVE, one)
    values |= {"tasks": list(one.tasks), "sections": list(one.sections), "items": list(one.items)}
    return _objective(visit, found, objective_id, Form.of({**values, "etag": found.trace.etag}))


@router.post("/objectives/{objective_id}")
def save_objective(visit: Visitor, work_id: str, objective_id: str, form: Sent) -> Answer:
    """Save it, or take it out."""
    found, said = _load(visit, work_id), trace_pb.Trace()
    said.CopyFrom(found.trace)
    one = _one(said.objectives, objective_id)
    if form.text("action") == "remove" and one is not None:
        said.objectives.remove(one)
    else:
        one = said.objectives.add() if one is None else one
        _read(form, forms.OBJECTIVE, one)
        for name in ("tasks", "sections", "items"):
            links = getattr(one, name)
            del links[:]
            links.extend(form.all(name))
    if _saved(visit, found, said, form):
        return visit.go(found.base, done="objective-saved")
    return _objective(visit, found, objective_id, form)


@router.get("/tasks/{task_id}")
def task_page(visit: Visitor, work_id: str, task_id: str) -> Answer:
    """One task of the work: who does it, how often, how much depends on it, which measure or duty it serves."""
    found = _load(visit, work_id)
    one = _one(found.trace.tasks, task_id) or trace_pb.TaskOfWork()
    values: dict[str, Any] = declared.shown(forms.TASK, one)
    return _task(
        visit, found, task_id, Form.of({**values, "job_classes": list(one.job_classes), "etag": found.trace.etag})
    )


@router.post("/tasks/{task_id}")
def save_task(visit: Visitor, work_id: str, task_id: str, form: Sent) -> Answer:
    """Save it, or take it out with its links."""
    found, said = _load(visit, work_id), trace_pb.Trace()
    said.CopyFrom(found.trace)
    one = _one(said.tasks, task_id)
    if form.text("action") == "remove" and one is not None:
        for objective in said.objectives:
            if one.id in objective.tasks:
                objective.tasks.remove(one.id)
        said.tasks.remove(one)
    else:
        one = said.tasks.add() if one is None else one
        _read(form, forms.TASK, one)
        del one.job_classes[:]
        one.job_classes.extend(form.all("job_classes"))
    if _saved(visit, found, said, form):
        return visit.go(found.base, done="task-saved")
    return _task(visit, found, task_id, form)


def _load(visit: Visit, work_id: str) -> Traced:
    work = shown.load(visit, work_id)
    if not work.course:
        raise HTTPException(404, "This work has no course yet. Choose it under Design.")
    trace = visit.clients.traces.GetTrace(trace_pb.GetTraceRequest(course=work.course))
    sections, asked = _linked(visit, work.course, [link for one in trace.objectives for link in one.items])
    for one in trace.objectives:
        links = asked.lasting(one.items)
        del one.items[:]
        one.items.extend(links)
    return Traced(work, trace, sections, asked)


def _linked(visit: Visit, course: str, links: Sequence[str]) -> tuple[list[str], Questions]:
    """Return what links can name: nothing to who may not see the draft."""
    try:
        draft = visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=course))
    except Refused as error:
        if error.code not in ("NOT_FOUND", "PERMISSION_DENIED"):
            raise
        return [], Questions()
    return [one.title for one in draft.sections], questions.load(visit, draft, links)


def _one(found: Iterable[Any], key: str) -> Any:  # noqa: ANN401 - an objective or a task
    """Return the one with an id; None of a new one."""
    if key == NEW:
        return None
    one = next((one for one in found if one.id == key), None)
    if one is None:
        raise HTTPException(404)
    return one


def _read(form: Form, fields: Sequence[declared.Field], one: Any) -> None:  # noqa: ANN401 - an objective or a task
    declared.read(fields, form, one)
    for field in declared.missing(fields, one):
        form.errors.setdefault(field.name, "Fill this in.")


def _saved(visit: Visit, found: Traced, said: trace_pb.Trace, form: SentForm) -> bool:
    """Save the whole trace as it was read, with the one that changed; False where it is refused."""
    said.etag = form.text("etag")
    del said.gaps[:]
    if form.errors:
        return False
    try:
        visit.clients.traces.UpdateTrace(trace_pb.UpdateTraceRequest(trace=said, request_id=form.request_id))
    except Refused as error:
        form.refuse(error, _NAMES)
        form.values["etag"] = [found.trace.etag]
        return False
    return True


def _objective(visit: Visit, found: Traced, key: str, form: Form) -> Answer:
    only(found.work.may_write)
    # What a link names that is there no more stays offered, so that saving does not drop it unseen.
    sections = dict.fromkeys([*found.sections, *form.all("sections")])
    return visit.page(
        "works/objective.html",
        status=400 if form.errors else 200,
        work=found.work,
        key=key,
        is_new=key == NEW,
        form=form,
        fields=forms.OBJECTIVE,
        tasks=[(one.id, one.title) for one in found.trace.tasks],
        sections=[(one, one) for one in sections],
        asked=found.questions.offered(found.sections, form.all("items")),
        back=shown.path(found.work.name),
        base=found.base,
    )


def _task(visit: Visit, found: Traced, key: str, form: Form) -> Answer:
    only(found.work.may_write)
    known = {**{one: one for one in form.all("job_classes")}, **_classes(visit)}
    return visit.page(
        "works/task.html",
        status=400 if form.errors else 200,
        work=found.work,
        key=key,
        is_new=key == NEW,
        form=form,
        fields=forms.TASK,
        classes=sorted(known.items(), key=lambda one: one[1].casefold()),
        linked=sum(key in one.tasks for one in found.trace.objectives),
        back=shown.path(found.work.name),
        base=found.base,
    )


def _classes(visit: Visit) -> dict[str, str]:
    """Return how classes of jobs are called; nothing to people from outside, who see no agencies."""
    if visit.rights.from_outside:
        return {}
    return {one.slug: one.title for one in visit.vocabulary().job_classes}
