"""Agencies, counties and their dated membership, work units and job classes: taken in from the reference data."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from directory import events, locks, membership
from directory.agencies import rules
from servicekit import names
from servicekit.data import outbox
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

# Each writes only rows that differ, so that a repeat changes nothing.
_AGENCIES = """
WITH before AS (SELECT id, kind, region FROM agency), upserted AS (
  INSERT INTO agency (id, title, short_title, sort_key, kind, region, size_class, population, source, until)
  SELECT id, title, short_title, sort_key, kind, region, size_class, population, source, until
  FROM jsonb_populate_recordset(NULL::agency, %(rows)s)
  ON CONFLICT (id) DO UPDATE SET
    title = excluded.title, short_title = excluded.short_title, sort_key = excluded.sort_key, kind = excluded.kind,
    region = excluded.region, size_class = excluded.size_class, population = excluded.population,
    source = excluded.source, until = excluded.until
  WHERE agency IS DISTINCT FROM excluded
  RETURNING id, kind, region, until
)
SELECT upserted.id, upserted.kind, upserted.until,
  (before.kind, before.region) IS DISTINCT FROM (upserted.kind, upserted.region) AS replaced
FROM upserted LEFT JOIN before ON before.id = upserted.id
"""
_COUNTIES = """
INSERT INTO county (fips, title, population)
SELECT fips, title, population FROM jsonb_populate_recordset(NULL::county, %(rows)s)
ON CONFLICT (fips) DO UPDATE SET title = excluded.title, population = excluded.population
WHERE county IS DISTINCT FROM excluded
"""
_UNITS = """
INSERT INTO work_unit (id, title, of_state)
SELECT id, title, of_state FROM jsonb_populate_recordset(NULL::work_unit, %(rows)s)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, of_state = excluded.of_state
WHERE work_unit IS DISTINCT FROM excluded
"""
_CLASSES = """
INSERT INTO job_class (id, title, code) SELECT id, title, code FROM jsonb_populate_recordset(NULL::job_class, %(rows)s)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, code = excluded.code WHERE job_class IS DISTINCT FROM excluded
"""
# What is no longer in the data goes before what is new comes: a county has one agency at a time.
_MEMBERSHIPS_GONE = """
WITH given AS (SELECT * FROM jsonb_populate_recordset(NULL::county_membership, %(rows)s))
DELETE FROM county_membership AS old
WHERE agency_id = ANY(%(agencies)s) AND NOT EXISTS (
  SELECT FROM given
  WHERE (given.fips, given.agency_id, given.start_date, given.end_date)
    IS NOT DISTINCT FROM (old.fips, old.agency_id, old.start_date, old.end_date))
RETURNING agency_id
"""
_MEMBERSHIPS_NEW = """
INSERT INTO county_membership (id, fips, agency_id, start_date, end_date)
SELECT gen_random_uuid(), fips, agency_id, start_date, end_date
FROM jsonb_populate_recordset(NULL::county_membership, %(rows)s) AS given
WHERE NOT EXISTS (
  SELECT FROM county_membership AS old
  WHERE (given.fips, given.agency_id, given.start_date, given.end_date)
    IS NOT DISTINCT FROM (old.fips, old.agency_id, old.start_date, old.end_date))
RETURNING agency_id
"""
_OTHERS = """
SELECT fips, agency_id, start_date, end_date FROM county_membership WHERE NOT agency_id = ANY(%(agencies)s)
"""
_KNOWN_COUNTIES = "SELECT fips FROM county"


class _Upserted(NamedTuple):
    id: str
    kind: str
    until: date | None
    replaced: bool


class _Other(NamedTuple):
    fips: str
    agency_id: str
    start_date: date | None
    end_date: date | None


def take_in(
    db: Db,
    *,
    agencies: Sequence[dict[str, Any]],
    memberships: Sequence[rules.Membership],
    counties: Sequence[dict[str, Any]],
    units: Sequence[dict[str, Any]],
    job_classes: Sequence[dict[str, Any]],
    at: datetime,
) -> int:
    """Create or update what is given; return how many agencies changed. What is not given stays.

    The counties of each agency given become those given with it. One that ended is given with its
    end: it stays on record, with whoever works there and what happened to it.
    """
    for agency in agencies:
        rules.check_kind(agency["kind"])
    for field, rows in (("agencies", agencies), ("units", units), ("job_classes", job_classes)):
        rules.check_distinct(field, [row["id"] for row in rows])
        for row in rows:
            names.slug(row["id"], field=field)
            rules.check_title(f"{field}.title", row["title"])
    rules.check_distinct("counties", [row["fips"] for row in counties])
    for row in counties:
        rules.check_fips("counties.fips", row["fips"])
        rules.check_title("counties.title", row["title"])
    locks.hold(db)
    db.run(_COUNTIES, rows=Jsonb(counties))
    db.run(_UNITS, rows=Jsonb(units))
    db.run(_CLASSES, rows=Jsonb(job_classes))
    upserted = db.all(_Upserted, _AGENCIES, rows=Jsonb(agencies))
    for one in upserted:
        outbox.emit(db, events.agency_listed(one.id, one.kind, one.until))
    changed = {row.id for row in upserted} | _take_memberships(db, agencies, memberships)
    if any(row.replaced for row in upserted):
        membership.recompute(db, at=at)
    db.changed("agencies/-", after={"agencies_changed": sorted(changed)})
    return len(changed)


def _take_memberships(db: Db, agencies: Sequence[dict[str, Any]], memberships: Sequence[rules.Membership]) -> set[str]:
    ids = [agency["id"] for agency in agencies]
    known = set(db.values(_KNOWN_COUNTIES))
    if unknown := sorted({each.fips for each in memberships} - known):
        raise InvalidField("agencies.counties.fips", unknown[0], "does not exist")
    others = [rules.Membership(*row) for row in db.all(_Other, _OTHERS, agencies=ids)]
    rules.check_ends({agency["id"]: agency["until"] for agency in agencies}, memberships)
    rules.check_memberships([*others, *memberships])
    rows = [
        {
            "fips": each.fips,
            "agency_id": each.agency_id,
            "start_date": each.start and each.start.isoformat(),
            "end_date": each.end and each.end.isoformat(),
        }
        for each in memberships
    ]
    gone: list[str] = db.values(_MEMBERSHIPS_GONE, rows=Jsonb(rows), agencies=ids)
    new: list[str] = db.values(_MEMBERSHIPS_NEW, rows=Jsonb(rows))
    return {*gone, *new}
