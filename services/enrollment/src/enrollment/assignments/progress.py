"""What becomes of one person's assignment: they take the course, or somebody excuses them.

Taking a course is the busiest thing that people do here, so it is done in company (`servicekit.data.company`): one
statement locks and reads, one looks whether tests were passed meanwhile, one writes.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.assignments import crediting, exempting
from enrollment.assignments.records import COLUMNS, JOINS, Assignment, Row
from enrollment.assignments.rules import ExcusedByUnit, Progress, State, check_reason
from enrollment.requirements import exemptions
from enrollment.requirements.rules import check_in_force
from enrollment.requirements.visibility import SEEN_BY_EACH, Learner
from servicekit.calendar import pacific_date
from servicekit.data.company import Asked, Group
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_LOCK = f"""
SELECT {COLUMNS} FROM assignment AS a {JOINS}
WHERE a.requirement_id = %(requirement)s AND a.person_id = %(person)s
FOR UPDATE OF a
"""  # noqa: S608 - constants only
_LOCK_OWN = f"""
SELECT {COLUMNS}
FROM unnest(%(requirements)b::uuid[], %(people)b::uuid[], %(days)b::date[], %(before_staff)b::boolean[])
  AS asked (requirement_id, person_id, today, before_staff)
JOIN assignment AS a ON (a.requirement_id, a.person_id) = (asked.requirement_id, asked.person_id)
{JOINS}
WHERE {SEEN_BY_EACH}
ORDER BY a.requirement_id, a.person_id
FOR UPDATE OF a
"""  # noqa: S608 - constants only
_IS_OF_AGENCY = """
SELECT 1 FROM requirement JOIN audience_member AS member USING (audience_id)
WHERE requirement.id = %(requirement)s AND member.person_id = %(person)s AND member.agency_id = %(agency)s
  AND member.member
"""
# Shared until commit, and before the assignment is locked: a withdrawal or an amendment waits, or has been seen.
_IN_FORCE = """
SELECT state = 'WITHDRAWN' AS withdrawn, notice_id IS NULL AS former FROM requirement WHERE id = %(requirement)s
FOR SHARE
"""
_TESTS_PASSED = """
SELECT asked.requirement_id, asked.person_id
FROM unnest(%(requirements)b::uuid[], %(people)b::uuid[]) AS asked (requirement_id, person_id)
JOIN requirement ON requirement.id = asked.requirement_id
JOIN course_version AS course
  ON (course.course_id, course.version) = (requirement.course_id, requirement.course_version)
JOIN passed_test AS passed
  ON (passed.person_id, passed.test_id, passed.test_version) = (asked.person_id, course.test_id, course.test_version)
"""
_SAVE = """
WITH given AS (
  SELECT *
  FROM unnest(
    %(requirements)b::uuid[], %(people)b::uuid[], %(states)b::text[], %(sections)s::int[], %(moments)b::timestamptz[],
    %(days)b::date[], %(minutes)s::int[]
  ) AS given (requirement_id, person_id, state, sections, at, day, minutes)
), saved AS (
  UPDATE assignment AS a SET state = given.state, sections_completed = given.sections, progressed_at = given.at
  FROM given WHERE (a.requirement_id, a.person_id) = (given.requirement_id, given.person_id)
)
INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
SELECT requirement_id, person_id, 'COURSE', minutes, at, day, ''
FROM given WHERE state = 'COMPLETED' ORDER BY requirement_id, person_id
"""
_EXCUSE = """
UPDATE assignment SET state = %(state)s, waiver_reason = %(reason)s, exempt = false
WHERE requirement_id = %(requirement)s AND person_id = %(person)s
"""


class _InForce(NamedTuple):
    withdrawn: bool
    former: bool


class Key(NamedTuple):
    """An assignment, by what asks for it and of whom."""

    requirement_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Step:
    """A learner opens a course or, with a *section*, finishes one of its sections."""

    learner: Learner
    requirement_id: UUID
    section: int = 0

    @property
    def key(self) -> Key:
        """The assignment."""
        return Key(self.requirement_id, self.learner.person_id)


def start(db: Db, group: Group[Step, Assignment]) -> None:
    """Learners open the course. Idempotent: opening it again is how they continue."""
    _advance(db, group, lambda step, progress: progress.start())  # noqa: ARG005 - as the other one


def complete_sections(db: Db, group: Group[Step, Assignment]) -> None:
    """Learners finish a section; the last one completes the assignment unless a test is still to be passed."""
    _advance(db, group, lambda step, progress: progress.complete_section(step.section))


def waive(db: Db, *, requirement_id: UUID, person_id: UUID, agency_id: str, reason: str) -> Assignment:
    """Excuse a person of the agency, with the reason: this does not apply to them."""
    reason = check_reason(reason)
    assignment = _load_of_agency(db, requirement_id, person_id, agency_id)
    waived = replace(assignment, progress=assignment.progress.waive(), waiver_reason=reason)
    _excuse(db, assignment, waived, reason)
    events.assignments_waived(db, assignment.asked, [str(person_id)])
    return waived


def reinstate(db: Db, *, requirement_id: UUID, person_id: UUID, agency_id: str, reason: str) -> Assignment:
    """Undo a waiver, with the reason: the person goes on where they were. Not once the notice was withdrawn.

    Whoever had only the test to pass, and passed it while they were excused, has completed it.
    """
    reason = check_reason(reason)
    exemptions.hold(db, requirement_id)
    in_force = db.maybe(_InForce, _IN_FORCE, requirement=requirement_id)
    assignment = _load_of_agency(db, requirement_id, person_id, agency_id)
    if in_force:
        check_in_force(str(assignment.notice_id), **in_force._asdict())
    progress = assignment.progress.reinstate()
    if exempting.covers(db, requirement_id, person_id):
        raise ExcusedByUnit("It does not apply to their units.", requirement=str(requirement_id))
    # Passed while this transaction waited for the row.
    if progress.awaits_test and _passed(db, [Key(requirement_id, person_id)]):
        progress = progress.pass_test()
    reinstated = replace(assignment, progress=progress, waiver_reason="")
    _excuse(db, assignment, reinstated, reason)
    events.assignments_created(db, assignment.asked, [str(person_id)])
    if progress.state is not State.COMPLETED:
        credited = crediting.of_listed(db, requirement_id, [person_id])
        crediting.grant(db, credited)
        return _load(db, requirement_id, person_id) if credited else reinstated
    _save(db, [(db.at, assignment, progress)])
    events.assignments_completed(db, assignment.asked, [(str(person_id), db.at)])
    return replace(reinstated, completed_at=db.at)


def _load(db: Db, requirement_id: UUID, person_id: UUID) -> Assignment:
    row = db.maybe(Row, _LOCK, requirement=requirement_id, person=person_id)
    if row is None:
        raise NotFound(f"requirements/{requirement_id}/assignments/{person_id}")
    return Assignment.of(row)


def _load_of_agency(db: Db, requirement_id: UUID, person_id: UUID, agency_id: str) -> Assignment:
    """Load the assignment of a person who is on the agency's list; to others it does not exist."""
    if not db.values(_IS_OF_AGENCY, requirement=requirement_id, person=person_id, agency=agency_id):
        raise NotFound(f"requirements/{requirement_id}/assignments/{person_id}")
    return _load(db, requirement_id, person_id)


def _advance(db: Db, group: Group[Step, Assignment], move: Callable[[Step, Progress], Progress]) -> None:
    """Write how far learners get, and that they completed the assignment if they did."""
    known = _locked(db, group)
    moved: dict[Key, Progress] = {}
    for one in group:
        with group.deciding(one):
            if one.what.key in known:
                moved[one.what.key] = move(one.what, known[one.what.key].progress)
            elif group.alone:
                raise NotFound(f"requirements/{one.what.requirement_id}/assignments/{one.what.learner.person_id}")
    # Passed while this transaction waited for the row, or looked: whoever comes second must see the first.
    for key in _passed(db, [key for key, progress in moved.items() if progress.awaits_test]):
        moved[key] = moved[key].pass_test()
    completed: dict[events.Asked, list[Asked[Step, Assignment]]] = defaultdict(list)
    for one in group:
        if one.what.key not in moved:
            continue
        before, progress = known[one.what.key], moved[one.what.key]
        one.changed(before.name, before=_facts(before.progress), after=_facts(progress))
        one.result = replace(before, progress=progress)
        if progress.state is State.COMPLETED and progress != before.progress:
            one.result = replace(one.result, completed_at=one.at)
            completed[before.asked].append(one)
    # One fact of all who completed the same: each of them is in it once.
    for asked, those in completed.items():
        group.emit(events.completed(asked, [(str(one.what.learner.person_id), one.at) for one in those]), those)
    took = {one.what.learner.person_id: one for those in completed.values() for one in those}
    taken = [crediting.Taken(*one.what.key, pacific_date(one.at)) for those in completed.values() for one in those]
    credited = crediting.of_others(db, taken, held=list(moved))
    for asked, those_credited in crediting.by_letter(credited):
        causes = [took[one.person_id] for one in those_credited]
        group.emit(events.completed(asked, [(str(one.what.learner.person_id), one.at) for one in causes]), causes)
    _save(db, [(one.at, known[one.what.key], moved[one.what.key]) for one in group.record(db)])
    crediting.write(db, credited, max((one.at for one in took.values()), default=db.at))


def _locked(db: Db, group: Group[Step, Assignment]) -> dict[Key, Assignment]:
    """Lock and load the learners' assignments; before their letters are released to them there are none."""
    steps = [one.what for one in group]
    rows = db.all(
        Row,
        _LOCK_OWN + group.waits,
        requirements=[step.requirement_id for step in steps],
        people=[step.learner.person_id for step in steps],
        days=[step.learner.today for step in steps],
        before_staff=[step.learner.before_staff for step in steps],
    )
    return {Key(row.requirement_id, row.person_id): Assignment.of(row) for row in rows}


def _passed(db: Db, keys: Sequence[Key]) -> list[Key]:
    """Return the assignments of *keys* whose test was passed."""
    if not keys:
        return []
    return db.all(Key, _TESTS_PASSED, requirements=[key[0] for key in keys], people=[key[1] for key in keys])


def _save(db: Db, advanced: Sequence[tuple[datetime, Assignment, Progress]]) -> None:
    """Write what is no repetition."""
    new = [(at, before, progress) for at, before, progress in advanced if progress != before.progress]
    if not new:
        return
    db.run(
        _SAVE,
        requirements=[before.requirement_id for _, before, _ in new],
        people=[before.person_id for _, before, _ in new],
        states=[progress.state.value for _, _, progress in new],
        sections=[progress.sections_completed for _, _, progress in new],
        moments=[at for at, _, _ in new],
        days=[pacific_date(at) for at, _, _ in new],
        minutes=[before.minutes for _, before, _ in new],
    )


def _excuse(db: Db, before: Assignment, after: Assignment, reason: str) -> None:
    db.run(
        _EXCUSE,
        requirement=before.requirement_id,
        person=before.person_id,
        state=after.progress.state.value,
        reason=after.waiver_reason or None,
    )
    db.changed(before.name, before=_facts(before.progress), after=_facts(after.progress), reason=reason)


def _facts(progress: Progress) -> dict[str, object]:
    return {"state": progress.state.value, "sections_completed": progress.sections_completed}
