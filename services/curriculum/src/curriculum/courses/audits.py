"""What must be zero of courses, found by looking at them again."""

from sqlalchemy import tuple_
from sqlmodel import col, select

from curriculum.courses.records import content_of_version
from curriculum.courses.tables import CourseVersionRow
from servicekit.background.audits import Audit
from servicekit.data.db import Db, count

_BATCH = 100


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


_UNDECIDED = """
SELECT count(*) FROM course_version AS v LEFT JOIN decision AS d ON d.id = v.decision_id
WHERE d.digest IS DISTINCT FROM v.content_sha256 OR d.subject IS DISTINCT FROM 'courses/' || v.course_id
"""


def undecided_versions(db: Db) -> int:
    """Count versions without a decision on their digest."""
    return count(db, _UNDECIDED)


AUDITS = [
    Audit(
        "course_versions.drift",
        "Course versions whose content no longer has the digest stored when they were published",
        drifted_versions,
    ),
    Audit("course_versions.undecided", "Course versions without a decision on their content", undecided_versions),
]
