"""Courses as bodies vote on them and review them: their drafts, by the digest that the next version would have."""

from collections.abc import Sequence

from curriculum.courses.records import course_of
from curriculum.courses.rules.courses import content_of, missing
from curriculum.courses.rules.readable import parts
from curriculum.courses.tables import CourseRow
from curriculum.governance.subjects import Subject
from curriculum.rounds.subjects import Reading
from curriculum.rounds.subjects import Subject as Reviewed
from servicekit import names
from servicekit.data.db import Db
from servicekit.refusals import NotFound


def digest(db: Db, name: str) -> str:
    """Return the digest of a draft, which nobody changes until commit."""
    return content_of(course_of(_held(db, name))).sha256


def open_lines(db: Db, name: str) -> Sequence[str]:
    """Return what a draft lacks to be published: no vote makes up for it."""
    return missing(course_of(_held(db, name)))


def read(db: Db, name: str) -> Reading:
    """Return a draft as it is reviewed: all that it says, in parts to be commented on."""
    course = course_of(_held(db, name))
    return Reading(course.title, content_of(course).sha256, parts(course), course.demonstration)


def _held(db: Db, name: str) -> CourseRow:
    course_id = names.slug_in("courses/{course}", name, field="subject")
    row = db.get(CourseRow, course_id, with_for_update={"read": True}, populate_existing=True)
    if row is None:
        raise NotFound(name)
    return row


COURSES = Subject("courses", digest, open_lines)
REVIEWED = Reviewed("courses", read)
