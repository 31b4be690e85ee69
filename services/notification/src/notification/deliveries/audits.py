"""What must be zero of letters at agencies."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

_DUPLICATES = """
SELECT coalesce(sum(rows - 1), 0)::bigint
FROM (SELECT count(*) AS rows FROM delivery GROUP BY notice_id, version, agency_id) AS counted
"""

AUDITS = (
    Audit(
        "deliveries.duplicates",
        "Rows of deliveries beyond one for each agency and version",
        lambda db: count(db, _DUPLICATES),
    ),
)
