"""What must be zero, found by counting the rows again."""

from dataclasses import fields

from notification.readiness import COUNTED, STANDING
from notification.rules.standing import Counts
from servicekit import closed_days
from servicekit.background.audits import Audit
from servicekit.data.db import Db, count

_COUNTS = tuple(field.name for field in fields(Counts))
_DRIFT = f"""
WITH touched AS (SELECT notice_id, person_id FROM recipient), standing AS ({STANDING}), recounted AS (
  SELECT notice_id, agency_id, due_date, {COUNTED} FROM standing GROUP BY notice_id, agency_id, due_date
), stored AS (
  SELECT notice_id, agency_id, due_date, {", ".join(f"sum({name}) AS {name}" for name in _COUNTS)}
  FROM readiness
  WHERE notice_id IN (SELECT id FROM notice WHERE state = 'PUBLISHED')
  GROUP BY notice_id, agency_id, due_date
)
SELECT coalesce(sum({" + ".join(f"abs(coalesce(s.{name}, 0) - coalesce(r.{name}, 0))" for name in _COUNTS)}), 0)::bigint
FROM stored AS s FULL JOIN recounted AS r USING (notice_id, agency_id, due_date)
"""  # noqa: S608 - made of constants
# What a withdrawn notice's figures were stays, whatever happens to its people since: there is nothing to recount.
_UNLISTED = """
SELECT count(*) FROM (
  SELECT DISTINCT n.id, m.person_id
  FROM notice AS n
  JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.member
  LEFT JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id
  WHERE n.state = 'PUBLISHED' AND r.notice_id IS NULL
) AS forgotten
"""
_ALTERED = """
SELECT count(*) FROM notice AS n LEFT JOIN notice_version AS v ON v.notice_id = n.id AND v.version = n.version
WHERE n.state IN ('PUBLISHED', 'WITHDRAWN') AND (
  v.canonical IS NULL
  OR encode(sha256(convert_to(v.canonical, 'UTF8')), 'hex') <> v.text_sha256
  OR n.text_sha256 <> v.text_sha256
)
"""

# A content without a letter should have gone with the last one; and none is shorter or longer than it was.
_UNUSED = """
SELECT count(*) FROM file AS f LEFT JOIN attachment AS a ON a.sha256 = f.sha256
WHERE a.id IS NULL OR a.size_bytes <> octet_length(f.content)
"""
_UNFINDABLE = """
SELECT count(*) FROM notice AS n LEFT JOIN notice_search AS s ON s.notice_id = n.id
WHERE (n.state IN ('PUBLISHED', 'WITHDRAWN', 'HISTORIC')) <> (s.notice_id IS NOT NULL)
"""


def _duplicates(table: str, *key: str) -> str:
    groups = f"SELECT count(*) AS rows FROM {table} GROUP BY {', '.join(key)}"  # noqa: S608 - made of constants
    return f"SELECT coalesce(sum(rows - 1), 0)::bigint FROM ({groups}) AS counted"  # noqa: S608 - made of constants


def _audit(name: str, description: str, sql: str) -> Audit:
    def run(db: Db) -> int:
        return count(db, sql)

    return Audit(name, description, run)


AUDITS = [
    closed_days.MISSING,
    _audit(
        "recipients.duplicates",
        "Rows of recipients beyond one for each person and notice",
        _duplicates("recipient", "notice_id", "person_id"),
    ),
    _audit("recipients.missing", "Members of an issued notice's audience who are not its recipients", _UNLISTED),
    _audit("readiness.drift", "Sum of the differences between the stored figures and a recount", _DRIFT),
    _audit(
        "acknowledgements.duplicates",
        "Rows of acknowledgements beyond one of a kind for each person, agency and version",
        _duplicates("acknowledgement", "notice_id", "person_id", "kind", "agency_id", "version"),
    ),
    _audit(
        "deliveries.duplicates",
        "Rows of deliveries beyond one for each agency and version",
        _duplicates("delivery", "notice_id", "version", "agency_id"),
    ),
    _audit("files.unused", "Contents that no letter has, or of another size than the letter says", _UNUSED),
    _audit("notices.unfindable", "Letters that cannot be found, and drafts that can", _UNFINDABLE),
    _audit("versions.altered", "Issued notices whose text is not the one that was hashed", _ALTERED),
]
