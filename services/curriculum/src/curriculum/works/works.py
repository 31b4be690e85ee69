"""What people do with works, but for gates: begin and write them, hand them over, hold and end them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, delete

from curriculum.governance.rules import saying
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works import moving, records, telling
from curriculum.works.office import Office
from curriculum.works.rules import classes, phases, writing
from curriculum.works.rules.phases import ClassLowered, Phase, Status, Step, WorkUnderWay
from curriculum.works.rules.writing import Written
from curriculum.works.tables import WorkGateRow, WorkRow
from servicekit import closed_days, text
from servicekit.calendar import NO_END, pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Stale

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(series)s, 0))"
_LAST = "SELECT coalesce(max(substr(id, 4)::int), 0) FROM work WHERE starts_with(id, %(series)s)"
_KNOWN_BODY = """
SELECT EXISTS (SELECT FROM body_rules WHERE body_id = %(body)s)
  OR EXISTS (SELECT FROM membership WHERE body_id = %(body)s)
"""


@dataclass(frozen=True)
class Work:
    """What people write down of a work."""

    title: str
    course_id: str | None
    raised_class: DecisionClass | None
    emergency: bool
    effective_date: date | None
    target_date: date | None
    written: Written
    demonstration: bool = False


def create(db: Db, work: Work, office: Office, *, by: UUID) -> WorkRow:
    """Begin a work, which whoever begins it owns and has in hand."""
    writing.check(work.title, work.written)
    if not work.written.source:
        raise InvalidField("work.source", "", "must be given")
    if not text.line(work.written.need):
        raise InvalidField("work.need", work.written.need, "must be given")
    moving.hold_course(db, work.course_id)
    row = WorkRow(
        id=_next_id(db),
        title=work.title,
        phase=Phase.DIAGNOSE,
        status=Status.IN_PROGRESS,
        status_reason="",
        computed_class=DecisionClass.MAJOR,
        reasons=[],
        raised_class="",
        emergency=False,
        owner_id=by,
        holder=f"people/{by}",
        held_since=db.at,
        target_date=NO_END,
        written={},
        demonstration=work.demonstration,
        created_at=db.at,
        revision=0,
    )
    _write(db, row, work)
    moving.weigh(db, row)
    moving.done(db, row, office, Step.BEGUN, by=by)
    db.changed(records.name_of(row.id), after=_said(row))
    return row


def update(db: Db, work_id: str, work: Work, office: Office, *, etag: str, by: UUID) -> WorkRow:
    """Replace what is written down of a work."""
    writing.check(work.title, work.written)
    if not etag:
        raise InvalidField("work.etag", etag, "must be given: the etag of the work as it was read")
    moving.hold_course(db, work.course_id)
    row = moving.hold(db, work_id)
    if etag != str(row.revision):
        raise Stale(records.name_of(work_id))
    if Status(row.status) in phases.ENDED or row.phase == Phase.CLOSED:
        raise moving.not_under_way(row)
    before = _said(row)
    _require_same_course(row, work)
    raised = work.raised_class.value if work.raised_class else ""
    step, what = Step.WRITTEN, ""
    if row.course_id and row.course_id != work.course_id:
        # Kept for good: what the course was taken up for does not end with it.
        step, what = Step.COURSE_TAKEN_AWAY, records.course_name(row)
    elif raised and raised != row.raised_class:
        step, what = Step.CLASS_RAISED, raised
    _write(db, row, work)
    moving.weigh(db, row)
    moving.done(db, row, office, step, by=by, what=what)
    db.changed(records.name_of(row.id), before=before, after=_said(row))
    return row


def hand_over(db: Db, work_id: str, holder: str, office: Office, *, by: UUID) -> WorkRow:
    """Give a work to somebody, or to a body."""
    row = moving.hold(db, work_id)
    moving.require_under_way(row)
    body = holder.removeprefix("bodies/")
    if body != holder and not db.value(_KNOWN_BODY, body=body):
        raise InvalidField("holder", holder, "must be a committee that there is")
    before = row.holder
    row.holder, row.held_since = holder, db.at
    moving.done(db, row, office, Step.HANDED_OVER, by=by, what=holder)
    if holder not in {before, f"people/{by}"}:
        telling.given(db, row)
    db.changed(records.name_of(row.id), before={"holder": before}, after={"holder": holder})
    return row


def set_status(
    db: Db,
    work_id: str,
    status: Status,
    office: Office,
    *,
    reason: str,
    hold_until: date | None,
    phase: Phase | None,
    by: UUID,
) -> WorkRow:
    """Put a work on hold, go on with it, give it back to an earlier phase, decline or retire it."""
    row = moving.hold(db, work_id)
    before = {"status": row.status, "phase": row.phase}
    if Status(row.status) in phases.ENDED or row.phase == Phase.CLOSED:
        raise moving.not_under_way(row)
    if status is Status.IN_PROGRESS and row.status == Status.IN_PROGRESS:
        raise WorkUnderWay("The work goes on already.", work=records.name_of(row.id))
    saying.check_text("reason", reason, most=writing.MOST_REASON, given=status is not Status.IN_PROGRESS)
    if hold_until is not None and (status is not Status.ON_HOLD or hold_until <= pacific_date(db.at)):
        raise InvalidField("hold_until", hold_until, "must be a day that comes, of a work that is put on hold")
    if status is Status.RETURNED:
        _give_back(db, row, phase)
    elif phase is not None:
        raise InvalidField("phase", phase, "must be empty unless the work is given back")
    row.status, row.status_reason, row.hold_until = status, reason, hold_until
    moving.weigh(db, row)
    moving.done(db, row, office, _STEPS[status], by=by, reason=reason)
    after = {"status": row.status, "phase": row.phase}
    db.changed(records.name_of(row.id), before=before, after=after, reason=reason)
    return row


_STEPS = {
    Status.IN_PROGRESS: Step.RESUMED,
    Status.ON_HOLD: Step.HELD,
    Status.RETURNED: Step.GIVEN_BACK,
    Status.DECLINED: Step.WAS_DECLINED,
    Status.RETIRED: Step.WAS_RETIRED,
}


def _give_back(db: Db, row: WorkRow, to: Phase | None) -> None:
    """Let the gates from a phase on be passed no more."""
    earlier = phases.GATES[: phases.GATES.index(Phase(row.phase))]
    asked = [one for one in earlier if not phases.skips(one, records.class_of(row), emergency=row.emergency)]
    # What was published stays published: another version is another work.
    if row.published_version is not None:
        asked = [one for one in asked if one not in _BEFORE_PUBLISHED]
    if to not in asked:
        names = ", ".join(asked) or "nothing: there is no earlier phase to go back to"
        raise InvalidField("phase", to or "", f"must be one of {names}")
    gone = phases.GATES[phases.GATES.index(to) :]
    db.exec(delete(WorkGateRow).where(col(WorkGateRow.work_id) == row.id, col(WorkGateRow.phase).in_(gone)))
    if Phase.DEVELOP in gone:
        row.at_once_id = row.ratify_by = None


_BEFORE_PUBLISHED: Collection[Phase] = (Phase.DIAGNOSE, Phase.DESIGN, Phase.DEVELOP)


def _write(db: Db, row: WorkRow, work: Work) -> None:
    row.title, row.course_id, row.emergency = work.title, work.course_id, work.emergency
    _raise(db, row, work.raised_class)
    shown = None if row.target_date == NO_END else row.target_date
    # Given back as it was computed, it is still to be computed.
    if work.target_date != shown or row.chosen_date is not None:
        row.chosen_date = work.target_date
    row.effective_date = work.effective_date
    target = row.chosen_date or writing.target(work.effective_date, closed_days.known(db))
    row.target_date = target or NO_END
    row.written = asdict(work.written)
    db.add(row)


def _raise(db: Db, row: WorkRow, raised: DecisionClass | None) -> None:
    found, _ = moving.class_now(db, row.course_id)
    if raised is not None and classes.weighs_less(raised, found):
        raise ClassLowered(
            "The class may be raised, never lowered.", field="work.raised_class", computed=found, asked=raised
        )
    row.raised_class = raised.value if raised else ""


def _require_same_course(row: WorkRow, work: Work) -> None:
    """Refuse another course, or another way, once content was decided on."""
    decided = row.at_once_id is not None or row.published_version is not None or row.phase in _AFTER_CONTENT
    if decided and row.course_id != work.course_id:
        raise InvalidField("work.course", work.course_id or "", "must stay: its content is decided on")
    if decided and row.emergency != work.emergency:
        raise InvalidField("work.emergency", work.emergency, "must stay: the content is decided on")


_AFTER_CONTENT = (Phase.DELIVER, Phase.DETERMINE)


def _next_id(db: Db) -> str:
    """Return the next number of the year. One at a time: they have no gaps, and nobody gets another's."""
    series = f"{pacific_date(db.at).year % 100:02d}-"
    db.run(_ALONE, series=f"work:{series}")
    last: int = db.value(_LAST, series=series)
    return f"{series}{last + 1:02d}"


def _said(row: WorkRow) -> dict[str, object]:
    return {
        "title": row.title,
        "course": row.course_id or "",
        "phase": row.phase,
        "class": records.class_of(row),
        "emergency": row.emergency,
        "target_date": row.target_date.isoformat(),
        "written": row.written,
    }
