"""Reads that decide nothing. Each is one statement, however many rows it gives."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory.keepers import KEEPERS
from directory.records import Agency, Grant, JobClass, Named, Person, Persona, Post, StaffCounts, WorkUnit
from directory.rules import expressions, names, roles
from servicekit.calendar import pacific_date
from servicekit.data.db import Db, count
from servicekit.paging import Page
from servicekit.refusals import NotFound

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
# Whom everybody may ask: agencies' contacts and the state's staff.
_PUBLIC = """
(EXISTS (SELECT FROM job JOIN agency ON agency.id = job.agency_id WHERE job.person_id = person.id
    AND agency.kind = 'state' AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))
  OR EXISTS (SELECT FROM role_grant JOIN job ON job.person_id = role_grant.person_id AND job.agency_id = scope
    WHERE role_grant.person_id = person.id AND revoked_at IS NULL AND role = ANY(%(contact_roles)s)
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)))
"""
_PERSON = """
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
  {keepers} AS keepers, {public} AS is_public, email_confirmed_at IS NOT NULL AS email_confirmed
FROM person
""".replace("{keepers}", KEEPERS).replace("{public}", _PUBLIC)
# One page's people are found first, so that jobs and leaves are looked up for them alone.
_STAFF = """
FROM person JOIN job ON job.person_id = person.id
WHERE job.agency_id = %(agency)s AND job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)
  {filters}
"""
_LEFT = """
FROM person JOIN (
  SELECT person_id FROM job WHERE agency_id = %(agency)s
  GROUP BY person_id HAVING max(coalesce(end_date, 'infinity')) BETWEEN %(day)s::date - 90 AND %(day)s
) AS gone ON gone.person_id = person.id
WHERE true {filters}
"""
_ABSENT = """
FROM person WHERE EXISTS (
  SELECT FROM roster_absent JOIN job ON job.person_id = roster_absent.person_id
    AND job.agency_id = roster_absent.agency_id
  WHERE import_id = %(import_id)s AND roster_absent.person_id = person.id
    AND start_date <= %(day)s AND end_date IS NULL)
"""
_COUNTS = """
SELECT count(*)::int AS staff, count(*) FILTER (WHERE start_date > %(day)s::date - 30)::int AS new,
  count(away.person_id)::int AS on_leave, count(*) FILTER (WHERE units = '{}')::int AS no_unit_recorded
FROM job LEFT JOIN (
  SELECT DISTINCT person_id FROM leave WHERE start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s)
) AS away ON away.person_id = job.person_id
WHERE agency_id = %(agency)s AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
"""
_FILTERS = {
    "new": "AND job.start_date > %(day)s::date - 30",
    "unit": "AND %(unit)s = ANY(job.units)",
    "no_unit": "AND job.units = '{}'",
    "on_leave": """AND EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s))""",
    "unconfirmed": "AND person.email_key IS NOT NULL AND person.email_confirmed_at IS NULL",
    "query": "AND person.search_key LIKE ALL(%(patterns)s)",
}
_VISIBLE = """
SELECT person.id::text, EXISTS (SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = ANY(%(agencies)s))
  OR %(whole)s OR person.id = %(caller)s AS whole
FROM person
WHERE person.id = ANY(%(ids)s) AND (
  %(whole)s OR person.id = %(caller)s
  OR EXISTS (SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = ANY(%(agencies)s))
  OR {public})
""".replace("{public}", _PUBLIC)
_POSTS = """
SELECT job.agency_id, agency.region, agency.kind, job.job_class_id, job.units, start_date, end_date
FROM job JOIN agency ON agency.id = job.agency_id
WHERE job.person_id = %(person)s
ORDER BY agency.sort_key
"""
_GRANTS = """
SELECT id::text, role, scope FROM role_grant WHERE person_id = %(person)s AND revoked_at IS NULL ORDER BY scope, role
"""
_NAMED = """
SELECT id, staff_number, family_name, given_name, {keepers} AS keepers FROM person
WHERE (id = %(person)s::uuid OR staff_number = %(number)s::text
    OR (staff_key = %(key)s::text AND NOT EXISTS (SELECT FROM person AS exact WHERE exact.staff_number = %(number)s))
    OR (email_key = %(email)s::text AND email_confirmed_at IS NOT NULL))
  AND (%(anywhere)s OR ({keepers} && %(agencies)s::text[]
    AND EXISTS (SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = ANY(%(agencies)s)
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))))
""".replace("{keepers}", KEEPERS)
_VOCABULARY = """
SELECT
  (SELECT coalesce(jsonb_object_agg(id, short_title), '{}') FROM agency) AS agencies,
  (SELECT coalesce(jsonb_agg(DISTINCT region), '[]') FROM agency WHERE region <> '') AS regions,
  (SELECT coalesce(jsonb_object_agg(id, title), '{}') FROM job_class) AS job_classes,
  (SELECT coalesce(jsonb_object_agg(id, title), '{}') FROM work_unit) AS units,
  (SELECT count(*)::int FROM agency WHERE kind <> 'state' AND (until IS NULL OR until > %(day)s))
    AS local_agencies
"""
# The people of the demonstration's story, each the first by staff number who fits the part and is not on leave.
_PERSONAS = """
WITH here AS (
  SELECT person.id, staff_number, family_name, given_name, job.agency_id, job.job_class_id, agency.short_title,
    ARRAY(SELECT role FROM role_grant WHERE person_id = person.id AND revoked_at IS NULL
      AND scope IN (job.agency_id, 'state')) AS roles
  FROM person JOIN job ON job.person_id = person.id JOIN agency ON agency.id = job.agency_id
  WHERE job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)
    AND NOT EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s))
), part AS (
  SELECT * FROM unnest(%(parts)s::text[], %(roles)s::text[], %(agencies)s::text[]) WITH ORDINALITY
    AS part (part, role, agency_id, n)
)
SELECT DISTINCT ON (part.n)
  part.part, here.id::text, staff_number, family_name, given_name, here.agency_id, short_title,
  (SELECT count(DISTINCT person_id)::int FROM job WHERE job.agency_id = here.agency_id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)) AS staff
FROM part JOIN here ON (part.agency_id = '' OR here.agency_id = part.agency_id)
  AND CASE WHEN part.role = '' THEN here.roles = '{}' AND here.job_class_id LIKE 'child-support-specialist-%%'
    ELSE part.role = ANY(here.roles) END
  AND NOT (part.part = 'approver' AND 'policy_analyst' = ANY(here.roles))
  AND NOT (part.part = 'learner' AND EXISTS (
    SELECT FROM job WHERE job.person_id = here.id AND job.agency_id <> here.agency_id))
ORDER BY part.n, staff_number
"""


class _Vocabulary(NamedTuple):
    agencies: dict[str, str]
    regions: list[str]
    job_classes: dict[str, str]
    units: dict[str, str]
    local_agencies: int


class _Visible(NamedTuple):
    id: str
    whole: bool


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


def vocabulary(db: Db) -> expressions.Vocabulary:
    """Return all that an audience may name, with titles."""
    row = db.one(_Vocabulary, _VOCABULARY, day=pacific_date(db.at))
    return expressions.Vocabulary(
        agencies=row.agencies,
        regions=frozenset(row.regions),
        job_classes=row.job_classes,
        units=row.units,
        local_agencies=row.local_agencies,
    )


def job_classes(db: Db) -> list[JobClass]:
    """Return all statewide classes by title."""
    return db.all(JobClass, "SELECT id, title, code FROM job_class ORDER BY title, id")


def work_units(db: Db) -> list[WorkUnit]:
    """Return all work units by title."""
    return db.all(WorkUnit, "SELECT id, title, of_state FROM work_unit ORDER BY title, id")


def staff(
    db: Db,
    agency_id: str,
    page: Page,
    *,
    words: Sequence[str],
    unit: str,
    only_on_leave: bool,
    only_new: bool,
    only_left: bool,
    only_unconfirmed: bool,
    day: date,
) -> tuple[list[Person], int]:
    """Return a page of those who work at the agency today, by name, and how many there are in all.

    *words* must all occur in the name or staff number; *unit* `none` = no unit recorded, empty = any. *only_left*
    gives those who left lately instead, of whom no unit and nothing new is asked.
    """
    chosen = [
        _FILTERS[name]
        for name, wanted in (
            ("no_unit", unit == "none" and not only_left),
            ("unit", unit not in ("", "none") and not only_left),
            ("new", only_new and not only_left),
            ("on_leave", only_on_leave),
            ("unconfirmed", only_unconfirmed),
            ("query", bool(words)),
        )
        if wanted
    ]
    source = (_LEFT if only_left else _STAFF).format(filters=" ".join(chosen))
    values = {"agency": agency_id, "day": day, "unit": unit, "patterns": [f"%{_literal(word)}%" for word in words]}
    after, key = "", {}
    if page.after is not None:
        after, key = (
            "AND (sort_key, person.id) > (%(name)s, %(id)s::uuid)",
            {"name": page.after[0], "id": page.after[1]},
        )
    query = f"""{_PERSON} WHERE person.id IN (
      SELECT person.id {source} {after} ORDER BY sort_key, person.id LIMIT %(limit)s)
    ORDER BY sort_key, person.id"""
    rows = db.all(Person, query, limit=page.size + 1, contact_roles=list(roles.CONTACT_ROLES), **values, **key)
    return rows, count(db, f"SELECT count(*) {source}", **values)


def staff_counts(db: Db, agency_id: str, *, day: date) -> StaffCounts:
    """Count who works at the agency, and how many of them are new, on leave, or without a recorded unit."""
    return db.one(StaffCounts, _COUNTS, agency=agency_id, day=day)


def not_in_file(db: Db, import_id: UUID, page: Page, *, day: date) -> tuple[list[Person], int]:
    """Return a page of those who were missing from a roster file and work there still, by name, and how many."""
    after, key = "", {}
    if page.after is not None:
        after, key = (
            "AND (sort_key, person.id) > (%(name)s, %(id)s::uuid)",
            {"name": page.after[0], "id": page.after[1]},
        )
    query = f"""{_PERSON} WHERE person.id IN (
      SELECT person.id {_ABSENT} {after} ORDER BY sort_key, person.id LIMIT %(limit)s)
    ORDER BY sort_key, person.id"""
    values = {"import_id": import_id, "day": day, "contact_roles": list(roles.CONTACT_ROLES)}
    rows = db.all(Person, query, limit=page.size + 1, **values, **key)
    return rows, count(db, f"SELECT count(*) {_ABSENT}", import_id=import_id, day=day)


def people(db: Db, ids: Collection[UUID], *, day: date) -> list[Person]:
    """Return people with jobs and leaves, by name."""
    query = f"{_PERSON} WHERE person.id = ANY(%(ids)s) ORDER BY sort_key, person.id"
    return db.all(Person, query, ids=list(ids), day=day, contact_roles=list(roles.CONTACT_ROLES))


def person(db: Db, person_id: UUID, *, day: date) -> Person:
    """Return one person."""
    rows = people(db, [person_id], day=day)
    if not rows:
        raise NotFound(f"people/{person_id}")
    return rows[0]


def visible(
    db: Db, ids: Collection[UUID], *, caller: UUID | None, agency_ids: Collection[str], whole: bool, day: date
) -> dict[str, bool]:
    """Return whom of *ids* the caller may see: True = whole, False = name and address only.

    Whole: the caller, and those who have or had a job at an agency whose people they read. Else: agencies' contacts and
    the state's staff, whom everybody may ask.
    """
    rows = db.all(
        _Visible,
        _VISIBLE,
        ids=list(ids),
        caller=caller,
        agencies=list(agency_ids),
        whole=whole,
        day=day,
        contact_roles=list(roles.CONTACT_ROLES),
    )
    return dict(rows)


def person_id_of(db: Db, staff_number: str) -> UUID:
    """Return who has a staff number."""
    found: list[UUID] = db.values("SELECT id FROM person WHERE staff_number = %(number)s", number=staff_number)
    if not found:
        raise NotFound(f"staffNumbers/{staff_number}")
    return found[0]


def person_named(
    db: Db, *, person_id: UUID | None, staff_number: str, email: str, agencies: Collection[str] | None, day: date
) -> Named | None:
    """Return id, number, name and keepers of whom an id, a number or an address names.

    *agencies*: only whom they keep, with a job there on *day*; None = anywhere, or nowhere.
    """
    rows = db.all(
        Named,
        _NAMED,
        person=person_id,
        number=staff_number or None,
        key=names.staff_key(staff_number) or None,
        email=email.casefold() or None,
        anywhere=agencies is None,
        agencies=list(agencies or ()),
        day=day,
    )
    return rows[0] if rows else None


def grants(db: Db, person_id: UUID) -> list[Grant]:
    """Return the roles that a person was given and that were not revoked."""
    return db.all(Grant, _GRANTS, person=person_id)


def standing(db: Db, person_id: UUID, *, day: date) -> tuple[list[roles.Grant], roles.Work]:
    """Return what decides a person's rights on *day*: roles, and where they work and worked."""
    jobs = db.all(Post, _POSTS, person=person_id)
    work = roles.Work(
        now=frozenset(job.agency_id for job in jobs if job.holds(day)),
        ever=frozenset(job.agency_id for job in jobs if job.start_date <= day),
        of_state=frozenset(job.agency_id for job in jobs if job.kind == "state"),
    )
    return [roles.Grant(one.role, one.scope) for one in grants(db, person_id)], work


def posts(db: Db, person_id: UUID, *, day: date) -> list[expressions.Post]:
    """Return a person's jobs on *day* as audiences see them."""
    given, work = standing(db, person_id, day=day)
    return [
        expressions.Post(
            person=str(person_id),
            agency=job.agency_id,
            region=job.region,
            local=job.kind != "state",
            job_class=job.job_class_id,
            units=tuple(job.units),
            roles=frozenset(
                grant.role
                for grant in given
                if grant.scope in (job.agency_id, roles.STATE) and roles.counts(grant, work)
            ),
        )
        for job in db.all(Post, _POSTS, person=person_id)
        if job.holds(day)
    ]


def worked_at(db: Db, person_id: UUID, agency_ids: Collection[str]) -> bool:
    """Whether a person has or had a job at one of the agencies."""
    query = "SELECT count(*) FROM job WHERE person_id = %(person)s AND agency_id = ANY(%(agencies)s)"
    return count(db, query, person=person_id, agencies=list(agency_ids)) > 0


def personas(db: Db, parts: Sequence[tuple[str, str, str]], *, day: date) -> list[Persona]:
    """Return one person for each of *parts* (part, role, agency; empty role = a specialist without any)."""
    names, held, places = zip(*parts, strict=True)
    return db.all(Persona, _PERSONAS, parts=list(names), roles=list(held), agencies=list(places), day=day)


def _literal(word: str) -> str:
    """Return *word* for LIKE, with nothing special in it."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
