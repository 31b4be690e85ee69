"""The copy of published course versions: how many sections, how long, which test."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from servicekit.data.db import Db

_STORE = """
INSERT INTO course_version (course_id, version, section_count, minutes, test_id, test_version)
VALUES (%(course_id)s, %(version)s, %(section_count)s, %(minutes)s, %(test_id)s, %(test_version)s)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class CourseVersion:
    """A version of a course that can be taken. It never changes; *test_id* is empty if it has no test."""

    course_id: str
    version: int
    section_count: int
    minutes: int
    test_id: str
    test_version: int


def store(db: Db, versions: Iterable[CourseVersion]) -> None:
    """Remember published versions. Idempotent."""
    for version in versions:
        db.run(_STORE, **asdict(version))
