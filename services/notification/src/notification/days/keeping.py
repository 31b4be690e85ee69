"""Keeping how ready people were as each day ended: of the day that ends now, and of days that were missed.

As a day ends, the figures as they stand are kept. A day that was missed, or was over before days were kept, is counted
again from what people did by then and when: of an agency where somebody came, left, went on leave or was excused since,
or of a letter that was amended since, that would be a guess, and it is kept that such days are not known.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import STARTED_AT
from notification.letters.rows import name_of
from servicekit.data.db import Db, count

_PACIFIC = "({0} AT TIME ZONE 'America/Los_Angeles')::date"
_ISSUED_ON, _AMENDED_ON, _WITHDRAWN_ON = (
    _PACIFIC.format(f"n.{moment}_at") for moment in ("published", "amended", "withdrawn")
)
_FIGURES = ("listed", "at_work", "ready", "not_started", "overdue")
_NAMES = ", ".join(_FIGURES)
# The figures of a row as one value; without counts it holds nothing but NULL.
_ROW = f"ARRAY[{_NAMES}]"
# Where there is no row before, nobody was under the letter.
_NOBODY = f"'{{{', '.join('0' * len(_FIGURES))}}}'::int[]"
# When every asked step was done; NULL if one is not.
DONE_AT = """
  CASE n.asks
    WHEN 'NOTHING' THEN n.published_at
    WHEN 'READ' THEN r.read_at
    WHEN 'CONFIRM' THEN r.confirmed_at
    ELSE CASE WHEN r.confirmed_at IS NOT NULL AND r.trained_at IS NOT NULL
      THEN greatest(r.confirmed_at, r.trained_at) END
  END
"""
# Where a recipient `r` of a notice `n` counts ('' = the state), and whether they are on leave; as `STANDING` has it.
PLACES = """
CROSS JOIN LATERAL (
  SELECT array_agg(m.agency_id) AS agencies, bool_or(m.on_leave) AS on_leave FROM audience_member AS m
  WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member AND NOT m.local
  HAVING count(*) > 0
) AS everywhere
CROSS JOIN LATERAL unnest(everywhere.agencies || ''::varchar) AS place (agency_id)
"""
# By whose clock somebody is late: an agency's day may be earlier than the state's, and counts for the agency alone.
DUE = "CASE WHEN {2} = '' THEN greatest({0}, {1}) ELSE {0} END"
_DUE = DUE.format("r.due_date", "letter.due_date", "r.agency_id")
_KEPT = """
INSERT INTO readiness_kept AS kept (notice_id, through, at, audience_revision)
SELECT n.id, {through}, {at}, audience.complete_revision
FROM {letters} JOIN notice AS n ON n.id = {letters}.id JOIN audience ON audience.audience_id = n.audience_id
ON CONFLICT (notice_id) DO UPDATE
SET through = excluded.through, at = excluded.at, audience_revision = excluded.audience_revision
"""
_KEEP = f"INSERT INTO readiness_day (notice_id, agency_id, day, {_NAMES})"
# Of a withdrawn letter nothing moves after that day, so no day after it is missed.
_MISSED = f"""
SELECT n.id AS notice_id, least(%(yesterday)s, {_WITHDRAWN_ON} - 1) AS last_day
FROM notice AS n LEFT JOIN readiness_kept AS kept ON kept.notice_id = n.id
WHERE n.state IN ('PUBLISHED', 'WITHDRAWN')
  AND coalesce(kept.through, {_ISSUED_ON} - 1) < least(%(yesterday)s, {_WITHDRAWN_ON} - 1)
ORDER BY n.id
"""  # noqa: S608 - made of constants
_STILL_MISSED = f"SELECT count(*) FROM ({_MISSED}) AS missed WHERE notice_id = %(notice)s"  # noqa: S608 - as above
# Those whose figures, as they stand, are those of the end of a day: of *day*, or of the day of their withdrawal. All
# days before it are kept: what could not be counted again yet comes first.
_STANDS = f"""
SELECT n.id, n.due_date, coalesce({_WITHDRAWN_ON}, %(day)s) AS day, coalesce(n.withdrawn_at, %(at)s) AS at
FROM notice AS n LEFT JOIN readiness_kept AS kept ON kept.notice_id = n.id
WHERE n.state = 'PUBLISHED' AND coalesce(kept.through, {_ISSUED_ON} - 1) >= %(day)s::date - 1
  OR n.state = 'WITHDRAWN' AND coalesce(kept.through, {_ISSUED_ON} - 1) = {_WITHDRAWN_ON} - 1
"""  # noqa: S608 - made of constants
KEEP_STANDING = f"""
WITH letter AS ({_STANDS}), kept AS ({_KEPT.format(letters="letter", through="letter.day", at="letter.at")}),
figure AS (
  SELECT r.notice_id, r.agency_id, letter.day,
    sum(listed)::int AS listed, sum(listed - on_leave)::int AS at_work, sum(ready)::int AS ready,
    sum(not_started)::int AS not_started,
    coalesce(sum(listed - ready - on_leave) FILTER (WHERE {_DUE} < letter.day), 0)::int AS overdue
  FROM letter JOIN readiness AS r ON r.notice_id = letter.id
  GROUP BY r.notice_id, r.agency_id, letter.day
)
{_KEEP}
SELECT notice_id, agency_id, day, {_NAMES} FROM figure
WHERE {_ROW} IS DISTINCT FROM coalesce((
  SELECT {_ROW} FROM readiness_day AS before
  WHERE before.notice_id = figure.notice_id AND before.agency_id = figure.agency_id AND before.day <= figure.day
  ORDER BY before.day DESC LIMIT 1
), {_NOBODY})
ORDER BY notice_id, agency_id
ON CONFLICT (notice_id, agency_id, day) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _FIGURES)}
"""  # noqa: S608 - made of constants
# What people did is added up from day to day; overdue are those who were late from one day and until another.
_RECOUNT = f"""
WITH letter AS (
  SELECT n.id, n.audience_id, n.audience_revision, {_ISSUED_ON} AS issued_on, {_AMENDED_ON} AS amended_on,
    coalesce(kept.through + 1, {_ISSUED_ON}) AS first_day
  FROM notice AS n LEFT JOIN readiness_kept AS kept ON kept.notice_id = n.id
  WHERE n.id = %(notice)s
), kept AS ({
    _KEPT.format(
        letters="letter",
        through="%(last_day)s::date",
        at="(%(last_day)s::date + 1)::timestamp AT TIME ZONE 'America/Los_Angeles'",
    )
}), standing AS (
  SELECT place.agency_id, NOT r.excused AS listed, NOT r.excused AND NOT everywhere.on_leave AS at_work,
    {DUE.format("r.due_date", "n.due_date", "place.agency_id")} AS due_date,
    {_PACIFIC.format(STARTED_AT)} AS started_on, {_PACIFIC.format(f"({DONE_AT})")} AS done_on,
    greatest(
      CASE WHEN r.excused OR r.excuse_changed_at IS NOT NULL
        THEN coalesce({_PACIFIC.format("r.excuse_changed_at")}, 'infinity') END,
      {_PACIFIC.format("r.training_retracted_at")}
    ) AS changed_on
  FROM letter JOIN notice AS n ON n.id = letter.id JOIN recipient AS r ON r.notice_id = n.id {PLACES}
), changed AS (
  SELECT m.agency_id, max(
    CASE WHEN m.revision <= letter.audience_revision THEN letter.issued_on
      ELSE coalesce(revision.effective_date, 'infinity') END
  ) AS day
  FROM letter JOIN audience_member AS m USING (audience_id)
  LEFT JOIN audience_revision AS revision USING (audience_id, revision)
  GROUP BY m.agency_id
), place AS (
  SELECT agency_id, greatest(max(since.day), letter.first_day) AS start FROM (
    SELECT agency_id, day FROM changed
    UNION ALL SELECT '', day FROM changed
    UNION ALL SELECT agency_id, changed_on FROM standing
    UNION ALL SELECT agency_id, amended_on FROM standing CROSS JOIN letter
  ) AS since CROSS JOIN letter
  GROUP BY agency_id, letter.first_day
), of_all AS (
  SELECT agency_id, count(*) FILTER (WHERE listed) AS listed, count(*) FILTER (WHERE at_work) AS at_work
  FROM standing GROUP BY agency_id
), moved AS (
  SELECT agency_id, step.* FROM standing CROSS JOIN LATERAL (
    VALUES (done_on, 1, 0, 0), (least(started_on, done_on), 0, 1, 0),
      (CASE WHEN done_on > due_date IS NOT false THEN due_date + 1 END, 0, 0, 1),
      (CASE WHEN done_on > due_date THEN done_on END, 0, 0, -1)
  ) AS step (day, ready, started, overdue)
  WHERE at_work AND step.day <= %(last_day)s
  UNION ALL SELECT agency_id, start, 0, 0, 0 FROM place
), added AS (
  SELECT agency_id, greatest(moved.day, place.start) AS day,
    sum(ready) AS ready, sum(started) AS started, sum(overdue) AS overdue
  FROM moved JOIN place USING (agency_id) WHERE place.start <= %(last_day)s
  GROUP BY agency_id, greatest(moved.day, place.start)
), figure AS (
  SELECT agency_id, day, ARRAY[
    coalesce(listed, 0), coalesce(at_work, 0),
    sum(ready) OVER so_far, coalesce(at_work, 0) - sum(started) OVER so_far, sum(overdue) OVER so_far
  ]::int[] AS figures
  FROM added LEFT JOIN of_all USING (agency_id)
  WINDOW so_far AS (PARTITION BY agency_id ORDER BY day)
  UNION ALL
  SELECT agency_id, first_day, array_fill(NULL::int, ARRAY[{len(_FIGURES)}]) FROM place CROSS JOIN letter
  WHERE place.start > letter.first_day
  UNION ALL
  SELECT agency_id, newest.day, newest.figures FROM place CROSS JOIN letter CROSS JOIN LATERAL (
    SELECT day, {_ROW} AS figures FROM readiness_day AS before
    WHERE before.notice_id = letter.id AND before.agency_id = place.agency_id AND before.day < letter.first_day
    ORDER BY before.day DESC LIMIT 1
  ) AS newest
), differing AS (
  SELECT *, lag(figures, 1, {_NOBODY}) OVER (PARTITION BY agency_id ORDER BY day) AS before FROM figure
)
{_KEEP}
SELECT letter.id, agency_id, day, {", ".join(f"figures[{n}]" for n, _ in enumerate(_FIGURES, 1))}
FROM differing CROSS JOIN letter
WHERE day >= letter.first_day AND figures IS DISTINCT FROM before
ORDER BY agency_id, day
"""  # noqa: S608 - made of constants


class Missed(NamedTuple):
    """A letter of which days are over and not kept, the last of them *last_day*."""

    notice_id: UUID
    last_day: date


def missed(db: Db, yesterday: date) -> list[Missed]:
    """Return the letters of which days up to *yesterday* are not kept."""
    return db.all(Missed, _MISSED, yesterday=yesterday)


def recount(db: Db, letter: Missed) -> None:
    """Keep the days that were missed of a letter, as far as they are known."""
    # Another process may have been here in between.
    if not count(db, _STILL_MISSED, yesterday=letter.last_day, notice=letter.notice_id):
        return
    rows = db.run(_RECOUNT, notice=letter.notice_id, last_day=letter.last_day)
    db.changed(name_of(letter.notice_id), after={"kept_through": str(letter.last_day), "rows": rows})


def stands(db: Db, day: date | None, at: datetime) -> bool:
    """Whether there is a letter whose figures are to be kept as they stand at a moment, in which *day* may end."""
    return bool(db.run(f"{_STANDS} LIMIT 1", day=day, at=at))


def keep_standing(db: Db, day: date | None, at: datetime) -> None:
    """Keep the figures as they stand: as the end of *day*, and of a withdrawn letter as that of its last."""
    rows = db.run(KEEP_STANDING, day=day, at=at)
    db.changed("notices", after={"kept_at": at.isoformat(), "rows": rows})
