"""The catalogue of courses that are given elsewhere, as far as public pages describe them."""

from collections.abc import Mapping
from dataclasses import replace

from psycopg.types.json import Jsonb

from curriculum.courses.records import columns
from curriculum.courses.rules.courses import Course, check
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

MOST_COURSES = 1_000

# The source wins until somebody writes the course here: then it is theirs, and a later import leaves it alone.
_IMPORT = """
INSERT INTO course (
  id, title, provider, delivery_mode, duration, audience, source_url, confidence, year_or_date, summary, demonstration,
  sort_title, search_text, sections, test_version, latest_version, revision, changed_at
)
SELECT
  id, title, provider, delivery_mode, duration, audience, source_url, confidence, year_or_date, summary, demonstration,
  sort_title, search_text, '[]', '', 0, 1, %(at)s
FROM jsonb_to_recordset(%(courses)s) AS given (
  id text, title text, provider text, delivery_mode text, duration text, audience text, source_url text,
  confidence text, year_or_date text, summary text, demonstration boolean, sort_title text, search_text text
)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
  title = excluded.title, provider = excluded.provider, delivery_mode = excluded.delivery_mode,
  duration = excluded.duration, audience = excluded.audience, source_url = excluded.source_url,
  confidence = excluded.confidence, year_or_date = excluded.year_or_date, summary = excluded.summary,
  demonstration = excluded.demonstration, sort_title = excluded.sort_title, search_text = excluded.search_text,
  revision = course.revision + 1, changed_at = excluded.changed_at
WHERE course.latest_version = 0 AND course.sections = '[]' AND course.test_version = '' AND course.materials_sha256 = ''
  AND (
    course.title, course.provider, course.delivery_mode, course.duration, course.audience, course.source_url,
    course.confidence, course.year_or_date, course.summary, course.demonstration, course.sort_title, course.search_text
  ) IS DISTINCT FROM (
    excluded.title, excluded.provider, excluded.delivery_mode, excluded.duration, excluded.audience,
    excluded.source_url, excluded.confidence, excluded.year_or_date, excluded.summary, excluded.demonstration,
    excluded.sort_title, excluded.search_text
  )
RETURNING id
"""


def import_catalogue(db: Db, *, courses: Mapping[str, Course]) -> int:
    """Create or update the entries of *courses* (id → entry); return how many changed.

    Idempotent: a repeat changes nothing. A course that was written here keeps its entry.
    """
    if len(courses) > MOST_COURSES:
        raise InvalidField("courses", len(courses), f"must be at most {MOST_COURSES}")
    for n, course in enumerate(courses.values()):
        check(course, field=f"courses[{n}]")
        if course != replace(course, sections=(), test_version=""):
            raise InvalidField(f"courses[{n}].sections", len(course.sections), "must be empty, and so the test")
    given = [{"id": course_id, **columns(course)} for course_id, course in courses.items()]
    changed = db.values(_IMPORT, courses=Jsonb(given), at=db.at)
    db.changed("courses/-", after={"changed": sorted(changed)})
    return len(changed)
