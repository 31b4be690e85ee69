"""What operators see of the catalogue."""

from collections.abc import Iterable
from datetime import timedelta

from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Db

COURSES = Figure("cadre_courses", "Courses in the catalogue, by whether Cadre can teach them", ("state",))
VERSIONS = Figure("cadre_course_versions", "Published versions of courses, which never change")

_COURSES = """
SELECT count(*) AS courses, count(*) FILTER (WHERE latest_version > 0) AS published,
  coalesce(sum(latest_version), 0)::bigint AS versions
FROM course
"""


def _read(db: Db) -> Iterable[Reading]:
    (row,) = db.rows(_COURSES)
    yield COURSES.of(row["published"], "published")
    yield COURSES.of(row["courses"] - row["published"], "listed only")
    yield VERSIONS.of(row["versions"])


MEASURES = (Measure("courses", timedelta(seconds=60), (COURSES, VERSIONS), _read),)
