"""What people do with courses: write them, change the draft, publish it. One function is one transaction."""

from dataclasses import asdict

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from curriculum import events
from curriculum.records import columns, course_of
from curriculum.rules.courses import Course, CourseUnchanged, check, check_complete, content_of
from curriculum.tables import CourseRow, CourseVersionRow
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import AlreadyExists, InvalidField, NotFound, Stale


def create(db: Db, *, course_id: str, course: Course) -> CourseRow:
    """Write a new course with its draft."""
    check(course)
    row = CourseRow(id=course_id, **columns(course), latest_version=0, revision=1, changed_at=db.at)
    # Two who create the same course at once: the second is told so, rather than failing on the key.
    statement = insert(CourseRow).values(row.model_dump()).on_conflict_do_nothing().returning(col(CourseRow.id))
    if db.execute(statement).one_or_none() is None:
        raise AlreadyExists(f"courses/{course_id}", field="course_id")
    db.changed(f"courses/{course_id}", after=asdict(course))
    return row


def update(db: Db, *, course_id: str, course: Course, etag: str) -> CourseRow:
    """Replace catalogue entry and draft by *course*; versions stay as they are."""
    check(course)
    row = _load(db, course_id, etag, field="course.etag")
    before = asdict(course_of(row))
    row.sqlmodel_update(columns(course))
    _touch(db, row)
    db.changed(f"courses/{course_id}", before=before, after=asdict(course))
    return row


def publish(db: Db, *, course_id: str, etag: str) -> CourseVersionRow:
    """Make the draft the next version and tell everybody. It never changes again."""
    row = _load(db, course_id, etag, field="etag")
    course = course_of(row)
    check_complete(course_id, course)
    content = content_of(course)
    newest = db.get(CourseVersionRow, (course_id, row.latest_version))
    if newest is not None and newest.content_sha256 == content.sha256:
        raise CourseUnchanged(
            "The draft is what the newest version holds.",
            course=f"courses/{course_id}",
            version=f"courses/{course_id}/versions/{newest.version}",
        )
    row.latest_version += 1
    _touch(db, row)
    version = CourseVersionRow(
        course_id=course_id,
        version=row.latest_version,
        **asdict(content) | {"sections": [asdict(section) for section in content.sections]},
        minutes=content.minutes,
        content_sha256=content.sha256,
        published_at=db.at,
    )
    db.add(version)
    emit(db, events.course_version_published(course_id, version.version, content))
    db.changed(f"courses/{course_id}/versions/{version.version}", after={"content_sha256": content.sha256})
    return version


def _load(db: Db, course_id: str, etag: str, *, field: str) -> CourseRow:
    """Lock the course, as the caller last read it."""
    if not etag:
        raise InvalidField(field, etag, "must be given: the etag of the course as it was read")
    row = db.get(CourseRow, course_id, with_for_update=True)
    if row is None:
        raise NotFound(f"courses/{course_id}")
    if etag != str(row.revision):
        raise Stale(f"courses/{course_id}")
    return row


def _touch(db: Db, row: CourseRow) -> None:
    row.revision += 1
    row.changed_at = db.at
    db.add(row)
