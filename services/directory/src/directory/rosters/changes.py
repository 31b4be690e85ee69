"""What a roster file, matched with what is known of its people, changes: looked at, or made so.

Each change has one condition, which looking and making share: so a report says before what is done after. Looking
writes nothing that anybody else sees, and nobody waits for it.
"""

from dataclasses import dataclass
from datetime import date
from string import Template
from typing import NamedTuple
from uuid import UUID

from directory.people import news, role_news
from directory.rosters import known
from directory.rosters.rules.files import Roster
from directory.rules import roles
from directory.units import said
from servicekit.data.db import Db, count

_CONDITIONS = {
    "person_differs": """
given.id = person.id AND NOT given.elsewhere
  AND (person.family_name, person.given_name, coalesce(person.email, ''), person.telephone)
    IS DISTINCT FROM (given.family_name, given.given_name, coalesce(given.email, ''), given.telephone)
""",
    "job_differs": """
given.job_id = job.id
  AND (job.local_title, job.job_class_id, job.units, job.start_date, job.end_date)
    IS DISTINCT FROM (given.local_title, given.job_class_id, given.units, given.start_date, given.end_date)
""",
    "leave_differs": """
given.person_id = leave.person_id AND given.start_date = leave.start_date
  AND given.end_date IS DISTINCT FROM leave.end_date
""",
    "leave_is_new": """
NOT EXISTS (SELECT FROM leave WHERE leave.person_id = given.person_id AND leave.start_date = given.start_date)
""",
    "role_goes": """
role_grant.person_id = place.person_id AND role_grant.from_roster AND role_grant.revoked_at IS NULL
  AND (role_grant.scope = place.agency_id
    OR (role_grant.scope = 'state' AND agency.kind = 'state' AND %(whole)s))
  AND NOT EXISTS (
    SELECT FROM roster_role AS wanted
    WHERE wanted.person_id = role_grant.person_id AND wanted.role = role_grant.role
      AND wanted.scope = role_grant.scope)
""",
    "places": """
(SELECT DISTINCT person_id, agency_id FROM roster_role) AS place JOIN agency ON agency.id = place.agency_id
""",
}


def _filled(sql: str) -> str:
    """Return *sql* with the conditions that it names."""
    return Template(sql).substitute(_CONDITIONS)


_PEOPLE_LOOKED_AT = _filled("SELECT person.id FROM person JOIN roster_person AS given ON $person_differs")
_PEOPLE_CHANGED = _filled("""
UPDATE person SET
  family_name = given.family_name, given_name = given.given_name, email = given.email, email_key = given.email_key,
  telephone = given.telephone,
  sort_key = given.sort_key, search_key = given.search_key, version = person.version + 1
FROM roster_person AS given
WHERE $person_differs
RETURNING person.id
""")
_PEOPLE_ADDED = """
INSERT INTO person
  (id, staff_number, staff_key, family_name, given_name, email, email_key, telephone, sort_key, search_key, version,
   created_at)
SELECT id, staff_number, staff_key, family_name, given_name, email, email_key, telephone, sort_key, search_key, 1,
  %(at)s
FROM roster_person WHERE added
"""
_JOBS_LOOKED_AT = _filled("""
SELECT job.id, job.person_id, job.end_date IS NULL AND given.end_date IS NOT NULL AS ended
FROM job JOIN roster_job AS given ON $job_differs
""")
# A job whose end was told, and which goes on after all, is told as taken up again.
_JOBS_CHANGED = _filled("""
WITH before AS (
  SELECT job.* FROM job JOIN roster_job ON roster_job.job_id = job.id
), changed AS (
  UPDATE job SET
    local_title = given.local_title, job_class_id = given.job_class_id, units = given.units,
    start_date = given.start_date, end_date = given.end_date,
    hire_told = job.hire_told AND NOT (job.leaving_told AND coalesce(given.end_date > %(day)s, true)),
    leaving_told = job.leaving_told AND coalesce(given.end_date <= %(day)s, false)
  FROM roster_job AS given
  WHERE $job_differs
  RETURNING job.*
)
SELECT changed.agency_id, changed.person_id, before.end_date IS NULL AND changed.end_date IS NOT NULL AS ended,
  (changed.local_title, changed.job_class_id, changed.units)
    IS DISTINCT FROM (before.local_title, before.job_class_id, before.units) AS moved,
  changed.id
FROM changed JOIN before ON before.id = changed.id
""")
_NEW_JOBS_LOOKED_AT = "SELECT person_id FROM roster_job WHERE job_id IS NULL"
# Jobs are marked as told at once, since a second look at thousands would cost as much as the first.
_JOBS_ADDED = """
INSERT INTO job
  (id, person_id, agency_id, local_title, job_class_id, units, start_date, end_date, hire_told, leaving_told,
   recorded_at)
SELECT gen_random_uuid(), person_id, agency_id, local_title, job_class_id, units, start_date, end_date,
  start_date <= %(day)s AND coalesce(end_date > %(day)s, true), coalesce(end_date <= %(day)s, false), %(at)s
FROM roster_job WHERE job_id IS NULL
RETURNING agency_id, person_id, hire_told
"""
_LEAVES_LOOKED_AT = (
    _filled("SELECT given.person_id FROM leave JOIN roster_leave AS given ON $leave_differs"),
    _filled("SELECT given.person_id FROM roster_leave AS given WHERE $leave_is_new"),
)
_LEAVES_MADE = (
    _filled("""
    UPDATE leave SET end_date = given.end_date FROM roster_leave AS given WHERE $leave_differs RETURNING leave.person_id
    """),
    _filled("""
    INSERT INTO leave (id, person_id, start_date, end_date)
    SELECT gen_random_uuid(), person_id, start_date, end_date FROM roster_leave AS given WHERE $leave_is_new
    RETURNING person_id
    """),
)
# The roles of those who work at the agency, or are about to, become what the file says; hand-given ones stay.
_ROLES_WANTED = """
CREATE TEMPORARY TABLE roster_role ON COMMIT DROP AS
SELECT DISTINCT person_id, agency_id, role,
  CASE WHEN role = ANY(%(state_roles)s) THEN 'state' ELSE agency_id END AS scope
FROM roster_job LEFT JOIN LATERAL unnest(roles) AS given (role) ON true
WHERE end_date IS NULL OR end_date > %(day)s
"""
_ROLES_LOOKED_AT = (
    _filled("SELECT role_grant.person_id FROM role_grant CROSS JOIN $places WHERE $role_goes"),
    """
    SELECT person_id FROM roster_role AS wanted
    WHERE role IS NOT NULL AND NOT EXISTS (
      SELECT FROM role_grant
      WHERE role_grant.person_id = wanted.person_id AND role_grant.role = wanted.role
        AND role_grant.scope = wanted.scope AND role_grant.revoked_at IS NULL)
    """,
)
_ROLES_MADE = (
    _filled("""
    UPDATE role_grant SET revoked_at = %(at)s FROM $places WHERE $role_goes
    RETURNING role_grant.id, role_grant.person_id, role, scope
    """),
    """
    INSERT INTO role_grant (id, person_id, role, scope, from_roster, granted_at)
    SELECT DISTINCT ON (person_id, role, scope) gen_random_uuid(), person_id, role, scope, true, %(at)s
    FROM roster_role WHERE role IS NOT NULL
    ON CONFLICT (person_id, role, scope) WHERE revoked_at IS NULL DO NOTHING
    RETURNING id, person_id, role, scope
    """,
)
_ADDED = "SELECT id FROM roster_person WHERE added"
_UNCHANGED = """
SELECT count(*)::int AS rows FROM roster_job
WHERE job_id IS NOT NULL AND NOT job_id = ANY(%(jobs)s) AND NOT person_id = ANY(%(people)s)
"""


class _Job(NamedTuple):
    """A job that the file changes."""

    id: UUID
    person_id: UUID
    ended: bool


class _ChangedJob(NamedTuple):
    """A job that was changed: *moved* = in what it is, not in its days."""

    agency_id: str
    person_id: UUID
    ended: bool
    moved: bool
    id: UUID


class _Hired(NamedTuple):
    agency_id: str
    person_id: UUID
    hire_told: bool


@dataclass(frozen=True)
class Columns:
    """Which columns that touch nothing when they are missing a file has, and whether it is of the whole state."""

    roles: bool
    leads: bool
    whole: bool

    @classmethod
    def of(cls, roster: Roster, agency_id: str) -> "Columns":
        """Return what *roster*, a file of an agency or ('') of the whole state, has."""
        return cls("roles" in roster.columns, "leads" in roster.columns, not agency_id)


@dataclass(frozen=True)
class Changes:
    """Whose work, leave or roles a file changes, who leads what since then, and the figures of its report."""

    touched: set[UUID]
    leads: list[said.Change]
    counts: dict[str, int]


def look(db: Db, columns: Columns, *, day: date) -> Changes:
    """Return what the file would change."""
    named = _people(db, _PEOPLE_LOOKED_AT)
    jobs = db.all(_Job, _JOBS_LOOKED_AT)
    hired: list[UUID] = db.values(_NEW_JOBS_LOOKED_AT)
    leaves = _people(db, *_LEAVES_LOOKED_AT)
    granted: set[UUID] = set()
    if columns.roles:
        db.run(_ROLES_WANTED, state_roles=list(roles.STATE_ROLES), day=day)
        granted = _people(db, *_ROLES_LOOKED_AT, whole=columns.whole)
        db.run("DROP TABLE roster_role")
    led = said.look(db, known.leads(db, day), day=day) if columns.leads else []
    return _changes(db, named=named, jobs=jobs, hired=hired, elsewise=leaves | granted, led=led)


def make(db: Db, columns: Columns, *, day: date) -> Changes:
    """Make people, jobs, leave and roles what the file says, and tell it; return what was changed."""
    named = _people(db, _PEOPLE_CHANGED)
    db.run(_PEOPLE_ADDED, at=db.at)
    jobs = db.all(_ChangedJob, _JOBS_CHANGED, day=day)
    hired = db.all(_Hired, _JOBS_ADDED, day=day, at=db.at)
    leaves = _people(db, *_LEAVES_MADE)
    granted: set[UUID] = set()
    if columns.roles:
        db.run(_ROLES_WANTED, state_roles=list(roles.STATE_ROLES), day=day)
        granted = _make_roles(db, columns)
    led = []
    if columns.leads:
        lines = known.leads(db, day)
        led = said.look(db, lines, day=day)
        said.make(db, lines, day=day)
    changed = [_Job(job.id, job.person_id, job.ended) for job in jobs]
    new = [job.person_id for job in hired]
    changes = _changes(db, named=named, jobs=changed, hired=new, elsewise=leaves | granted, led=led)
    if changes.touched:
        news.tell_hired(db, [news.JobAt(job.agency_id, job.person_id) for job in hired if job.hire_told])
        news.tell(db, day=day, person_ids=changes.touched)
        moved = [job for job in jobs if job.moved and not job.ended]
        news.tell_moved(db, [news.JobAt(job.agency_id, job.person_id) for job in moved])
    return changes


def _changes(
    db: Db,
    *,
    named: set[UUID],
    jobs: list[_Job],
    hired: list[UUID],
    elsewise: set[UUID],
    led: list[said.Change],
) -> Changes:
    """Count what changed: names, jobs, *elsewise* whose leave or roles, and who leads a unit."""
    added = _people(db, _ADDED)
    changed = (named | elsewise | {change.person_id for change in led}) - added
    ended = sum(job.ended for job in jobs)
    unchanged = count(db, _UNCHANGED, jobs=[job.id for job in jobs], people=list(changed))
    return Changes(
        {job.person_id for job in jobs} | set(hired) | elsewise,
        led,
        {
            "people_added": len(added),
            "people_changed": len(changed),
            "jobs_added": len(hired),
            "jobs_changed": len(jobs) - ended,
            "jobs_ended": ended,
            "unchanged": unchanged,
            "leads_begun": sum(change.begins for change in led),
            "leads_ended": sum(not change.begins for change in led),
        },
    )


def _make_roles(db: Db, columns: Columns) -> set[UUID]:
    """Make roles what the file says, and return whose changed. Who comes with it is not told of their roles."""
    taken, given = (db.all(role_news.Held, sql, whole=columns.whole, at=db.at) for sql in _ROLES_MADE)
    new = _people(db, _ADDED)
    role_news.tell(db, given=[one for one in given if one.person_id not in new], taken=taken)
    return {one.person_id for one in (*taken, *given)}


def _people(db: Db, *queries: str, **parameters: object) -> set[UUID]:
    """Return the people in the only column of *queries*."""
    return {person for query in queries for person in db.values(query, **parameters)}
