"""What can be read of the curriculum without deciding anything."""

from collections.abc import Sequence

from sqlalchemy import func, tuple_
from sqlalchemy.orm import defer
from sqlmodel import col, select

from curriculum.records import content_of_version
from curriculum.rules import catalogue
from curriculum.tables import CourseRow, CourseVersionRow
from servicekit.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_BATCH = 100


def list_courses(db: Db, page: Page, *, query: str, only_published: bool) -> Sequence[CourseRow]:
    """Return one row more than the page holds, by title, without sections.

    Each word of *query* must begin a word of title, provider or audience.
    """
    order = (col(CourseRow.sort_title), col(CourseRow.id))
    # A query of signs without a word finds everything, as an empty one does.
    wanted = [func.strpos(CourseRow.search_text, f" {word}") > 0 for word in catalogue.words(query)]
    if only_published:
        wanted.append(col(CourseRow.latest_version) > 0)
    if page.after is not None:
        wanted.append(tuple_(*order) > tuple_(*page.after))
    without_sections = defer(col(CourseRow.sections), raiseload=True)  # type: ignore[arg-type]
    statement = select(CourseRow).where(*wanted).order_by(*order).limit(page.size + 1)
    return db.exec(statement.options(without_sections)).all()


def get_course(db: Db, course_id: str) -> CourseRow:
    """Return the course with its draft."""
    row = db.get(CourseRow, course_id)
    if row is None:
        raise NotFound(f"courses/{course_id}")
    return row


def get_version(db: Db, course_id: str, version: int) -> CourseVersionRow:
    """Return a version of the course."""
    row = db.get(CourseVersionRow, (course_id, version))
    if row is None:
        raise NotFound(f"courses/{course_id}/versions/{version}")
    return row


def drifted_versions(db: Db) -> int:
    """Count versions whose content no longer has the digest that was stored with it."""
    key = (col(CourseVersionRow.course_id), col(CourseVersionRow.version))
    after: tuple[str, int] = ("", 0)
    drifted = 0
    # Some at a time: all the texts of all the years need not be in memory together.
    while rows := db.exec(select(CourseVersionRow).where(tuple_(*key) > after).order_by(*key).limit(_BATCH)).all():
        drifted += sum(content_of_version(row).sha256 != row.content_sha256 for row in rows)
        after = (rows[-1].course_id, rows[-1].version)
        db.expunge_all()
    return drifted
