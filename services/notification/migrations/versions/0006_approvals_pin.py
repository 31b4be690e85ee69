"""What was sent for approval is pinned: text, files, course and audience."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

# What letters say at this revision, and how they say nothing.
_TEXTS = (
    *("kind", "series", "number", "addressees", "subject", "reason", "references", "supersedes", "contact", "change"),
    *("before", "after", "staff_action", "until_then", "body", "asks", "contact_telephone", "replaces", "topic"),
)
_EMPTY = dict.fromkeys(_TEXTS, "") | {
    "effective_date": None,
    "business_days_before_effective": 3,
    "business_days_after_issue": 5,
    "agency_confirms_within": 3,
    "demonstration": False,
    "briefing_counts": False,
    "staff_release_days": 0,
}
_WAITING = "SELECT * FROM notice WHERE state IN ('IN_APPROVAL', 'SCHEDULED')"
_FILES = """
SELECT kind, title, filename, media_type, size_bytes, sha256 FROM attachment WHERE notice_id = :notice ORDER BY place
"""
_AUDIT = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource)
  VALUES (gen_random_uuid(), now(), 'services/notification', 'migrations/0006', 'notices')
  RETURNING id
)
SELECT set_config('cadre.audit', id::text, true) FROM entry
"""


def upgrade() -> None:
    """Pin what waits for approval or for its time as it stands; what was issued has its text already."""
    op.add_column("notice", sa.Column("pinned", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    connection = op.get_bind()
    waiting = connection.execute(sa.text(_WAITING)).mappings().all()
    if not waiting:
        return
    connection.execute(sa.text(_AUDIT))
    for notice in waiting:
        files = [dict(file) for file in connection.execute(sa.text(_FILES), {"notice": notice["id"]}).mappings()]
        pinned = {
            "text": _hash({name: notice[name] for name, empty in _EMPTY.items() if notice[name] != empty}),
            "files": _hash(files),
            "course": f"{notice['course_id']}/{notice['course_version']}" if notice["course_id"] else "",
            "audience": str(notice["audience_id"] or ""),
        }
        connection.execute(
            sa.text("UPDATE notice SET pinned = CAST(:pinned AS jsonb) WHERE id = :id"),
            {"pinned": json.dumps(pinned), "id": notice["id"]},
        )


def _hash(said: object) -> str:
    text = json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
