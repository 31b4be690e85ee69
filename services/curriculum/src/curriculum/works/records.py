"""Works and traces between their rows and the terms of the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from curriculum.courses.records import content_of_draft, course_of
from curriculum.courses.rules import pieces
from curriculum.courses.rules.courses import missing
from curriculum.courses.tables import CourseRow
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works.rules import classes
from curriculum.works.rules.classes import Edition
from curriculum.works.rules.gates import Draft
from curriculum.works.rules.trace import Objective, Task, Trace
from curriculum.works.rules.writing import Mode, Pilot, Written
from curriculum.works.tables import TraceRow, TraceVersionRow, WorkRow


def name_of(work_id: str) -> str:
    """Return the resource name of a work."""
    return f"works/{work_id}"


def course_name(row: WorkRow) -> str:
    """Return the resource name of the course that comes of a work; '' as long as it is not known."""
    return f"courses/{row.course_id}" if row.course_id else ""


def written_of(kept: Mapping[str, Any]) -> Written:
    """Return what people wrote of a work."""
    parts = {"modes": tuple(Mode(**one) for one in kept["modes"]), "pilot": Pilot(**kept["pilot"])}
    return Written(**{**kept, **parts})


def trace_of(row: TraceRow | TraceVersionRow | None) -> Trace:
    """Return what a course is to teach; nothing was written = an empty one."""
    if row is None:
        return Trace()
    return Trace(objectives_of(row.objectives), tuple(_task(one) for one in row.tasks))


def objectives_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Objective, ...]:
    """Return the objectives that a row keeps as JSON."""
    return tuple(map(_objective, kept))


def kept(trace: Trace) -> dict[str, list[dict[str, Any]]]:
    """Return the columns of a trace."""
    return {
        "objectives": [asdict(one) for one in trace.objectives],
        "tasks": [asdict(one) for one in trace.tasks],
    }


def class_of(row: WorkRow) -> DecisionClass:
    """Return the class that counts."""
    raised = DecisionClass(row.raised_class) if row.raised_class else None
    return classes.heavier(DecisionClass(row.computed_class), raised)


def draft_of(row: CourseRow) -> Draft:
    """Return what gates ask of the draft of a course."""
    course = course_of(row)
    unseen = sum(
        any(word in what for word in ("alternative text", "captions", "a transcript"))
        for section in course.sections
        for piece in section.pieces
        for what in pieces.missing(piece)
    )
    return Draft(content_of_draft(row).sha256, len(missing(course)) - unseen, unseen)


def edition_of(row: CourseRow, trace: Trace) -> Edition:
    """Return a draft, to be compared."""
    return Edition(content_of_draft(row), row.audience, _said(trace.objectives))


def objectives_said(row: TraceVersionRow | None) -> frozenset[tuple[str, ...]] | None:
    """Return what the objectives of a version were, if that is on record."""
    return None if row is None else _said(trace_of(row).objectives)


def _said(objectives: Sequence[Objective]) -> frozenset[tuple[str, ...]]:
    return frozenset(one.said for one in objectives)


def _objective(given: Mapping[str, Any]) -> Objective:
    links = {part: tuple(given[part]) for part in ("tasks", "sections", "items")}
    return Objective(**{**given, **links})


def _task(given: Mapping[str, Any]) -> Task:
    return Task(**{**given, "job_classes": tuple(given["job_classes"])})
