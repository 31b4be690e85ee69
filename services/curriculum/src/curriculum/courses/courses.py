"""What people do with courses: write them, change the draft, publish it. One function is one transaction."""

from dataclasses import asdict, fields
from typing import Protocol

from curriculum.courses import events
from curriculum.courses.records import columns, content_of_draft, course_of
from curriculum.courses.rules.courses import Content, Course, CourseUnchanged, check, check_complete
from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.courses.uploads import with_media
from curriculum.governance import ballots, decisions
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from servicekit.data.db import Db
from servicekit.data.drafts import Drafts
from servicekit.data.outbox import emit

COURSES = Drafts(
    noun="course",
    collection="courses",
    draft=CourseRow,
    version=CourseVersionRow,
    published=tuple(part.name for part in fields(Content)),
    unchanged=CourseUnchanged,
)


class Gatekeeper(Protocol):
    """Who has a say in what is published; areas above this one."""

    def saved(self, db: Db, course: CourseRow) -> None:
        """Hear that a draft was saved, which is held."""

    def decision(self, db: Db, course: CourseRow, digest: str) -> DecisionRow | None:
        """Return the decision that a course goes out on; None where nobody has a say. Raises what refuses it."""

    def weight(self, db: Db, course: CourseRow) -> DecisionClass:
        """Return how much a draft changes since the newest version."""

    def published(self, db: Db, course: CourseRow, version: CourseVersionRow, publisher: str) -> None:
        """Hear that a version came out."""


def create(db: Db, *, course_id: str, course: Course) -> CourseRow:
    """Write a new course with its draft."""
    check(course)
    course = with_media(db, course)
    row = COURSES.create(db, course_id, columns(course))
    db.changed(COURSES.name(course_id), after=asdict(course))
    return row


def update(db: Db, *, course_id: str, course: Course, etag: str, gatekeeper: Gatekeeper) -> CourseRow:
    """Replace catalogue entry and draft by *course*; versions stay as they are."""
    check(course)
    row = COURSES.load(db, course_id, etag, field="course.etag")
    course = with_media(db, course)
    before = asdict(course_of(row))
    COURSES.change(db, row, columns(course))
    gatekeeper.saved(db, row)
    # Whoever voted did so on what was there before.
    void = ballots.void_changed(db, COURSES.name(course_id), content_of_draft(row).sha256)
    db.changed(COURSES.name(course_id), before=before, after=asdict(course) | ({"void": void} if void else {}))
    return row


def give_with(db: Db, row: CourseRow, materials_sha256: str, gatekeeper: Gatekeeper) -> None:
    """Let a draft, which is held, be given with materials of that digest: its content is another one then."""
    COURSES.change(db, row, {"materials_sha256": materials_sha256})
    gatekeeper.saved(db, row)
    ballots.void_changed(db, COURSES.name(row.id), content_of_draft(row).sha256)


def publish(
    db: Db, *, course_id: str, etag: str, decider: str, gatekeeper: Gatekeeper
) -> tuple[CourseVersionRow, DecisionRow]:
    """Make the draft the next version and tell everybody. It never changes again.

    It stands on the decision by which exactly this content went through its gate. A course without gates stands on that
    of a body on it, and where there is none on that of *decider*.
    """
    row = COURSES.load(db, course_id, etag, field="etag")
    course = course_of(row)
    check_complete(course_id, course)
    content = content_of_draft(row)
    decision = (
        gatekeeper.decision(db, row, content.sha256)
        or decisions.of_a_body(db, COURSES.name(course_id), content.sha256)
        or _decide(db, row, content, decider, gatekeeper.weight(db, row))
    )
    version = COURSES.publish(db, row, minutes=content.minutes, content_sha256=content.sha256, decision_id=decision.id)
    gatekeeper.published(db, row, version, decider)
    emit(db, events.course_version_published(course_id, version.version, content))
    after = {"content_sha256": content.sha256, "decision": f"decisions/{decision.id}"}
    db.changed(COURSES.name(course_id, version.version), after=after)
    return version, decision


def _decide(db: Db, row: CourseRow, content: Content, decider: str, weight: DecisionClass) -> DecisionRow:
    """Write down that *decider* takes *content*, alone: without a motion, since it was put to nobody."""
    return decisions.by_approver(
        db,
        subject=COURSES.name(row.id),
        digest=content.sha256,
        decision_class=weight,
        motion="",
        decider=decider,
    )
