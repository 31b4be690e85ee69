"""What works have to say where a course is saved and published: it goes out through their gates."""

from uuid import UUID

from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance import decisions, parts
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from curriculum.works import moving, records, traces
from curriculum.works.office import Office
from curriculum.works.rules import classes, phases
from curriculum.works.rules.phases import CourseNeedsWork, GateNotPassed, Phase, Status, Step
from curriculum.works.tables import TraceRow, TraceVersionRow, WorkGateRow, WorkRow
from servicekit.data.db import Db

# A work that took up a course and went through a gate with it, and that brought it out neither itself nor by another
# work since. That a course was taken away from a work afterwards changes nothing.
_TAKEN_UP = """
SELECT w.id FROM work AS w
JOIN LATERAL (
  SELECT max(number) AS number FROM work_step
  WHERE work_id = w.id AND kind = 'COURSE_TAKEN_AWAY' AND what = %(name)s
) AS gone ON true
WHERE (w.course_id = %(course)s AND w.published_version IS NULL OR gone.number IS NOT NULL)
  AND EXISTS (
    SELECT FROM work_step AS g
    WHERE g.work_id = w.id AND g.kind IN ('GATE_PASSED', 'DECIDED_AT_ONCE')
      AND (w.course_id = %(course)s AND w.published_version IS NULL OR g.number < gone.number)
      AND NOT EXISTS (
        SELECT FROM work_step AS p
        WHERE p.kind = 'PUBLISHED' AND starts_with(p.what, %(name)s || '/versions/') AND p.at >= g.at
      )
  )
ORDER BY w.id LIMIT 1
"""


class Guard:
    """Stands where courses ask (`courses.courses.Gatekeeper`)."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def saved(self, db: Db, course: CourseRow) -> None:
        """Weigh the works of a course anew, whose draft was saved."""
        db.flush()
        traces.reweigh(db, course.id, self._office)

    def decision(self, db: Db, course: CourseRow, digest: str) -> DecisionRow | None:
        """Return the decision by which exactly this content went through a gate; None if no work guards the course.

        Raises:
            GateNotPassed: it belongs to works under way, and none of them let it through.
            CourseNeedsWork: it takes a work, and none is under way.
        """
        works = moving.open_works(db, course.id)
        found, _ = moving.class_now(db, course.id)
        for row in works:
            decision = _passed(db, row, digest)
            if decision and not classes.weighs_less(DecisionClass(decision.decision_class), found):
                return decision
        if works:
            row = works[0]
            raise GateNotPassed(
                "A course under way is published through its gates.",
                course=f"courses/{course.id}",
                work=records.name_of(row.id),
                phase=Phase.DEVELOP,
                at=row.phase,
            )
        self._require_none(db, course, digest, found)
        return None

    def _require_none(self, db: Db, course: CourseRow, digest: str, found: DecisionClass) -> None:
        """Refuse to go without a work what committees have taken up, and a large change where they could have."""
        name = f"courses/{course.id}"
        if taken_up := db.values(_TAKEN_UP, course=course.id, name=name):
            raise CourseNeedsWork(
                "A committee has taken it up.", course=name, rule="TAKEN_UP", work=records.name_of(taken_up[0])
            )
        # What is new may still go out at once, marked: a letter does not wait for a committee to be called.
        large = course.latest_version > 0 and found is DecisionClass.MAJOR
        if large and not self._is_voted(db, name, digest) and self._sit(db):
            raise CourseNeedsWork("A large change goes through gates.", course=name, rule="MAJOR", work="")

    def _is_voted(self, db: Db, name: str, digest: str) -> bool:
        decision = decisions.of_a_body(db, name, digest)
        return decision is not None and (decision.body_id, decision.decision_class) == (
            self._office.content_body,
            DecisionClass.MAJOR,
        )

    def _sit(self, db: Db) -> bool:
        """Whether somebody has a part today in both bodies whose gates a large change goes through."""
        bodies = {self._office.content_body, self._office.steering_body}
        return {part.body for part in parts.present(db, bodies)} == bodies

    def weight(self, db: Db, course: CourseRow) -> DecisionClass:
        """Return how much a draft changes since the newest version, as works are weighed."""
        return moving.class_now(db, course.id)[0]

    def published(self, db: Db, course: CourseRow, version: CourseVersionRow, publisher: str) -> None:
        """Keep the trace as it is now with the version, and tell the work that its course is out."""
        db.flush()
        trace = records.trace_of(db.get(TraceRow, course.id))
        pinned = TraceVersionRow(
            course_id=course.id, version=version.version, audience=course.audience, **records.kept(trace)
        )
        db.add(pinned)
        collection, _, who = publisher.partition("/")
        for row in moving.open_works(db, course.id):
            if _passed(db, row, version.content_sha256):
                row.published_version = version.version
                by = UUID(who) if collection == "people" else row.owner_id
                what = f"courses/{course.id}/versions/{version.version}"
                moving.done(db, row, self._office, Step.PUBLISHED, by=by, what=what)
        # Others of this course are compared with another version from now on.
        traces.reweigh(db, course.id, self._office)


def _passed(db: Db, row: WorkRow, digest: str) -> DecisionRow | None:
    """Return the decision on which a work that goes on let this content through."""
    gate = db.get(WorkGateRow, (row.id, Phase.DEVELOP))
    if gate is None or gate.digest != digest or Status(row.status) not in phases.UNDER_WAY:
        return None
    return db.get(DecisionRow, gate.decision_id)
