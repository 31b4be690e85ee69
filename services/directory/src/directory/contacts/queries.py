"""Reads of roles and addresses. Each is one statement, however many rows it gives."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from directory.rules import roles
from servicekit.data.db import Db

_WORKS = """
SELECT FROM job WHERE job.person_id = held.person_id AND (agency.id IS NULL OR job.agency_id = agency.id)
  AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
"""
# A role counts while the person works there (`rules.roles.counts`). Leading a unit is being its supervisor.
_HOLDERS = f"""
WITH held AS (
  SELECT role, scope, person_id FROM role_grant
  WHERE revoked_at IS NULL AND role = ANY(%(roles)s::text[]) AND scope = ANY(%(scopes)s::text[])
  UNION
  SELECT %(lead)s::text, agency_id || '/units/' || unit_id, person_id FROM unit_lead
  WHERE %(lead)s::text = ANY(%(roles)s::text[]) AND agency_id || '/units/' || unit_id = ANY(%(scopes)s::text[])
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
)
SELECT role, scope, held.person_id::text AS person_id FROM held
LEFT JOIN agency ON agency.id = split_part(held.scope, '/', 1)
WHERE CASE WHEN agency.id IS NOT NULL THEN EXISTS ({_WORKS})
  ELSE EXISTS ({_WORKS} AND job.agency_id IN (SELECT id FROM agency WHERE kind = 'state'))
    OR NOT EXISTS (SELECT FROM job WHERE job.person_id = held.person_id
      AND job.agency_id IN (SELECT id FROM agency WHERE kind = 'state'))
END
UNION ALL
-- An address of an agency's list is told of as if it held a role there.
SELECT %(list)s::text, agency_id, id::text FROM mailing_address
WHERE %(list)s::text = ANY(%(roles)s::text[]) AND agency_id = ANY(%(scopes)s::text[]) AND removed_at IS NULL
ORDER BY scope, role, person_id
"""  # noqa: S608 - made of constants
# Whoever may sign in can be written to (`rules.roles.may_sign_in`).
_CONTACTS = """
SELECT person.id::text AS id, family_name, given_name, coalesce(email, '') AS email,
  EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s)) AS on_leave, '' AS list_of
FROM person
WHERE person.id = ANY(%(ids)s) AND (
  EXISTS (SELECT FROM job WHERE job.person_id = person.id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s))
  OR EXISTS (SELECT FROM role_grant WHERE person_id = person.id AND revoked_at IS NULL AND scope = %(state)s)
  AND NOT EXISTS (SELECT FROM job JOIN agency ON agency.id = job.agency_id
    WHERE job.person_id = person.id AND agency.kind = 'state')
  OR EXISTS (SELECT FROM affiliation WHERE affiliation.person_id = person.id
    AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)))
UNION ALL
-- Without a name of its own, mail speaks to the agency.
SELECT one.id::text, '', coalesce(nullif(one.title, ''), agency.short_title), address, false, agency_id
FROM mailing_address AS one JOIN agency ON agency.id = one.agency_id
WHERE one.id = ANY(%(ids)s) AND removed_at IS NULL
ORDER BY id
"""


_CLOSED = """
SELECT agency_id, day FROM agency_day WHERE closed AND day BETWEEN %(first)s AND %(last)s ORDER BY agency_id, day
"""
_CLOSED_WITHIN = timedelta(days=60)


class ClosedDay(NamedTuple):
    """A day on which an agency is closed, and the state is not."""

    agency_id: str
    day: date


class Holder(NamedTuple):
    """Somebody who holds a role; *scope* as it is kept: `state`, an agency's id, or `{agency}/units/{unit}`."""

    role: str
    scope: str
    person_id: str


class Contact(NamedTuple):
    """Where somebody can be written to; *email* is '' where none is recorded."""

    id: str
    family_name: str
    given_name: str
    email: str
    on_leave: bool
    # The agency on whose list an address is, '' of a person.
    list_of: str


def holders(db: Db, *, held: Collection[str], scopes: Collection[str], day: date) -> list[Holder]:
    """Return who holds one of the roles *held* for one of *scopes* on *day*, and which addresses are on lists there."""
    return db.all(
        Holder, _HOLDERS, roles=list(held), scopes=list(scopes), lead=roles.LEAD, list=roles.MAILING_LIST, day=day
    )


def contacts(db: Db, ids: Collection[UUID], *, day: date) -> list[Contact]:
    """Return how to reach those of these people who may sign in on *day*: at work or from outside.

    An id may also be that of an address that is on an agency's list.
    """
    return db.all(Contact, _CONTACTS, ids=list(ids), state=roles.STATE, day=day)


def closed_days(db: Db, first: date) -> list[ClosedDay]:
    """Return on which days from *first* on agencies are closed besides the state's."""
    return db.all(ClosedDay, _CLOSED, first=first, last=first + _CLOSED_WITHIN)
