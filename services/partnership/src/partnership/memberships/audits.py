"""What must be zero, found by recounting rows."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

# The database refuses these by itself: what is found here came in beside it.
_DOUBLE = """
SELECT count(*) FROM membership AS one JOIN membership AS other
  ON other.body_id = one.body_id AND other.part = one.part AND other.id > one.id
  AND daterange(other.start_on, other.end_on) && daterange(one.start_on, one.end_on)
WHERE other.person_id = one.person_id OR other.seat_id = one.seat_id OR one.part IN ('CHAIR', 'DEPUTY')
"""
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
