"""Whom a sign-in names."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory.people.keepers import KEEPERS
from directory.rules import names
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_NAMED = """
SELECT id, staff_number, family_name, given_name, {keepers} AS keepers FROM person
WHERE (id = %(person)s::uuid OR staff_number = %(number)s::text
    OR (staff_key = %(key)s::text AND NOT EXISTS (SELECT FROM person AS exact WHERE exact.staff_number = %(number)s))
    OR (email_key = %(email)s::text AND email_confirmed_at IS NOT NULL))
  AND (%(anywhere)s OR ({keepers} && %(agencies)s::text[]
    AND EXISTS (SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = ANY(%(agencies)s)
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))))
""".replace("{keepers}", KEEPERS)
_CALLED = "SELECT id, family_name, given_name FROM person WHERE id = ANY(%(ids)s) ORDER BY id"
# The people of the demonstration's story, each the first by staff number who fits the part and is not on leave.
_PERSONAS = """
WITH here AS (
  SELECT person.id, staff_number, family_name, given_name, job.agency_id, job.job_class_id, job.local_title,
    agency.short_title,
    ARRAY(SELECT role FROM role_grant WHERE person_id = person.id AND revoked_at IS NULL
      AND split_part(scope, '/', 1) IN (job.agency_id, 'state')) AS roles
  FROM person JOIN job ON job.person_id = person.id JOIN agency ON agency.id = job.agency_id
  WHERE job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)
    AND NOT EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s))
), part AS (
  SELECT * FROM unnest(%(parts)s::text[], %(roles)s::text[], %(agencies)s::text[], %(titles)s::text[]) WITH ORDINALITY
    AS part (part, role, agency_id, title, n)
)
SELECT DISTINCT ON (part.n)
  part.part, here.id::text, staff_number, family_name, given_name, here.agency_id, short_title,
  (SELECT count(DISTINCT person_id)::int FROM job WHERE job.agency_id = here.agency_id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)) AS staff
FROM part JOIN here ON (part.agency_id = '' OR here.agency_id = part.agency_id)
  AND CASE WHEN part.title <> '' THEN here.local_title = part.title
    WHEN part.role = '' THEN here.roles = '{}' AND here.job_class_id LIKE 'child-support-specialist-%%'
    ELSE part.role = ANY(here.roles) END
  AND NOT (part.part = 'approver' AND 'policy_analyst' = ANY(here.roles))
  AND NOT (part.part = 'learner' AND EXISTS (
    SELECT FROM job WHERE job.person_id = here.id AND job.agency_id <> here.agency_id))
ORDER BY part.n, staff_number
"""
# And who was first recorded to speak for an organization outside, of those who do today and are not our staff.
_OUTSIDE_PERSONA = """
SELECT 'outside' AS part, person.id::text, staff_number, family_name, given_name, '' AS agency_id,
  organization.short_title, 0 AS staff
FROM affiliation JOIN person ON person.id = affiliation.person_id
JOIN organization ON organization.id = affiliation.organization_id
WHERE affiliation.start_date <= %(day)s AND (affiliation.end_date IS NULL OR affiliation.end_date > %(day)s)
  AND NOT EXISTS (SELECT FROM job WHERE job.person_id = person.id)
ORDER BY affiliation.recorded_at, affiliation.id LIMIT 1
"""


class Named(NamedTuple):
    """Whom an id, a number or an address names."""

    id: UUID
    staff_number: str
    family_name: str
    given_name: str
    keepers: list[str]


class Called(NamedTuple):
    """How somebody is called."""

    id: UUID
    family_name: str
    given_name: str


class Persona(NamedTuple):
    """A person of the demonstration's story."""

    part: str
    id: str
    staff_number: str
    family_name: str
    given_name: str
    agency_id: str
    short_title: str
    staff: int


def person_id_of(db: Db, staff_number: str) -> UUID:
    """Return who has a staff number."""
    found: list[UUID] = db.values("SELECT id FROM person WHERE staff_number = %(number)s", number=staff_number)
    if not found:
        raise NotFound(f"staffNumbers/{staff_number}")
    return found[0]


def called(db: Db, ids: Collection[UUID]) -> list[Called]:
    """Return how people are called, those of *ids* who are known."""
    return db.all(Called, _CALLED, ids=list(ids))


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


def personas(db: Db, parts: Sequence[tuple[str, str, str, str]], *, day: date) -> list[Persona]:
    """Return one person for each of *parts* (part, role, agency, title there; neither of these = a specialist).

    And one from outside, if there is any.
    """
    names, roles, agencies, titles = map(list, zip(*parts, strict=True))
    found = db.all(Persona, _PERSONAS, parts=names, roles=roles, agencies=agencies, titles=titles, day=day)
    return [*found, *db.all(Persona, _OUTSIDE_PERSONA, day=day)]
