"""What must be zero, found by recounting rows."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

# The database refuses these by itself: what is found here came in beside it. One that never counted is in nobody's way.
_BEFORE = "ORDER BY start_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_DOUBLE = f"""
WITH held AS (
  SELECT *, coalesce(end_on, 'infinity') AS until FROM membership WHERE end_on IS DISTINCT FROM start_on
)
SELECT count(*) FROM (
  SELECT start_on < max(until) OVER (PARTITION BY body_id, person_id, part {_BEFORE}) AS twice
  FROM held
  UNION ALL
  SELECT start_on < max(until) OVER (PARTITION BY body_id, seat_id, part {_BEFORE})
  FROM held WHERE seat_id IS NOT NULL
  UNION ALL
  SELECT start_on < max(until) OVER (PARTITION BY body_id, part {_BEFORE})
  FROM held WHERE part IN ('CHAIR', 'DEPUTY')
) AS compared WHERE twice
"""  # noqa: S608 - made of constants
_AFTER_SEAT = """
SELECT count(*) FROM membership AS m JOIN seat AS s ON s.body_id = m.body_id AND s.id = m.seat_id
WHERE s.end_on IS NOT NULL AND (m.end_on IS NULL OR (m.end_on > s.end_on AND m.end_on > m.start_on))
"""

AUDITS = (
    Audit(
        "memberships.double",
        "Parts of which two are held at a time where there is one",
        lambda db: count(db, _DOUBLE),
    ),
    Audit(
        "memberships.after_their_seat",
        "Memberships in a seat on days on which there is no such seat",
        lambda db: count(db, _AFTER_SEAT),
    ),
)
