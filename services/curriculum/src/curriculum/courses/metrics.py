"""What operators see of the catalogue."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Db

COURSES = Figure("cadre_courses", "Courses in the catalogue, by whether Cadre can teach them", ("state",))
VERSIONS = Figure("cadre_course_versions", "Published versions of courses, which never change")

_COURSES = """
SELECT count(*) AS courses, count(*) FILTER (WHERE latest_version > 0) AS published,
  coalesce(sum(latest_version), 0)::bigint AS versions
FROM course
"""


class _Counted(NamedTuple):
    courses: int
    published: int
    versions: int


def _read(db: Db) -> Iterable[Reading]:
    counted = db.one(_Counted, _COURSES)
    yield COURSES.of(counted.published, "published")
    yield COURSES.of(counted.courses - counted.published, "listed only")
    yield VERSIONS.of(counted.versions)


MEASURES = (Measure("courses", timedelta(seconds=60), (COURSES, VERSIONS), _read),)
