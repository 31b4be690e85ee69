"""What must be zero, found by recounting rows."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

_TWO_AT_A_TIME = """
SELECT count(*) FROM presence AS one JOIN presence AS other USING (meeting_id, person_id)
WHERE other.arrive_at > one.arrive_at AND (one.leave_at IS NULL OR other.arrive_at < one.leave_at)
"""
_EARLY_MINUTES = """
SELECT count(*) FROM document AS d JOIN meeting AS m ON m.id = d.meeting_id
WHERE d.kind = 'MINUTES' AND m.state NOT IN ('NOTES_OUT', 'CLOSED')
"""
_WITHOUT_MINUTES = """
SELECT count(*) FROM meeting AS m WHERE m.state IN ('NOTES_OUT', 'CLOSED') AND NOT EXISTS (
  SELECT FROM document AS d JOIN edition AS e ON e.document_id = d.id
  WHERE d.meeting_id = m.id AND d.kind = 'MINUTES' AND (m.approved_edition IS NULL OR e.number = m.approved_edition)
)
"""

AUDITS = (
    Audit(
        "presence.double",
        "People who are in the room twice at a time",
        lambda db: count(db, _TWO_AT_A_TIME),
    ),
    Audit(
        "minutes.before_their_meeting",
        "Minutes of meetings of which the notes are not out",
        lambda db: count(db, _EARLY_MINUTES),
    ),
    Audit(
        "minutes.missing",
        "Meetings of which the notes are out, or the minutes approved, without these minutes",
        lambda db: count(db, _WITHOUT_MINUTES),
    ),
)
