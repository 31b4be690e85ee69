"""What must be zero of the people under letters, found by counting the rows again."""

from dataclasses import fields

from notification.inbox.readiness import COUNTED, STANDING
from notification.inbox.rules import Counts
from servicekit.background.audits import Audit
from servicekit.data.db import count

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
_RECIPIENTS = """
SELECT coalesce(sum(rows - 1), 0)::bigint
FROM (SELECT count(*) AS rows FROM recipient GROUP BY notice_id, person_id) AS counted
"""
_ACKNOWLEDGEMENTS = """
SELECT coalesce(sum(rows - 1), 0)::bigint
FROM (
  SELECT count(*) AS rows FROM acknowledgement GROUP BY notice_id, person_id, kind, agency_id, version
) AS counted
"""
_NO_STATEMENT = """
SELECT count(*) FROM acknowledgement AS a
WHERE a.statement_sha256 <> '' AND NOT EXISTS (SELECT FROM statement AS s WHERE s.sha256 = a.statement_sha256)
"""

AUDITS = (
    Audit(
        "recipients.duplicates",
        "Rows of recipients beyond one for each person and notice",
        lambda db: count(db, _RECIPIENTS),
    ),
    Audit(
        "recipients.missing",
        "Members of an issued notice's audience who are not its recipients",
        lambda db: count(db, _UNLISTED),
    ),
    Audit(
        "readiness.drift",
        "Sum of the differences between the stored figures and a recount",
        lambda db: count(db, _DRIFT),
    ),
    Audit(
        "acknowledgements.duplicates",
        "Rows of acknowledgements beyond one of a kind for each person, agency and version",
        lambda db: count(db, _ACKNOWLEDGEMENTS),
    ),
    Audit(
        "acknowledgements.without_statement",
        "Confirmations whose statement is not on record",
        lambda db: count(db, _NO_STATEMENT),
    ),
)
