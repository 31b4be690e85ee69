"""The copy of which test belongs to which version of a course."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.data.db import Db

_STORE = """
INSERT INTO course_version (course_id, version, test_id, test_version)
SELECT * FROM unnest(%(courses)s::text[], %(versions)s::int[], %(tests)s::text[], %(test_versions)s::int[])
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class CourseVersion:
    """A version of a course that can be taken; *test_id* is empty if it has no test."""

    course_id: str
    version: int
    test_id: str
    test_version: int


def store(db: Db, versions: Sequence[CourseVersion]) -> None:
    """Remember published versions. Idempotent."""
    db.run(
        _STORE,
        courses=[version.course_id for version in versions],
        versions=[version.version for version in versions],
        tests=[version.test_id for version in versions],
        test_versions=[version.test_version for version in versions],
    )
