"""What must be zero, found by recounting rows."""

from directory import membership
from servicekit.background.audits import Audit
from servicekit.calendar import pacific_date
from servicekit.data.db import Db, count

_COUNT_DIFFERENCE = "SELECT count(*) FROM difference"
_PEOPLE = """
SELECT coalesce(sum(abs(audience.people - coalesce(counted.people, 0))), 0)
FROM audience LEFT JOIN (
  SELECT audience_id, count(DISTINCT person_id) AS people FROM audience_member WHERE member AND NOT local
  GROUP BY audience_id
) AS counted ON counted.audience_id = audience.id
"""


def drift(db: Db) -> int:
    """Count the stored rows that differ from what a recount gives today. Must be 0."""
    query = f"WITH {membership.computed()}, {membership.difference()} {_COUNT_DIFFERENCE}"
    return count(db, query, day=pacific_date(db.at))


def _people(db: Db) -> int:
    return int(count(db, _PEOPLE))


AUDITS = (
    Audit("audiences.drift", "Stored memberships that differ from a recount today", drift),
    Audit(
        "audiences.people",
        "Difference between the people counted with an audience and those whom its expression is for",
        _people,
    ),
)
