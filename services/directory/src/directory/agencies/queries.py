"""Reads of agencies and of what else the reference data say. Each is one statement, however many rows it gives."""

from datetime import date
from typing import Any, NamedTuple

from directory.rules import roles
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# How many work there and whom to ask is looked up among people.
_AGENCY = """
SELECT agency.id, agency.title, short_title, sort_key, kind, region, size_class, population, source, until,
  (SELECT count(DISTINCT person_id)::int FROM job
   WHERE job.agency_id = agency.id AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)) AS staff,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('fips', fips, 'start_date', start_date, 'end_date', end_date)
     ORDER BY fips, start_date), '[]')
   FROM county_membership WHERE county_membership.agency_id = agency.id) AS counties,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('person', person.id, 'family_name', family_name,
     'given_name', given_name, 'email', coalesce(email, ''), 'telephone', telephone, 'role', role)
     ORDER BY role, sort_key, person.id), '[]')
   FROM role_grant JOIN person ON person.id = role_grant.person_id
   WHERE role_grant.scope = agency.id AND revoked_at IS NULL AND role = ANY(%(contact_roles)s)
     AND EXISTS (SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = agency.id
       AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))) AS contacts
FROM agency
"""
_REGIONS = "SELECT DISTINCT region FROM agency WHERE region <> '' ORDER BY region"


class Agency(NamedTuple):
    """An agency; *counties* and *contacts* as JSON."""

    id: str
    title: str
    short_title: str
    sort_key: str
    kind: str
    region: str
    size_class: str
    population: int
    source: str
    until: date | None
    staff: int
    counties: list[dict[str, Any]]
    contacts: list[dict[str, Any]]


class JobClass(NamedTuple):
    """A statewide class."""

    id: str
    title: str
    code: str


class WorkUnit(NamedTuple):
    """A work unit."""

    id: str
    title: str
    of_state: bool


def agencies(db: Db, page: Page, *, day: date) -> list[Agency]:
    """Return a page of agencies by name, one row more than its size if there are more."""
    after, key = "", {}
    if page.after is not None:
        after, key = (
            "WHERE (agency.sort_key, agency.id) > (%(title)s, %(id)s)",
            {"title": page.after[0], "id": page.after[1]},
        )
    query = f"{_AGENCY} {after} ORDER BY agency.sort_key, agency.id LIMIT %(limit)s"
    return db.all(Agency, query, day=day, contact_roles=list(roles.CONTACT_ROLES), limit=page.size + 1, **key)


def agency(db: Db, agency_id: str, *, day: date) -> Agency:
    """Return one agency."""
    query = f"{_AGENCY} WHERE agency.id = %(id)s"
    found = db.maybe(Agency, query, day=day, contact_roles=list(roles.CONTACT_ROLES), id=agency_id)
    if found is None:
        raise NotFound(f"agencies/{agency_id}")
    return found


def job_classes(db: Db) -> list[JobClass]:
    """Return all statewide classes by title."""
    return db.all(JobClass, "SELECT id, title, code FROM job_class ORDER BY title, id")


def work_units(db: Db) -> list[WorkUnit]:
    """Return all work units by title."""
    return db.all(WorkUnit, "SELECT id, title, of_state FROM work_unit ORDER BY title, id")


def regions(db: Db) -> list[str]:
    """Return the regions that agencies are of."""
    return db.values(_REGIONS)
