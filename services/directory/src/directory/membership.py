"""Who is in which audience: the meaning of expressions in SQL, and what is stored and told of it.

One statement does it, for all audiences and people or for some of each: previews, new audiences, rosters, single
writes and the turn of the day cannot disagree. It says what `audiences.rules.member` says; a test holds the two
together.

It stands below all areas and reads the tables of agencies and people, since whoever changes those brings memberships up
to date in the same transaction.
"""

from collections.abc import Collection
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from directory import events, locks
from servicekit.calendar import pacific_date
from servicekit.data import outbox
from servicekit.data.db import Db

_ALL = "SELECT id AS audience_id, expression FROM audience"
_SOME = _ALL + " WHERE id = ANY(%(audiences)s)"
_OF_PEOPLE = "AND {table}.person_id = ANY(%(people)s)"

# Posts alike in all that clauses ask for form a cell, so that a clause is tried once for many people. Being named by a
# clause is such a thing too. A stored clause holds no empty kind, so NULL means: does not restrict. Whom the expression
# is not for is there `local`ly, if their agency asks one of their units too.
_COMPUTED = """
wanted AS ({wanted}),
clause AS MATERIALIZED (
  SELECT wanted.audience_id, side.excluding, clause.*
  FROM wanted
  CROSS JOIN (VALUES ('include', false), ('exclude', true)) AS side (name, excluding)
  CROSS JOIN jsonb_to_recordset(wanted.expression -> side.name) AS clause (
    agencies text[], regions text[], job_classes text[], units text[], roles text[], people uuid[],
    recorded_units_only boolean)
),
held AS MATERIALIZED (
  SELECT person_id, split_part(scope, '/', 1) AS scope, array_agg(DISTINCT role::text ORDER BY role::text) AS roles
  FROM role_grant
  WHERE revoked_at IS NULL {of_grants} AND (
    scope <> 'state'
    OR NOT EXISTS (
      SELECT FROM job JOIN agency ON agency.id = job.agency_id
      WHERE job.person_id = role_grant.person_id AND agency.kind = 'state' AND job.start_date <= %(day)s)
    OR EXISTS (
      SELECT FROM job JOIN agency ON agency.id = job.agency_id
      WHERE job.person_id = role_grant.person_id AND agency.kind = 'state'
        AND job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)))
  GROUP BY person_id, split_part(scope, '/', 1)
),
away AS MATERIALIZED (
  SELECT person_id FROM leave
  WHERE start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s) {of_leaves}
),
post AS MATERIALIZED (
  SELECT
    job.person_id, job.agency_id, job.units, away.person_id IS NOT NULL AS on_leave,
    dense_rank() OVER (ORDER BY job.agency_id, job.job_class_id, job.units, here.roles, anywhere.roles, named.id)
      AS cell,
    job.job_class_id, here.roles AS roles_here, anywhere.roles AS roles_anywhere, named.id AS named
  FROM job
  LEFT JOIN away ON away.person_id = job.person_id
  LEFT JOIN held AS here ON here.person_id = job.person_id AND here.scope = job.agency_id
  LEFT JOIN held AS anywhere ON anywhere.person_id = job.person_id AND anywhere.scope = 'state'
  LEFT JOIN (SELECT DISTINCT unnest(people) AS id FROM clause) AS named ON named.id = job.person_id
  WHERE job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s) {of_jobs}
),
cell AS MATERIALIZED (
  SELECT DISTINCT ON (cell) cell, agency_id, job_class_id, units, roles_here, roles_anywhere, named FROM post
),
placed AS MATERIALIZED (
  SELECT clause.*, agency.id AS agency_id
  FROM clause
  JOIN agency ON CASE
    WHEN clause.agencies IS NULL AND clause.regions IS NULL THEN agency.kind <> 'state'
    ELSE agency.id = ANY(coalesce(clause.agencies, '{{}}')) OR agency.region = ANY(coalesce(clause.regions, '{{}}'))
  END
  WHERE agency.id IN (SELECT agency_id FROM cell)
),
matched AS MATERIALIZED (
  SELECT placed.audience_id, cell.cell
  FROM placed
  JOIN cell ON cell.agency_id = placed.agency_id
  WHERE (placed.job_classes IS NULL OR cell.job_class_id = ANY(placed.job_classes))
    AND (placed.units IS NULL OR cell.units && placed.units OR (
      cell.units = '{{}}' AND NOT placed.excluding AND placed.recorded_units_only IS NOT TRUE))
    AND (placed.roles IS NULL OR cell.roles_here && placed.roles OR cell.roles_anywhere && placed.roles)
    AND (placed.people IS NULL OR cell.named = ANY(placed.people))
  GROUP BY placed.audience_id, cell.cell
  HAVING NOT bool_or(placed.excluding)
),
computed AS (
  SELECT matched.audience_id, post.person_id, post.agency_id, post.units, post.on_leave, false AS local
  FROM matched JOIN post ON post.cell = matched.cell
  UNION ALL
  SELECT added.audience_id, post.person_id, post.agency_id, post.units, post.on_leave, true
  FROM audience_addition AS added JOIN post ON post.agency_id = added.agency_id AND post.units && added.units
  WHERE added.audience_id IN (SELECT audience_id FROM wanted) AND NOT EXISTS (
    SELECT FROM matched WHERE (matched.audience_id, matched.cell) = (added.audience_id, post.cell))
)"""

_DIFFERENCE = """
difference AS MATERIALIZED (
  SELECT
    coalesce(computed.audience_id, stored.audience_id) AS audience_id,
    coalesce(computed.person_id, stored.person_id) AS person_id,
    coalesce(computed.agency_id, stored.agency_id) AS agency_id,
    coalesce(computed.units, stored.units) AS units,
    computed.person_id IS NOT NULL AS member,
    coalesce(stored.member, false) AS was,
    coalesce(computed.on_leave, stored.on_leave) AS on_leave,
    coalesce(computed.local, stored.local) AS local,
    coalesce(stored.local, false) AS was_local
  FROM computed
  FULL JOIN (
    SELECT * FROM audience_member
    WHERE {stored}
  ) AS stored
    ON stored.audience_id = computed.audience_id
    AND stored.person_id = computed.person_id
    AND stored.agency_id = computed.agency_id
  WHERE CASE
    WHEN computed.person_id IS NULL THEN stored.member
    WHEN stored.person_id IS NULL OR NOT stored.member THEN true
    ELSE stored.units <> computed.units OR stored.on_leave <> computed.on_leave OR stored.local <> computed.local
  END
)"""

# A person who comes or goes at one agency and stays at another does not change the number of people. Counted are those
# whom the expression is for.
_STORE = """
balance AS (
  SELECT audience_id, person_id, bool_or(was AND NOT was_local) AS was, bool_or(member AND NOT local) AS member,
    array_agg(agency_id) AS agencies
  FROM difference
  GROUP BY audience_id, person_id
),
people AS (
  SELECT audience_id, sum(CASE WHEN member THEN 1 ELSE -1 END) AS more
  FROM balance
  WHERE was <> member AND NOT EXISTS (
    SELECT FROM audience_member AS other
    WHERE other.audience_id = balance.audience_id AND other.person_id = balance.person_id
      AND other.member AND NOT other.local AND NOT other.agency_id = ANY(balance.agencies))
  GROUP BY audience_id
),
locked AS MATERIALIZED (
  SELECT id FROM audience
  WHERE id IN (SELECT audience_id FROM difference)
    OR (revision = 0 AND id IN (SELECT audience_id FROM wanted))
  ORDER BY id
  FOR UPDATE
),
touched AS (
  UPDATE audience SET revision = audience.revision + 1, people = audience.people + coalesce(people.more, 0)
  FROM locked LEFT JOIN people ON people.audience_id = locked.id
  WHERE audience.id = locked.id
  RETURNING audience.id AS audience_id, audience.revision
),
written AS (
  INSERT INTO audience_member (audience_id, person_id, agency_id, units, member, on_leave, local, revision)
  SELECT difference.audience_id, person_id, agency_id, units, member, on_leave, local, revision
  FROM difference JOIN touched ON touched.audience_id = difference.audience_id
  ON CONFLICT (audience_id, person_id, agency_id) DO UPDATE
  SET units = excluded.units, member = excluded.member, on_leave = excluded.on_leave, local = excluded.local,
    revision = excluded.revision
)
SELECT touched.audience_id::text, touched.revision, person_id::text, agency_id, units, member, on_leave, local
FROM touched LEFT JOIN difference ON difference.audience_id = touched.audience_id
ORDER BY touched.audience_id
"""


def recompute(
    db: Db,
    *,
    at: datetime,
    audience_ids: Collection[UUID] | None = None,
    person_ids: Collection[UUID] | None = None,
    day: date | None = None,
) -> int:
    """Bring the stored membership up to *day* (today in California), and tell what changed; return how many rows.

    None stands for all audiences, or all people. Each audience with a change gets one revision; a new one gets its
    first even if nobody is in it.
    """
    day = day or pacific_date(at)
    query = f"WITH {computed(audience_ids, person_ids)}, {difference(audience_ids, person_ids)}, {_STORE}"
    parameters = {"day": day, "audiences": _list(audience_ids), "people": _list(person_ids)}
    with locks.waiting():
        rows = db.connection().exec_driver_sql(query, parameters)
    changed = 0
    # One audience after the other: half a million rows at once would cost more to collect than to read.
    for (audience_id, revision), group in groupby(rows, key=itemgetter(0, 1)):
        changes = [events.Membership._make(row[2:]) for row in group if row[2] is not None]
        changed += len(changes)
        for message in events.members_changed(audience_id, revision, day, changes):
            outbox.emit(db, message)
    return changed


def computed(
    audience_ids: Collection[UUID] | None = None, person_ids: Collection[UUID] | None = None, *, wanted: str = ""
) -> str:
    """Return the SQL of `computed`: who of some people (None: of all) is in which of some audiences (None: of all).

    *wanted* gives (audience_id, expression) instead of what is stored.
    """

    def of_people(table: str) -> str:
        return "" if person_ids is None else _OF_PEOPLE.format(table=table)

    return _COMPUTED.format(
        wanted=wanted or (_ALL if audience_ids is None else _SOME),
        of_grants=of_people("role_grant"),
        of_leaves=of_people("leave"),
        of_jobs=of_people("job"),
    )


def difference(audience_ids: Collection[UUID] | None = None, person_ids: Collection[UUID] | None = None) -> str:
    """Return the SQL of `difference`: where what is stored of these is not what `computed` gives."""
    conditions = ["true"]
    if audience_ids is not None:
        conditions.append("audience_id = ANY(%(audiences)s)")
    if person_ids is not None:
        conditions.append("person_id = ANY(%(people)s)")
    return _DIFFERENCE.format(stored=" AND ".join(conditions))


def _list(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
