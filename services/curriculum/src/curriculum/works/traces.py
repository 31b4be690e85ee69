"""Writing the trace of a course. Ids are given here, once, and stay from version to version."""

import uuid
from dataclasses import replace

from curriculum.courses.tables import CourseRow
from curriculum.works import items, moving, records
from curriculum.works.office import Office
from curriculum.works.rules import trace as rules
from curriculum.works.rules.trace import Trace
from curriculum.works.tables import TraceRow
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Stale

NEW = ""


def update(db: Db, course_id: str, trace: Trace, office: Office, *, etag: str) -> TraceRow:
    """Replace the trace of a course; its works are weighed anew, since an objective may be another one now."""
    # Whoever saves the draft holds the course as well: one after the other.
    course = db.get(CourseRow, course_id, with_for_update=True, populate_existing=True)
    if course is None:
        raise NotFound(f"courses/{course_id}")
    row = db.get(TraceRow, course_id, populate_existing=True) or TraceRow(
        course_id=course_id, objectives=[], tasks=[], revision=0
    )
    if etag != (str(row.revision) if row.revision else ""):
        raise Stale(f"courses/{course_id}/trace")
    before = records.trace_of(row)
    trace = _with_ids(trace, before)
    rules.check(trace)
    trace = rules.by_lasting_ids(trace, items.asked_by(db, course.test_version))
    kept = records.kept(trace)
    row.objectives, row.tasks, row.revision = kept["objectives"], kept["tasks"], row.revision + 1
    db.add(row)
    reweigh(db, course_id, office)
    db.changed(f"courses/{course_id}/trace", before=records.kept(before), after=kept)
    return row


def reweigh(db: Db, course_id: str, office: Office) -> None:
    """Weigh the works of a course anew, which is held, and let votes on other content end."""
    for work in moving.open_works(db, course_id):
        moving.weigh(db, work)
        moving.void(db, work, office)


def _with_ids(trace: Trace, before: Trace) -> Trace:
    """Give ids to what is new. Links to a new task name it by the place it stands in: `#0` is the first."""
    known = {one.id for one in before.objectives} | {task.id for task in before.tasks}
    for field, ids in (
        ("objectives", [one.id for one in trace.objectives]),
        ("tasks", [task.id for task in trace.tasks]),
    ):
        for n, id in enumerate(ids):
            if id != NEW and id not in known:
                raise InvalidField(f"trace.{field}[{n}].id", id, "must be empty, or one that the trace has")
    tasks = tuple(replace(one, id=one.id or str(uuid.uuid4())) for one in trace.tasks)
    placed = {f"#{n}": one.id for n, one in enumerate(tasks)}
    objectives = tuple(
        replace(one, id=one.id or str(uuid.uuid4()), tasks=tuple(placed.get(task, task) for task in one.tasks))
        for one in trace.objectives
    )
    return Trace(objectives, tasks)
