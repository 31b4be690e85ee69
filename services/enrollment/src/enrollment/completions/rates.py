"""How courses are completed, statewide: by sets, a page of courses at a time."""

from typing import NamedTuple

from servicekit.data.db import Db
from servicekit.paging import Page

# Whoever took the course under two letters was to take it twice, and counts for each.
# Counted by requirement before anything is joined: 200,000 rows are looked at once. Whom their agency alone asks,
# or asked, the state did not: they are few, and looked up first.
_RATES = """
SELECT page.course_id, coalesce(sum(counted.completed), 0)::int AS completed, coalesce(sum(counted.of), 0)::int AS of
FROM (
  SELECT DISTINCT course_id FROM requirement WHERE course_id > %(after)s ORDER BY course_id LIMIT %(most)s
) AS page
JOIN requirement AS r ON r.course_id = page.course_id
LEFT JOIN (
  SELECT requirement_id,
    count(*) FILTER (WHERE state = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE state NOT IN ('WAIVED', 'WITHDRAWN')) AS of
  FROM assignment
  WHERE (requirement_id, person_id) NOT IN (
    SELECT asks.id, m.person_id FROM audience_member AS m JOIN requirement AS asks USING (audience_id)
    WHERE m.local AND NOT EXISTS (
      SELECT FROM audience_member AS other
      WHERE other.audience_id = m.audience_id AND other.person_id = m.person_id AND NOT other.local)
  )
  GROUP BY requirement_id
) AS counted ON counted.requirement_id = r.id
GROUP BY page.course_id ORDER BY page.course_id
"""


class Rate(NamedTuple):
    """*completed* of those who were to take a course: *of* leaves out the excused and who left before."""

    course_id: str
    completed: int
    of: int


def list_rates(db: Db, page: Page) -> list[Rate]:
    """Return the rates of courses, by id, one over the page's size if there are more."""
    (after,) = page.after or ("",)
    return db.all(Rate, _RATES, after=after, most=page.size + 1)
