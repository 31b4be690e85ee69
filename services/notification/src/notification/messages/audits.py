"""What must be zero of messages and mail."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

# What was to be said to somebody went by mail, was held back for a cause, waits for its time, or failed at the server.
_UNACCOUNTED = """
SELECT count(*) FROM message_to AS t LEFT JOIN mail ON mail.id = t.mail_id
WHERE (t.state = 'MAILED' AND (mail.id IS NULL OR mail.state NOT IN ('READY', 'SENDING')))
  OR (t.state = 'SENT' AND mail.state IS DISTINCT FROM 'SENT')
  OR (t.state = 'FAILED' AND mail.state IS DISTINCT FROM 'FAILED')
  OR (t.state = 'BOUNCED' AND mail.state IS DISTINCT FROM 'BOUNCED')
"""
_DUPLICATES = """
SELECT coalesce(sum(rows - 1), 0)::bigint
FROM (SELECT count(*) AS rows FROM mail GROUP BY person_id, goes_at) AS counted
"""
_MISCOUNTED = """
SELECT count(*) FROM (
  SELECT FROM (
    SELECT kind, day, state, cause, people FROM message_count
    UNION ALL
    SELECT m.kind, (m.wanted_at AT TIME ZONE 'America/Los_Angeles')::date, t.state, t.cause, -count(*)
    FROM message_to AS t JOIN message AS m ON m.id = t.message_id GROUP BY 1, 2, 3, 4
  ) AS each GROUP BY kind, day, state, cause HAVING sum(people) <> 0
) AS wrong
"""

AUDITS = (
    Audit(
        "messages.unaccounted",
        "Messages to people that neither went, nor wait, nor say why they did not go",
        lambda db: count(db, _UNACCOUNTED),
    ),
    Audit(
        "messages.miscounted",
        "Counts of messages by rule, day and state that are not what the ledger holds",
        lambda db: count(db, _MISCOUNTED),
    ),
    Audit("mails.duplicates", "Mails beyond one for each person and moment", lambda db: count(db, _DUPLICATES)),
)
