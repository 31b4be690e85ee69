"""What must be zero of letters."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

_ALTERED = """
SELECT count(*) FROM notice AS n LEFT JOIN notice_version AS v ON v.notice_id = n.id AND v.version = n.version
WHERE n.state IN ('PUBLISHED', 'WITHDRAWN') AND (
  v.canonical IS NULL
  OR encode(sha256(convert_to(v.canonical, 'UTF8')), 'hex') <> v.text_sha256
  OR n.text_sha256 <> v.text_sha256
)
"""
_UNFINDABLE = """
SELECT count(*) FROM notice AS n LEFT JOIN notice_search AS s ON s.notice_id = n.id
WHERE (n.state IN ('PUBLISHED', 'WITHDRAWN', 'HISTORIC')) <> (s.notice_id IS NOT NULL)
"""

AUDITS = (
    Audit("notices.unfindable", "Letters that cannot be found, and drafts that can", lambda db: count(db, _UNFINDABLE)),
    Audit(
        "versions.altered", "Issued notices whose text is not the one that was hashed", lambda db: count(db, _ALTERED)
    ),
)
