"""What every write of a work has in common: it holds the work, says what was done, and where that leaves it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlmodel import col, select

from curriculum.courses.records import content_of_version
from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance import ballots
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works import events, records, sheets
from curriculum.works.office import Office
from curriculum.works.rules import classes, phases
from curriculum.works.rules.classes import Edition, Reason
from curriculum.works.rules.phases import Phase, Status, Step, WorkNotUnderWay
from curriculum.works.sheets import Sheet
from curriculum.works.tables import TraceRow, TraceVersionRow, WorkRow, WorkStepRow
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import InvalidField, NotFound, Stale

_LAST_STEP = "SELECT coalesce(max(number), 0) FROM work_step WHERE work_id = %(work)s"
_PASSED = "SELECT phase FROM work_gate WHERE work_id = %(work)s"
# Whoever saved the draft, the trace or materials since the newest version.
_WRITERS = """
SELECT DISTINCT actor FROM audit
WHERE (
    resource IN (%(course)s, %(course)s || '/trace', %(course)s || '/trainer-rule')
    OR starts_with(resource, %(course)s || '/materials/')
  ) AND actor LIKE 'people/%%'
  AND at >= coalesce((SELECT max(published_at) FROM course_version WHERE course_id = %(slug)s), '-infinity')
"""


def hold(db: Db, work_id: str) -> WorkRow:
    """Return a work, which nobody else changes until commit, and whose course nobody changes either.

    The course comes first: whoever changes it holds it, and then its works.
    """
    row = db.get(WorkRow, work_id)
    if row is None:
        raise NotFound(records.name_of(work_id))
    course = row.course_id
    hold_course(db, course)
    row = db.get(WorkRow, work_id, with_for_update=True, populate_existing=True)
    if row is None or row.course_id != course:
        raise Stale(records.name_of(work_id))
    return row


def hold_course(db: Db, course_id: str | None, *, field: str = "work.course") -> None:
    """Keep others from changing a course until commit."""
    if course_id and db.get(CourseRow, course_id, with_for_update={"read": True}, populate_existing=True) is None:
        raise InvalidField(field, f"courses/{course_id}", "must be a course")


def require_under_way(row: WorkRow) -> None:
    """Refuse what is done with a work that is on hold or ended."""
    if Status(row.status) not in phases.UNDER_WAY or row.phase == Phase.CLOSED:
        raise not_under_way(row)


def not_under_way(row: WorkRow) -> WorkNotUnderWay:
    """Refuse what cannot be done with a work that is so."""
    status = Phase.CLOSED.value if row.phase == Phase.CLOSED else row.status
    return WorkNotUnderWay("The work is not under way.", work=records.name_of(row.id), status=status)


def open_works(db: Db, course_id: str) -> Sequence[WorkRow]:
    """Return the works that a course belongs to and that have not ended, held."""
    statement = select(WorkRow).where(
        WorkRow.course_id == course_id,
        col(WorkRow.phase) != Phase.CLOSED,
        col(WorkRow.status).not_in(phases.ENDED),
    )
    return db.exec(statement.order_by(col(WorkRow.id)).with_for_update()).all()


def weigh(db: Db, row: WorkRow) -> None:
    """Compute class and phase anew. Once its content is decided on, the class is what it was decided as."""
    db.flush()
    passed = {Phase(one) for one in db.values(_PASSED, work=row.id)}
    if Phase.DEVELOP not in passed:
        found, reasons = class_now(db, row.course_id)
        row.computed_class, row.reasons = found, [asdict(one) for one in reasons]
    row.phase = phases.phase_of(passed, records.class_of(row), emergency=row.emergency)
    db.add(row)
    db.flush()


def class_now(db: Db, course_id: str | None) -> tuple[DecisionClass, tuple[Reason, ...]]:
    """Return the class of what changed in a course since its newest version, and why."""
    course = db.get(CourseRow, course_id) if course_id else None
    if course is None:
        return classes.computed(None, None)
    newest = db.get(CourseVersionRow, (course.id, course.latest_version))
    pinned = db.get(TraceVersionRow, (course.id, course.latest_version))
    trace = records.trace_of(db.get(TraceRow, course.id))
    before = None
    if newest is not None:
        audience = pinned.audience if pinned else None
        before = Edition(content_of_version(newest), audience, records.objectives_said(pinned))
    return classes.computed(before, records.edition_of(course, trace))


def sheet_of(db: Db, row: WorkRow, office: Office) -> Sheet:
    """Return a work whole, as it is at this moment of a write."""
    db.flush()
    return sheets.sheets(db, [row], office)[0]


def done(db: Db, row: WorkRow, office: Office, step: Step, *, by: UUID, reason: str = "", what: str = "") -> None:
    """Write down that something was done, tell it, and let votes end that were on other content than there is now."""
    row.revision += 1
    db.add(row)
    last: int = db.value(_LAST_STEP, work=row.id)
    db.add(
        WorkStepRow(
            work_id=row.id,
            number=last + 1,
            kind=step,
            at=db.at,
            person_id=by,
            phase=row.phase,
            reason=reason,
            what=what,
        )
    )
    db.flush()
    void(db, row, office)
    emit(db, events.work_advanced(row, step))


def void(db: Db, row: WorkRow, office: Office) -> None:
    """Let the votes end that are on what the work was before."""
    subject, digest = sheet_of(db, row, office).to_decide()
    ballots.void_changed(db, records.name_of(row.id), digest if subject == records.name_of(row.id) else "")


def writers(db: Db, row: WorkRow) -> Collection[UUID]:
    """Return who wrote what is decided on: who saved it since the newest version, and its owner."""
    saved: list[str] = []
    if row.course_id:
        saved = db.values(_WRITERS, course=f"courses/{row.course_id}", slug=row.course_id)
    return {UUID(one.removeprefix("people/")) for one in saved} | {row.owner_id}
