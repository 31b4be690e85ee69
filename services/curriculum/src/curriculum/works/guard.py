"""What works have to say where a course is saved and published: it goes out through their gates."""

from uuid import UUID

from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from curriculum.works import moving, records, traces
from curriculum.works.office import Office
from curriculum.works.rules import classes, phases
from curriculum.works.rules.phases import GateNotPassed, Phase, Status, Step
from curriculum.works.tables import TraceRow, TraceVersionRow, WorkGateRow, WorkRow
from servicekit.data.db import Db


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
        return None

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
