"""What operators see of the catalogue."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Db, count

COURSES = Figure("cadre_courses", "Courses in the catalogue, by whether Cadre can teach them", ("state",))
VERSIONS = Figure("cadre_course_versions", "Published versions of courses, which never change")
UNREVIEWED = Figure(
    "cadre_courses_unreviewed", "Courses whose last large change nobody but its publisher decided on: no committee did"
)

_COURSES = """
SELECT count(*) AS courses, count(*) FILTER (WHERE latest_version > 0) AS published,
  coalesce(sum(latest_version), 0)::bigint AS versions
FROM course
"""
# As `queries.list_courses` lists them.
_UNREVIEWED = """
SELECT count(*) FROM course AS c WHERE (
  SELECT d.way = 'APPROVER' AND d.motion = '' FROM course_version AS v JOIN decision AS d ON d.id = v.decision_id
  WHERE v.course_id = c.id AND d.decision_class = 'MAJOR' ORDER BY v.version DESC LIMIT 1
)
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
    yield UNREVIEWED.of(count(db, _UNREVIEWED))


MEASURES = (Measure("courses", timedelta(seconds=60), (COURSES, VERSIONS, UNREVIEWED), _read),)
