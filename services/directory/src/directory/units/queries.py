"""Reads of units and their leads. Each is one statement, however many rows it gives."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from servicekit.data.db import Db
from servicekit.paging import Page

# A lead counts while the person has a job at the agency, whatever was recorded of its end by now.
_UNITS = """
WITH counted AS (
  SELECT given.unit, count(*)::int AS staff, count(*) FILTER (WHERE EXISTS (
    SELECT FROM leave WHERE leave.person_id = job.person_id
      AND leave.start_date <= %(day)s AND (leave.end_date IS NULL OR leave.end_date >= %(day)s)))::int AS on_leave
  FROM job CROSS JOIN unnest(job.units) AS given (unit)
  WHERE agency_id = %(agency)s AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
  GROUP BY given.unit
), led AS (
  SELECT unit_id, jsonb_agg(jsonb_build_object('id', lead.id, 'person', person.id, 'family_name', family_name,
    'given_name', given_name, 'start_date', lead.start_date, 'end_date', lead.end_date)
    ORDER BY greatest(lead.start_date, %(day)s), sort_key, lead.id) AS leads
  FROM unit_lead AS lead JOIN person ON person.id = lead.person_id
  WHERE lead.agency_id = %(agency)s AND (lead.end_date IS NULL OR lead.end_date > greatest(%(day)s, lead.start_date))
    AND EXISTS (SELECT FROM job WHERE job.person_id = lead.person_id AND job.agency_id = lead.agency_id
      AND (job.end_date IS NULL OR job.end_date > greatest(%(day)s, lead.start_date)))
  GROUP BY unit_id
)
SELECT work_unit.id, title, coalesce(staff, 0) AS staff, coalesce(on_leave, 0) AS on_leave,
  coalesce(leads, '[]') AS leads
FROM work_unit LEFT JOIN counted ON counted.unit = work_unit.id LEFT JOIN led ON led.unit_id = work_unit.id
WHERE (counted.unit IS NOT NULL OR led.unit_id IS NOT NULL) AND (title, work_unit.id) > (%(title)s, %(id)s)
  AND (%(units)s::text[] IS NULL OR work_unit.id = ANY(%(units)s::text[]))
ORDER BY title, work_unit.id LIMIT %(limit)s
"""
_LEADS = """
SELECT lead.id, lead.agency_id, lead.unit_id, person.id AS person_id, family_name, given_name, lead.start_date,
  lead.end_date
FROM unit_lead AS lead JOIN person ON person.id = lead.person_id
WHERE lead.agency_id = %(agency)s AND (%(unit)s = '' OR lead.unit_id = %(unit)s)
  AND (%(person)s::uuid IS NULL OR lead.person_id = %(person)s)
  AND (%(units)s::text[] IS NULL OR lead.unit_id = ANY(%(units)s::text[]))
  AND (lead.start_date, lead.id) < (%(start)s::date, %(id)s::uuid)
ORDER BY lead.start_date DESC, lead.id DESC LIMIT %(limit)s
"""
_LEAD = """
SELECT lead.id, lead.agency_id, lead.unit_id, person.id AS person_id, family_name, given_name, lead.start_date,
  lead.end_date
FROM unit_lead AS lead JOIN person ON person.id = lead.person_id WHERE lead.id = %(id)s
"""
_LED = """
SELECT agency_id, unit_id FROM unit_lead
WHERE person_id = %(person)s AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
"""
_LAST_DAY, _LAST_ID = "infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"


class Unit(NamedTuple):
    """A unit of an agency on a day; *leads* as JSON, those to come last."""

    id: str
    title: str
    staff: int
    on_leave: int
    leads: list[dict[str, Any]]


class Lead(NamedTuple):
    """Who leads or led a unit of an agency."""

    id: UUID
    agency_id: str
    unit_id: str
    person_id: UUID
    family_name: str
    given_name: str
    start_date: date
    end_date: date | None


class Led(NamedTuple):
    """A unit of an agency that somebody leads."""

    agency_id: str
    unit_id: str


def units(db: Db, page: Page, *, agency_id: str, only: Collection[str] | None, day: date) -> list[Unit]:
    """Return a page of the units of an agency by title, one row more than its size if there are more.

    With *only*, of these alone.
    """
    title, id_ = page.after or ("", "")
    among = None if only is None else sorted(only)
    return db.all(Unit, _UNITS, agency=agency_id, day=day, units=among, title=title, id=id_, limit=page.size + 1)


def led(db: Db, person_id: UUID, *, day: date) -> list[Led]:
    """Return what a person leads on *day*, wherever they have a job by then."""
    return db.all(Led, _LED, person=person_id, day=day)


def leads(
    db: Db, page: Page, *, agency_id: str, unit_id: str, person_id: UUID | None, only: Collection[str] | None
) -> list[Lead]:
    """Return a page of who leads or led units of an agency ('' = any of them), the newest first.

    One row more than its size if there are more. With *only*, of these units alone.
    """
    start, id_ = page.after or (_LAST_DAY, _LAST_ID)
    return db.all(
        Lead,
        _LEADS,
        agency=agency_id,
        unit=unit_id,
        person=person_id,
        units=None if only is None else sorted(only),
        start=start,
        id=id_,
        limit=page.size + 1,
    )


def lead(db: Db, lead_id: UUID) -> Lead:
    """Return one of them."""
    return db.one(Lead, _LEAD, id=lead_id)
