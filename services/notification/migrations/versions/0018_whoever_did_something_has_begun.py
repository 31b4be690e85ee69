"""Who was trained or has confirmed, and did not open the letter, has begun it.

The figures of letters that are out are mended; those of a withdrawn one stay as they were on that day. What the release
before moves after this, while it still runs, it moves by its own rule: the audit `readiness.drift` tells, and *Make
anew* mends it.

Days that are kept are not counted again. Of most of them it is not known who was on the list as they ended, so some
agencies would change and some would not, and a line would step where nothing happened. They say who had not opened the
letter, as they did when they were kept; who was ready and who was late is the same by both rules.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_BEGUN = """
WITH begun AS (
  SELECT r.notice_id, place.agency_id, r.due_date, count(*)::int AS people
  FROM recipient AS r
  JOIN notice AS n ON n.id = r.notice_id AND n.state = 'PUBLISHED'
  CROSS JOIN LATERAL (
    SELECT array_agg(m.agency_id) AS agencies FROM audience_member AS m
    WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member
    HAVING NOT bool_or(m.on_leave)
  ) AS everywhere
  CROSS JOIN LATERAL unnest(everywhere.agencies || ''::varchar) AS place (agency_id)
  WHERE r.read_at IS NULL AND (r.confirmed_at IS NOT NULL OR r.trained_at IS NOT NULL) AND NOT r.excused
    AND NOT CASE n.asks
      WHEN 'NOTHING' THEN true
      WHEN 'READ' THEN false
      WHEN 'CONFIRM' THEN r.confirmed_at IS NOT NULL
      ELSE r.confirmed_at IS NOT NULL AND r.trained_at IS NOT NULL
    END
  GROUP BY r.notice_id, place.agency_id, r.due_date
)
"""
_ANY = f"{_BEGUN} SELECT count(*) FROM begun"  # noqa: S608 - made of constants
_AUDIT = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource)
  VALUES (gen_random_uuid(), now(), 'services/notification', 'migrations/0018', 'notices')
  RETURNING id
)
SELECT set_config('cadre.audit', id::text, true) FROM entry
"""
# A figure is the sum of its slots; bulk changes are added to the first.
_MEND = f"""
{_BEGUN}
INSERT INTO readiness AS known (
  notice_id, agency_id, due_date, slot, listed, ready, not_started, on_leave, read, confirmed, trained, excused
)
SELECT notice_id, agency_id, due_date, 0, 0, 0, -people, 0, 0, 0, 0, 0 FROM begun
ORDER BY notice_id, agency_id, due_date
ON CONFLICT (notice_id, agency_id, due_date, slot) DO UPDATE SET not_started = known.not_started + excluded.not_started
"""  # noqa: S608 - made of constants


def upgrade() -> None:
    """Take whoever has begun out of those who have not."""
    connection = op.get_bind()
    if connection.execute(sa.text(_ANY)).scalar_one():
        connection.execute(sa.text(_AUDIT))
        connection.execute(sa.text(_MEND))
