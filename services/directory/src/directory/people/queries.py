"""Reads of people that decide nothing. Each is one statement, however many rows it gives."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from directory.people.keepers import KEEPERS
from directory.rules import roles
from servicekit.data.db import Db, count
from servicekit.paging import Page
from servicekit.refusals import NotFound
from servicekit.rpc.calls import Scope

# Whom everybody may ask: agencies' contacts and the state's staff.
_PUBLIC = """
(EXISTS (SELECT FROM job JOIN agency ON agency.id = job.agency_id WHERE job.person_id = person.id
    AND agency.kind = 'state' AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))
  OR EXISTS (SELECT FROM role_grant JOIN job ON job.person_id = role_grant.person_id AND job.agency_id = scope
    WHERE role_grant.person_id = person.id AND revoked_at IS NULL AND role = ANY(%(contact_roles)s)
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)))
"""
# Who speaks for an organization outside: read here, above, since names are joined to ids here alone.
_SPEAKS = "affiliation.start_date <= %(day)s AND (affiliation.end_date IS NULL OR affiliation.end_date > %(day)s)"
_PERSON = (
    """
SELECT person.id::text, staff_number, family_name, given_name, coalesce(email, '') AS email, telephone, sort_key,
  version,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', agency_id, 'local_title', local_title,
     'job_class', job_class_id, 'units', units, 'start_date', start_date, 'end_date', end_date)
     ORDER BY start_date, end_date, agency_id), '[]')
   FROM job WHERE job.person_id = person.id) AS jobs,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('start_date', start_date, 'end_date', end_date) ORDER BY start_date),
     '[]')
   FROM leave WHERE leave.person_id = person.id) AS leaves,
  EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s)) AS on_leave,
  {keepers} AS keepers, {public} AS is_public, email_confirmed_at IS NOT NULL AS email_confirmed,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('organization', organization.id, 'called', organization.short_title,
     'title', affiliation.title, 'may_be_named', organization.listed OR organization.kind <> 'TRIBE')
     ORDER BY affiliation.start_date, organization.id), '[]')
   FROM affiliation JOIN organization ON organization.id = organization_id
   WHERE affiliation.person_id = person.id AND {speaks}) AS affiliations
FROM person
""".replace("{speaks}", _SPEAKS)
    .replace("{keepers}", KEEPERS)
    .replace("{public}", _PUBLIC)
)
# Looked up in a table of those few that is made once, and not joined: how many those are is guessed, and when it was
# guessed badly, each of an agency's people was compared with each of them.
_AWAY = """
job.person_id IN (
  SELECT leave.person_id FROM leave
  WHERE leave.start_date <= %(day)s AND (leave.end_date IS NULL OR leave.end_date >= %(day)s))
"""
_WORKS_HERE = """
agency_id = %(agency)s AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
  AND (%(units)s::text[] IS NULL OR units && %(units)s::text[])
"""
_COUNTS = f"""
SELECT count(*)::int AS staff, count(*) FILTER (WHERE start_date > %(day)s::date - 90)::int AS new,
  count(*) FILTER (WHERE {_AWAY})::int AS on_leave, count(*) FILTER (WHERE units = '{{}}')::int AS no_unit_recorded
FROM job WHERE {_WORKS_HERE}
"""  # noqa: S608 - made of constants
_CLASS_COUNTS = f"""
SELECT job_class_id AS job_class, count(DISTINCT person_id)::int AS staff,
  count(DISTINCT person_id) FILTER (WHERE {_AWAY})::int AS on_leave
FROM job WHERE {_WORKS_HERE}
GROUP BY job_class_id ORDER BY job_class_id
"""  # noqa: S608 - made of constants
# Who has or had a job at an agency whose people are read, or in a unit whose people are.
_READ = """
EXISTS (SELECT FROM job WHERE job.person_id = person.id AND (job.agency_id = ANY(%(agencies)s) OR EXISTS (
  SELECT FROM unnest(job.units) AS unit WHERE job.agency_id || '/' || unit = ANY(%(units)s))))
"""
_VISIBLE = (
    """
SELECT person.id::text, {read} OR %(whole)s OR person.id = %(caller)s AS whole
FROM person
WHERE person.id = ANY(%(ids)s) AND (%(whole)s OR person.id = %(caller)s OR {read} OR (NOT %(outside)s AND {public})
  OR EXISTS (SELECT FROM affiliation WHERE affiliation.person_id = person.id AND {speaks}))
""".replace("{read}", _READ)
    .replace("{public}", _PUBLIC)
    .replace("{speaks}", _SPEAKS)
)
_READ_BY = f"SELECT count(*) FROM person WHERE person.id = %(person)s AND {_READ}"  # noqa: S608 - constants only
_POSTS = """
SELECT job.agency_id, agency.region, agency.kind, job.job_class_id, job.units, start_date, end_date
FROM job JOIN agency ON agency.id = job.agency_id
WHERE job.person_id = %(person)s
ORDER BY agency.sort_key
"""
_GRANTS = """
SELECT id::text, role, scope FROM role_grant WHERE person_id = %(person)s AND revoked_at IS NULL ORDER BY scope, role
"""

_STATE_HOLDERS = """
SELECT person.id FROM person
WHERE EXISTS (SELECT FROM role_grant
    WHERE person_id = person.id AND role = %(role)s AND scope = %(state)s AND revoked_at IS NULL)
  AND EXISTS (SELECT FROM job
    WHERE job.person_id = person.id AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))
ORDER BY sort_key, person.id
"""


class Person(NamedTuple):
    """A person; *jobs* and *leaves* as JSON."""

    id: str
    staff_number: str
    family_name: str
    given_name: str
    email: str
    telephone: str
    sort_key: str
    version: int
    jobs: list[dict[str, Any]]
    leaves: list[dict[str, Any]]
    on_leave: bool
    keepers: list[str]
    is_public: bool
    email_confirmed: bool
    affiliations: list[dict[str, Any]]


class StaffCounts(NamedTuple):
    """How many work at an agency, and how many of them are new, on leave, or without a recorded unit."""

    staff: int
    new: int
    on_leave: int
    no_unit_recorded: int


class ClassCount(NamedTuple):
    """How many at an agency have a job of a class, and how many of them are on leave."""

    job_class: str
    staff: int
    on_leave: int


class Grant(NamedTuple):
    """A role that was given and was not revoked."""

    id: str
    role: str
    scope: str


class Post(NamedTuple):
    """A job of a person, and what its agency is."""

    agency_id: str
    region: str
    kind: str
    job_class_id: str
    units: list[str]
    start_date: date
    end_date: date | None

    def holds(self, day: date) -> bool:
        """Whether it goes on on *day*."""
        return self.start_date <= day and (self.end_date is None or day < self.end_date)


class _Visible(NamedTuple):
    id: str
    whole: bool


def staff_counts(db: Db, agency_id: str, *, units: Collection[str] | None, day: date) -> StaffCounts:
    """Count who works at the agency, and how many of them are new, on leave, or without a recorded unit.

    With *units*, of those in one of these alone.
    """
    among = None if units is None else sorted(units)
    return db.one(StaffCounts, _COUNTS, agency=agency_id, units=among, day=day)


def class_counts(db: Db, agency_id: str, *, units: Collection[str] | None, day: date) -> list[ClassCount]:
    """Count who works at the agency by class of jobs; with *units*, of those in one of these alone."""
    among = None if units is None else sorted(units)
    return db.all(ClassCount, _CLASS_COUNTS, agency=agency_id, units=among, day=day)


def page_of(db: Db, source: str, page: Page, *, day: date, **values: object) -> tuple[list[Person], int]:
    """Return a page of the people of *source* (`FROM person …`) by name, and how many there are in all.

    They are found first, so that jobs and leaves are looked up for them alone.
    """
    after, key = "", {}
    if page.after is not None:
        after, key = (
            "AND (sort_key, person.id) > (%(name)s, %(id)s::uuid)",
            {"name": page.after[0], "id": page.after[1]},
        )
    query = f"""{_PERSON} WHERE person.id IN (
      SELECT person.id {source} {after} ORDER BY sort_key, person.id LIMIT %(limit)s)
    ORDER BY sort_key, person.id"""
    rows = db.all(Person, query, limit=page.size + 1, contact_roles=list(roles.CONTACT_ROLES), day=day, **values, **key)
    return rows, count(db, f"SELECT count(*) {source}", day=day, **values)


def people(db: Db, ids: Collection[UUID], *, day: date) -> list[Person]:
    """Return people with jobs and leaves, by name."""
    query = f"{_PERSON} WHERE person.id = ANY(%(ids)s) ORDER BY sort_key, person.id"
    return db.all(Person, query, ids=list(ids), day=day, contact_roles=list(roles.CONTACT_ROLES))


def state_holders(db: Db, role: str, *, day: date) -> list[UUID]:
    """Return who holds *role* for the state and works somewhere on *day*, by name."""
    return db.values(_STATE_HOLDERS, role=role, state=roles.STATE, day=day)


def person(db: Db, person_id: UUID, *, day: date) -> Person:
    """Return one person."""
    rows = people(db, [person_id], day=day)
    if not rows:
        raise NotFound(f"people/{person_id}")
    return rows[0]


def visible(
    db: Db, ids: Collection[UUID], *, caller: UUID | None, reach: Scope, outside: bool, day: date
) -> dict[str, bool]:
    """Return whom of *ids* the caller may see: True = whole, False = name and address only.

    Whole: the caller, and those who have or had a job at an agency, or in a unit, whose people they read. Else:
    agencies' contacts and the state's staff, whom everybody may ask but callers from *outside*; and who speaks for an
    organization outside: whoever has their id was told it by what they take part in.
    """
    rows = db.all(
        _Visible,
        _VISIBLE,
        ids=list(ids),
        caller=caller,
        whole=reach.whole,
        outside=outside,
        **_places(reach),
        day=day,
        contact_roles=list(roles.CONTACT_ROLES),
    )
    return dict(rows)


def grants(db: Db, person_id: UUID) -> list[Grant]:
    """Return the roles that a person was given and that were not revoked."""
    return db.all(Grant, _GRANTS, person=person_id)


def jobs(db: Db, person_id: UUID) -> list[Post]:
    """Return a person's jobs, whenever they were or will be, by agency."""
    return db.all(Post, _POSTS, person=person_id)


def standing(db: Db, person_id: UUID, *, day: date) -> tuple[list[roles.Grant], roles.Work]:
    """Return what decides a person's rights on *day*: roles, and where they work and worked."""
    held = jobs(db, person_id)
    work = roles.Work(
        now=frozenset(job.agency_id for job in held if job.holds(day)),
        ever=frozenset(job.agency_id for job in held if job.start_date <= day),
        of_state=frozenset(job.agency_id for job in held if job.kind == "state"),
    )
    return [roles.Grant(one.role, one.scope) for one in grants(db, person_id)], work


def read_by(db: Db, person_id: UUID, reach: Scope) -> bool:
    """Whether a person has or had a job at an agency, or in a unit, that *reach* holds."""
    return count(db, _READ_BY, person=person_id, **_places(reach)) > 0


def _places(reach: Scope) -> dict[str, list[str]]:
    units = sorted(reach.parts("agencies", "units"))
    return {"agencies": sorted(reach.ids("agencies")), "units": [f"{agency}/{unit}" for agency, unit in units]}
