"""What must be zero of the days that are kept."""

from notification.days.keeping import DONE_AT, DUE, PLACES
from notification.inbox.readiness import STARTED_AT
from servicekit.background.audits import Audit
from servicekit.data.db import count

_DUE = DUE.format("r.due_date", "n.due_date", "place.agency_id")
# The last day that is kept of a letter, counted again as of the moment at which it was. Where people came, left, were
# excused or had training taken back since, or did something within a minute of it (writes that were under way), there
# is nothing to compare.
# Where an agency gave its people another day since, its own clock is another one: the state's is not.
# Training is told later than it was done: then more people were ready, and had begun, than could be known.
_CONTRADICTED = f"""
WITH kept AS (
  SELECT kept.*, n.audience_id, n.asks FROM readiness_kept AS kept
  JOIN notice AS n ON n.id = kept.notice_id AND n.state = 'PUBLISHED'
), elsewhere AS (
  SELECT DISTINCT kept.notice_id, place.agency_id FROM kept
  JOIN audience_member AS m ON m.audience_id = kept.audience_id AND m.revision > kept.audience_revision
  CROSS JOIN LATERAL unnest(ARRAY[m.agency_id, '']) AS place (agency_id)
  UNION
  SELECT kept.notice_id, there.agency_id FROM kept
  JOIN delivery AS d ON d.notice_id = kept.notice_id AND d.local_due_at > kept.at
  JOIN delivery AS there ON there.notice_id = kept.notice_id
), recounted AS (
  SELECT r.notice_id, place.agency_id,
    count(*) FILTER (WHERE NOT r.excused) AS listed,
    count(*) FILTER (WHERE at_work) AS at_work,
    count(*) FILTER (WHERE at_work AND done) AS ready,
    count(*) FILTER (WHERE at_work AND NOT done AND ({STARTED_AT} > kept.at) IS NOT false) AS not_started,
    count(*) FILTER (WHERE at_work AND NOT done AND {_DUE} < kept.through) AS overdue,
    bool_or(
      greatest(r.excuse_changed_at, r.training_retracted_at) > kept.at - interval '1 minute'
      OR abs(extract(epoch FROM r.read_at - kept.at)) < 60
      OR abs(extract(epoch FROM r.confirmed_at - kept.at)) < 60
      OR abs(extract(epoch FROM r.trained_at - kept.at)) < 60
    ) IS true AS moving
  FROM kept JOIN notice AS n ON n.id = kept.notice_id JOIN recipient AS r ON r.notice_id = kept.notice_id {PLACES}
  CROSS JOIN LATERAL (
    SELECT NOT r.excused AND NOT everywhere.on_leave AS at_work, coalesce(({DONE_AT}) <= kept.at, false) AS done
  ) AS step
  GROUP BY r.notice_id, place.agency_id
), stored AS (
  SELECT DISTINCT ON (notice_id, agency_id) readiness_day.*
  FROM readiness_day JOIN kept USING (notice_id) WHERE day <= through ORDER BY notice_id, agency_id, day DESC
)
SELECT coalesce(sum(
  abs(coalesce(s.listed, 0) - coalesce(r.listed, 0)) + abs(coalesce(s.at_work, 0) - coalesce(r.at_work, 0))
  + CASE WHEN asks = 'TRAIN'
    THEN greatest(more_ready, 0) + greatest(-more_overdue, 0) + greatest(-more_not_started, 0)
    ELSE abs(more_ready) + abs(more_overdue) + abs(more_not_started) END
), 0)::bigint
FROM stored AS s FULL JOIN recounted AS r USING (notice_id, agency_id)
JOIN kept USING (notice_id)
CROSS JOIN LATERAL (
  SELECT coalesce(s.ready, 0) - coalesce(r.ready, 0) AS more_ready,
    coalesce(s.overdue, 0) - coalesce(r.overdue, 0) AS more_overdue,
    coalesce(s.not_started, 0) - coalesce(r.not_started, 0) AS more_not_started
) AS difference
WHERE moving IS NOT true
  AND (s.day IS NULL OR s.listed IS NOT NULL)
  AND NOT EXISTS (SELECT FROM elsewhere WHERE (elsewhere.notice_id, elsewhere.agency_id) = (notice_id, agency_id))
"""  # noqa: S608 - made of constants

AUDITS = (
    Audit(
        "readiness.days_contradicted",
        "Sum of the differences between the last day kept of a letter and a recount of it, where one is possible",
        lambda db: count(db, _CONTRADICTED),
    ),
)
