"""Courses as bodies vote on them and review them: their drafts, by the digest that the next version would have."""

from collections.abc import Sequence

from sqlmodel import col, select

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from curriculum.courses import queries, wire
from curriculum.courses.records import content_of_draft, course_of, sections_of
from curriculum.courses.rules.courses import missing
from curriculum.courses.rules.readable import parts
from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance.subjects import Subject
from curriculum.rounds.subjects import Reading
from curriculum.rounds.subjects import Subject as Reviewed
from servicekit import names
from servicekit.data.db import Db
from servicekit.refusals import NotFound


def digest(db: Db, name: str) -> str:
    """Return the digest of a draft, which nobody changes until commit."""
    return content_of_draft(_held(db, name)).sha256


def open_lines(db: Db, name: str) -> Sequence[str]:
    """Return what a draft lacks to be published: no vote makes up for it."""
    return missing(course_of(_held(db, name)))


def read(db: Db, name: str) -> Reading:
    """Return a draft as it is reviewed: all that it says, in parts to be commented on."""
    row = _held(db, name)
    course = course_of(row)
    return Reading(course.title, content_of_draft(row).sha256, parts(course), course.demonstration)


def text(db: Db, name: str, digest: str) -> pb.BallotText:
    """Return what the version on *digest* holds, or the draft if that is it; gone where it is neither any more."""
    course_id = names.slug_in("courses/{course}", name, field="subject")
    version = select(CourseVersionRow).where(
        CourseVersionRow.course_id == course_id, CourseVersionRow.content_sha256 == digest
    )
    row: CourseRow | CourseVersionRow | None = db.exec(
        version.order_by(col(CourseVersionRow.version).desc()).limit(1)
    ).first()
    course = queries.get_course(db, course_id)
    before = row.version - 1 if isinstance(row, CourseVersionRow) else course.latest_version
    if row is None and content_of_draft(course).sha256 == digest:
        row = course
    if row is None:
        return pb.BallotText(gone=True)
    said = pb.BallotText(
        title=row.title,
        summary=row.summary,
        sections=wire.sections(sections_of(row)),
        test_version=row.test_version,
        version=f"{name}/versions/{row.version}" if isinstance(row, CourseVersionRow) else "",
    )
    if before:
        said.before.CopyFrom(wire.course_version(*queries.get_version(db, course_id, before), writes=False))
    return said


def _held(db: Db, name: str) -> CourseRow:
    course_id = names.slug_in("courses/{course}", name, field="subject")
    row = db.get(CourseRow, course_id, with_for_update={"read": True}, populate_existing=True)
    if row is None:
        raise NotFound(name)
    return row


COURSES = Subject("courses", digest, open_lines, text)
REVIEWED = Reviewed("courses", read)
