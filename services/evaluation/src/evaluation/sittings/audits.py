"""What must be zero of sittings, found by recounting rows."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

_DUPLICATES = """
SELECT count(*) - count(DISTINCT (person_id, test_id, test_version)) FROM sitting WHERE state = 'OPEN'
"""
_UNSCORED = """
SELECT count(*)
FROM sitting AS s JOIN test_version AS v ON v.test_id = s.test_id AND v.version = s.test_version
WHERE s.state <> 'OPEN' AND (
  coalesce(jsonb_array_length(s.chosen), -1) <> jsonb_array_length(v.items)
  OR coalesce(jsonb_array_length(s.right_items), -1) <> jsonb_array_length(v.items)
  OR (s.state = 'PASSED')
    <> (jsonb_array_length(jsonb_path_query_array(s.right_items, '$[*] ? (@ == true)')) >= v.pass_mark)
)
"""

AUDITS = [
    Audit(
        "sittings.duplicates",
        "Open sittings beyond the one that a person may have of a test version",
        lambda db: count(db, _DUPLICATES),
    ),
    Audit(
        "sittings.unscored",
        "Submitted sittings whose score is missing or is not the one that their state says",
        lambda db: count(db, _UNSCORED),
    ),
]
