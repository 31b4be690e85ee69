"""Messages by rule, day and what became of them: counted beside each change of the ledger, summed up now and then."""

from datetime import datetime

from servicekit.data.db import Database

# What changes meanwhile is a row that this statement does not see, and that stays.
_SUM_UP = """
WITH summed AS (
  DELETE FROM message_count AS c USING (
    SELECT kind, day, state, cause FROM message_count GROUP BY kind, day, state, cause HAVING count(*) > 1
  ) AS many
  WHERE (c.kind, c.day, c.state, c.cause) = (many.kind, many.day, many.state, many.cause)
  RETURNING c.*
)
INSERT INTO message_count (kind, day, state, cause, people, last_at)
SELECT kind, day, state, cause, sum(people), max(last_at) FROM summed GROUP BY kind, day, state, cause
"""


def sum_up(database: Database, now: datetime) -> None:
    """Make one row of the counts of each rule, day and state."""
    with database.transaction(actor="services/notification", method="jobs/sum-message-counts", at=now) as db:
        db.run(_SUM_UP)
