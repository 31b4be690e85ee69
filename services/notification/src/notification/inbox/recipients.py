"""Giving a letter that is being issued to the people of its audience: one statement for all of them."""

from notification.inbox.readiness import ADD
from notification.letters.rules.letter import Asks
from notification.letters.tables import Notice
from servicekit.data.db import Db

# In the order of the key: the index grows at one place.
_RECIPIENTS = """
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT DISTINCT %(notice)s::uuid, person_id, %(due)s::date FROM audience_member
WHERE audience_id = %(audience)s AND member
ORDER BY person_id
"""
# Nobody has done anything yet, so the memberships say all: who is ready is so because nothing is asked. In one pass:
# the state's row has as many people as there are recipients, who need no counting again.
_READINESS = ADD.format(
    rows="""
SELECT %(notice)s, agency_id, %(due)s, 0, listed,
  CASE WHEN %(asks_nothing)s THEN listed - on_leave ELSE 0 END,
  CASE WHEN %(asks_nothing)s THEN 0 ELSE listed - on_leave END,
  on_leave, 0, 0, 0, 0
FROM (
  SELECT coalesce(agency_id, '') AS agency_id,
    CASE WHEN grouping(agency_id) = 1 THEN %(recipients)s ELSE count(*) END AS listed,
    count(DISTINCT person_id) FILTER (WHERE on_leave) AS on_leave
  FROM audience_member
  WHERE audience_id = %(audience)s AND member
  GROUP BY GROUPING SETS ((agency_id), ())
) AS place
WHERE listed > 0
"""
)


def give(db: Db, notice: Notice) -> None:
    """Put everybody of the audience under the letter, and into its figures."""
    given = {"notice": notice.id, "audience": notice.audience_id, "due": notice.due_date}
    recipients = db.run(_RECIPIENTS, **given)
    db.run(_READINESS, **given, recipients=recipients, asks_nothing=notice.asks == Asks.NOTHING)
