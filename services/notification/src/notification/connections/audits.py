"""What must be zero of calls to connections."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

# What was to be told was sent, was given up for a reason, or waits: of one that is on, for a moment that is near.
_UNACCOUNTED = """
SELECT count(*) FROM webhook AS w JOIN connection AS c ON c.id = w.connection_id
WHERE (w.state = 'SENT' AND (w.tried_at IS NULL OR w.reason <> ''))
  OR (w.state = 'GIVEN_UP' AND w.reason = '')
  OR (w.state = 'WAITING' AND (c.off = '' OR w.kind = 'ping') AND w.next_try < now() - interval '1 hour')
  OR (w.state = 'CALLING' AND w.claimed_at < now() - interval '1 hour')
"""
AUDITS = (
    Audit(
        "webhooks.unaccounted",
        "Calls to connections that neither went, nor wait for a moment that is near, nor say why they were given up",
        lambda db: count(db, _UNACCOUNTED),
    ),
)
