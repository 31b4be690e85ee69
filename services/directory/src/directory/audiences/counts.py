"""What an expression would give, counted from the same statement as memberships themselves; nothing is stored."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from directory import membership
from servicekit.data.db import Db

_GIVEN = "SELECT '00000000-0000-0000-0000-000000000000'::uuid AS audience_id, %(expression)s::jsonb AS expression"
# Every local agency of the day, those without a match included: the agency still gets the letter. Others only if
# reached: the state's, and one that ended while somebody still has a job there.
_COUNT_BY_AGENCY = """
SELECT agency.id AS agency_id, agency.short_title AS title, coalesce(staff, 0) AS staff,
  coalesce(no_unit_recorded, 0) AS no_unit_recorded, coalesce(on_leave, 0) AS on_leave,
  (SELECT count(DISTINCT person_id)::int FROM computed) AS people
FROM agency LEFT JOIN (
  SELECT agency_id, count(*)::int AS staff, count(*) FILTER (WHERE units = '{}')::int AS no_unit_recorded,
    count(*) FILTER (WHERE on_leave)::int AS on_leave
  FROM computed GROUP BY agency_id
) AS counted ON counted.agency_id = agency.id
WHERE (agency.kind <> 'state' AND (agency.until IS NULL OR agency.until > %(day)s)) OR staff > 0
ORDER BY agency.sort_key, agency.id
"""
# A unit, or a class, is counted for each person once, however many agencies they have it at; '' is no unit recorded.
_COUNT_BY_VALUE = """
SELECT 'unit' AS kind, coalesce(unit, '') AS value, count(DISTINCT person_id)::int AS people
FROM computed LEFT JOIN LATERAL unnest(units) AS unit ON true
GROUP BY unit
UNION ALL
SELECT 'class', job.job_class_id, count(DISTINCT person_id)::int
FROM computed JOIN job USING (person_id, agency_id)
WHERE job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)
GROUP BY job.job_class_id
"""
# What saving would change. Both sides are rows of (person, agency); the total asks whether they stay at any of theirs.
_COMPARE = """
pair AS MATERIALIZED (
  SELECT person_id, agency_id, stored.person_id IS NOT NULL AS was, computed.person_id IS NOT NULL AS becomes
  FROM computed FULL JOIN (
    SELECT person_id, agency_id FROM audience_member WHERE audience_id = %(audience)s AND member AND NOT local
  ) AS stored USING (person_id, agency_id)
),
counted AS (
  SELECT agency_id, count(*) FILTER (WHERE NOT was)::int AS added,
    count(*) FILTER (WHERE NOT becomes)::int AS removed, count(*) FILTER (WHERE was AND becomes)::int AS unchanged
  FROM pair GROUP BY agency_id
),
whole AS MATERIALIZED (
  SELECT person_id, bool_or(was) AS was, bool_or(becomes) AS becomes FROM pair GROUP BY person_id
),
named AS MATERIALIZED (
  SELECT whole.was, family_name, given_name, person.sort_key, person.id, pair.agency_id,
    row_number() OVER (PARTITION BY whole.was ORDER BY person.sort_key, person.id, pair.agency_id) AS n
  FROM whole JOIN pair ON pair.person_id = whole.person_id JOIN person ON person.id = whole.person_id
  WHERE whole.was <> whole.becomes AND (%(whole)s OR pair.agency_id = ANY(%(agencies)s))
)
SELECT
  (SELECT count(*)::int FROM whole WHERE NOT was) AS added,
  (SELECT count(*)::int FROM whole WHERE NOT becomes) AS removed,
  (SELECT count(*)::int FROM whole WHERE was AND becomes) AS unchanged,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', counted.agency_id, 'title', short_title, 'added', added,
     'removed', removed, 'unchanged', unchanged) ORDER BY agency.sort_key, agency.id), '[]')
   FROM counted JOIN agency ON agency.id = counted.agency_id) AS agencies,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('was', was, 'person', id, 'family_name', family_name,
     'given_name', given_name, 'agency', agency_id) ORDER BY n), '[]')
   FROM named WHERE n <= %(examples)s) AS examples
"""


class OfAgency(NamedTuple):
    """Whom an expression matches at an agency; *people* is the total of all."""

    agency_id: str
    title: str
    staff: int
    no_unit_recorded: int
    on_leave: int
    people: int


class OfValue(NamedTuple):
    """How many people have a unit, or a class (*kind*); an empty unit is none recorded."""

    kind: str
    value: str
    people: int


class Comparison(NamedTuple):
    """Who would come, go and stay; *agencies* and *examples* as JSON."""

    added: int
    removed: int
    unchanged: int
    agencies: list[dict[str, Any]]
    examples: list[dict[str, Any]]


def preview(db: Db, expression: dict[str, Any], *, day: date) -> list[OfAgency]:
    """Count by agency, A to Z, whom *expression* (as stored) matches on *day*; `people` in each row is the total."""
    query = f"WITH {membership.computed(wanted=_GIVEN)} {_COUNT_BY_AGENCY}"
    return db.all(OfAgency, query, day=day, expression=Jsonb(expression))


def by_value(db: Db, expression: dict[str, Any], *, day: date) -> list[OfValue]:
    """Count by unit and by class whom *expression* (as stored) matches on *day*."""
    query = f"WITH {membership.computed(wanted=_GIVEN)} {_COUNT_BY_VALUE}"
    return db.all(OfValue, query, day=day, expression=Jsonb(expression))


def compare(
    db: Db,
    audience_id: UUID,
    expression: dict[str, Any],
    *,
    day: date,
    examples: int,
    agency_ids: Collection[str],
    whole: bool,
) -> Comparison:
    """Count who would come, go and stay if *expression* (as stored) became the audience's on *day*.

    Up to *examples* of those who come and of those who go are named, of *agency_ids* alone unless *whole*.
    """
    query = f"WITH {membership.computed(wanted=_GIVEN)}, {_COMPARE}"
    given = {"audience": audience_id, "expression": Jsonb(expression), "agencies": list(agency_ids), "whole": whole}
    return db.one(Comparison, query, day=day, examples=examples, **given)
