"""Between the contract's messages and traces, and what differs between versions of courses."""

from typing import Any

from cadre.curriculum.v1 import trace_service_pb2 as pb
from curriculum.courses.records import content_of_version
from curriculum.works import records
from curriculum.works.queries import Compared
from curriculum.works.rules import differences, trace
from curriculum.works.rules.trace import Gap, Objective, Task, Trace
from curriculum.works.tables import TraceRow, TraceVersionRow
from servicekit import names
from servicekit.refusals import InvalidField


def course_id(name: str, *, field: str = "course") -> str:
    """Read `courses/{course}`."""
    return names.slug_in("courses/{course}", name, field=field)


def traced(name: str) -> tuple[str, int]:
    """Read of which course, and of which version of it a trace is asked for; 0 = as it is now."""
    if "/versions/" in name:
        return names.version_in("courses/{course}/versions/{version}", name, field="course")
    return course_id(name), 0


def trace_in(message: pb.Trace) -> Trace:
    """Read what a course is to teach."""
    objectives = tuple(
        Objective(
            id=one.id,
            condition=one.condition.strip(),
            behavior=one.behavior.strip(),
            standard=one.standard.strip(),
            tasks=tuple(one.tasks),
            sections=tuple(one.sections),
            items=tuple(one.items),
            planned_items=one.planned_items,
        )
        for one in message.objectives
    )
    return Trace(objectives, tuple(_task(one, field=f"trace.tasks[{n}]") for n, one in enumerate(message.tasks)))


def trace_out(name: str, row: TraceRow | TraceVersionRow | None, found: list[Gap]) -> pb.Trace:
    """Write what a course is to teach, with what is missing."""
    told = records.trace_of(row)
    return pb.Trace(
        course=name,
        objectives=[
            pb.Objective(
                id=one.id,
                condition=one.condition,
                behavior=one.behavior,
                standard=one.standard,
                tasks=one.tasks,
                sections=one.sections,
                items=one.items,
                planned_items=one.planned_items,
            )
            for one in told.objectives
        ],
        tasks=[_task_out(one) for one in told.tasks],
        etag=str(row.revision) if isinstance(row, TraceRow) else "",
        gaps=[pb.TraceGap(kind=pb.TraceGap.Kind.Value(one.kind), id=one.id, what=one.what) for one in found],
    )


def comparison(before: Compared, after: Compared) -> pb.CourseComparison:
    """Write what differs between two versions of a course."""
    old, new = content_of_version(before.version), content_of_version(after.version)
    known = before.trace is not None and after.trace is not None
    answer = pb.CourseComparison(
        from_version=_version(before),
        to_version=_version(after),
        objectives_known=known,
        sections=[_section_change(one) for one in differences.sections(old, new)],
        test_changed=old.test_version != new.test_version,
    )
    if known:
        pairs = differences.objectives(records.trace_of(before.trace), records.trace_of(after.trace))
        answer.objectives.extend(pb.ObjectiveChange(before=_said(one), after=_said(other)) for one, other in pairs)
    return answer


def choice(kind: Any, value: int, *, field: str) -> str:  # noqa: ANN401 - each enum of the contract has its own type
    """Return what a choice is called; '' = none was made."""
    if not value:
        return ""
    if value not in kind.values():
        raise InvalidField(field, value, f"must be one of {', '.join(kind.keys()[1:])}")
    called: str = kind.Name(value)
    return called


def _task(one: pb.TaskOfWork, *, field: str) -> Task:
    return Task(
        id=one.id,
        title=one.title.strip(),
        job_classes=tuple(one.job_classes),
        frequency=one.frequency,
        criticality=one.criticality,
        difficulty=one.difficulty,
        measure=choice(pb.TaskOfWork.Measure, one.measure, field=f"{field}.measure"),
        duty=trace.duty_of(one.duty, field=f"{field}.duty"),
    )


def _task_out(one: Task) -> pb.TaskOfWork:
    answer = pb.TaskOfWork(
        id=one.id,
        title=one.title,
        job_classes=one.job_classes,
        frequency=one.frequency,
        criticality=one.criticality,
        difficulty=one.difficulty,
        duty=one.duty,
    )
    if one.measure:
        answer.measure = pb.TaskOfWork.Measure.Value(one.measure)
    return answer


def _version(one: Compared) -> str:
    return f"courses/{one.version.course_id}/versions/{one.version.version}"


def _said(one: Objective | None) -> pb.Objective | None:
    if one is None:
        return None
    return pb.Objective(id=one.id, condition=one.condition, behavior=one.behavior, standard=one.standard)


def _section_change(one: differences.SectionChange) -> pb.SectionChange:
    old, new = one.before, one.after
    return pb.SectionChange(
        title_before=old.title if old else "",
        title_after=new.title if new else "",
        minutes_before=old.minutes if old else 0,
        minutes_after=new.minutes if new else 0,
        words=[pb.ChangedWords(kind=pb.ChangedWords.Kind.Value(part.kind), text=part.text) for part in one.words],
        pieces_changed=(old.pieces if old else ()) != (new.pieces if new else ()),
    )
