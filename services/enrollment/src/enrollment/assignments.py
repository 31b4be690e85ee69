"""What becomes of one person's assignment: they take the course, or somebody excuses them.

Taking a course is the busiest write there is: a statement that locks and reads, one that writes, and for the last
section one more that looks whether the test was passed in the meantime.
"""

from dataclasses import replace
from uuid import UUID

from enrollment import events
from enrollment.records import COLUMNS, JOINS, Assignment
from enrollment.rules.assignments import Progress, State, check_in_force, check_reason
from enrollment.visibility import SEEN, Learner
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_LOCK = f"""
SELECT {COLUMNS} FROM assignment AS a {JOINS}
WHERE a.requirement_id = %(requirement)s AND a.person_id = %(person)s
FOR UPDATE OF a
"""  # noqa: S608 - constants only
_LOCK_OWN = f"""
SELECT {COLUMNS} FROM assignment AS a {JOINS}
WHERE a.requirement_id = %(requirement)s AND a.person_id = %(person)s AND {SEEN}
FOR UPDATE OF a
"""  # noqa: S608 - constants only
_IS_OF_AGENCY = """
SELECT 1 FROM requirement JOIN audience_member AS member USING (audience_id)
WHERE requirement.id = %(requirement)s AND member.person_id = %(person)s AND member.agency_id = %(agency)s
  AND member.member
"""
_WITHDRAWN = """
SELECT 1 FROM requirement WHERE id = %(requirement)s AND state = 'WITHDRAWN'
"""
_TEST_PASSED = """
SELECT 1
FROM requirement
JOIN course_version AS course
  ON (course.course_id, course.version) = (requirement.course_id, requirement.course_version)
JOIN passed_test AS passed USING (test_id, test_version)
WHERE requirement.id = %(requirement)s AND passed.person_id = %(person)s
"""
_SAVE = """
UPDATE assignment
SET state = %(state)s, sections_completed = %(sections)s, progressed_at = %(at)s
WHERE requirement_id = %(requirement)s AND person_id = %(person)s
"""
_COMPLETE = f"""
WITH saved AS ({_SAVE})
INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
VALUES (%(requirement)s, %(person)s, 'COURSE', %(minutes)s, %(at)s, %(day)s, '')
"""  # noqa: S608 - constants only
_EXCUSE = """
UPDATE assignment SET state = %(state)s, waiver_reason = %(reason)s
WHERE requirement_id = %(requirement)s AND person_id = %(person)s
"""


def start(db: Db, learner: Learner, *, requirement_id: UUID) -> Assignment:
    """The learner opens the course. Idempotent: opening it again is how they continue."""
    assignment = _load_own(db, requirement_id, learner)
    return _advance(db, assignment, assignment.progress.start())


def complete_section(db: Db, learner: Learner, *, requirement_id: UUID, section: int) -> Assignment:
    """The learner finishes a section; the last one completes the assignment unless a test is still to be passed."""
    assignment = _load_own(db, requirement_id, learner)
    progress = assignment.progress.complete_section(section)
    if progress.awaits_test and db.rows(_TEST_PASSED, requirement=requirement_id, person=learner.person_id):
        # Passed while this call waited for the row: whoever comes second must see the first.
        progress = progress.pass_test()
    return _advance(db, assignment, progress)


def waive(db: Db, *, requirement_id: UUID, person_id: UUID, agency_id: str, reason: str) -> Assignment:
    """Excuse a person of the agency, with the reason: this does not apply to them."""
    reason = check_reason(reason)
    assignment = _load_of_agency(db, requirement_id, person_id, agency_id)
    waived = replace(assignment, progress=assignment.progress.waive(), waiver_reason=reason)
    _excuse(db, assignment, waived, reason)
    events.assignment_waived(db, assignment.asked, str(person_id))
    return waived


def reinstate(db: Db, *, requirement_id: UUID, person_id: UUID, agency_id: str, reason: str) -> Assignment:
    """Undo a waiver, with the reason: the person goes on where they were. Not once the notice was withdrawn."""
    reason = check_reason(reason)
    assignment = _load_of_agency(db, requirement_id, person_id, agency_id)
    check_in_force(str(assignment.notice_id), withdrawn=bool(db.rows(_WITHDRAWN, requirement=requirement_id)))
    reinstated = replace(assignment, progress=assignment.progress.reinstate(), waiver_reason="")
    _excuse(db, assignment, reinstated, reason)
    events.assignments_created(db, assignment.asked, [str(person_id)])
    return reinstated


def _load_own(db: Db, requirement_id: UUID, learner: Learner) -> Assignment:
    """Load the learner's assignment, locked; before its letter is released to them there is none."""
    rows = db.rows(_LOCK_OWN, requirement=requirement_id, **learner.values)
    if not rows:
        raise NotFound(f"requirements/{requirement_id}/assignments/{learner.person_id}")
    return Assignment.of(rows[0])


def _load(db: Db, requirement_id: UUID, person_id: UUID) -> Assignment:
    rows = db.rows(_LOCK, requirement=requirement_id, person=person_id)
    if not rows:
        raise NotFound(f"requirements/{requirement_id}/assignments/{person_id}")
    return Assignment.of(rows[0])


def _load_of_agency(db: Db, requirement_id: UUID, person_id: UUID, agency_id: str) -> Assignment:
    """Load the assignment of a person who is on the agency's list; to others it does not exist."""
    if not db.rows(_IS_OF_AGENCY, requirement=requirement_id, person=person_id, agency=agency_id):
        raise NotFound(f"requirements/{requirement_id}/assignments/{person_id}")
    return _load(db, requirement_id, person_id)


def _advance(db: Db, before: Assignment, progress: Progress) -> Assignment:
    """Write how far the learner got, and that they completed it if they did."""
    db.changed(before.name, before=_facts(before.progress), after=_facts(progress))
    if progress == before.progress:
        return before
    completed = progress.state is State.COMPLETED
    db.run(
        _COMPLETE if completed else _SAVE,
        requirement=before.requirement_id,
        person=before.person_id,
        state=progress.state.value,
        sections=progress.sections_completed,
        at=db.at,
        day=pacific_date(db.at),
        minutes=before.minutes,
    )
    if not completed:
        return replace(before, progress=progress)
    events.assignments_completed(db, before.asked, [(str(before.person_id), db.at)])
    return replace(before, progress=progress, completed_at=db.at)


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
