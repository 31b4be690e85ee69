"""Reads of organizations outside, and of who speaks for them. Each is one statement, however many rows it gives."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_SPEAKS = "affiliation.start_date <= %(day)s AND (affiliation.end_date IS NULL OR affiliation.end_date > %(day)s)"
_ORGANIZATIONS = f"""
SELECT id, title, short_title, kind, listed, consent_by, consent_on, source, version, sort_key,
  (SELECT count(*)::int FROM affiliation WHERE organization_id = organization.id AND {_SPEAKS}) AS people
FROM organization
"""  # noqa: S608 - made of constants
# Those who speak for it, or will, before those who did.
_PEOPLE = """
SELECT person.id AS person_id, staff_number, given_name, family_name, coalesce(email, '') AS email, person.version,
  affiliation.id, organization_id, affiliation.title, affiliation.start_date, affiliation.end_date, end_reason,
  sort_key, coalesce(affiliation.end_date <= %(day)s, false) AS over
FROM affiliation JOIN person ON person.id = affiliation.person_id
"""
_OF_ORGANIZATION = f"""
{_PEOPLE} WHERE organization_id = %(organization)s
  AND (coalesce(affiliation.end_date <= %(day)s, false), sort_key, affiliation.id)
    > (%(over)s, %(name)s, %(id)s::uuid)
ORDER BY over, sort_key, affiliation.id LIMIT %(limit)s
"""
_FIRST_ID = "00000000-0000-0000-0000-000000000000"
_SPOKEN_FOR = f"SELECT organization_id FROM affiliation WHERE person_id = %(person)s AND {_SPEAKS} ORDER BY 1"  # noqa: S608


class Organization(NamedTuple):
    """An organization, and how many speak for it today."""

    id: str
    title: str
    short_title: str
    kind: str
    listed: bool
    consent_by: str
    consent_on: date | None
    source: str
    version: int
    sort_key: str
    people: int


class OutsidePerson(NamedTuple):
    """Who speaks, will speak or spoke for an organization; *over*: they did."""

    person_id: UUID
    staff_number: str
    given_name: str
    family_name: str
    email: str
    version: int
    id: UUID
    organization_id: str
    title: str
    start_date: date
    end_date: date | None
    end_reason: str
    sort_key: str
    over: bool


def organizations(db: Db, page: Page, *, unlisted: bool, day: date) -> list[Organization]:
    """Return a page of organizations by title, one row more than its size if there are; also *unlisted* ones if so."""
    title, id_ = page.after or ("", "")
    query = f"""{_ORGANIZATIONS} WHERE (listed OR %(unlisted)s) AND (sort_key, id) > (%(title)s, %(id)s)
    ORDER BY sort_key, id LIMIT %(limit)s"""
    return db.all(Organization, query, unlisted=unlisted, title=title, id=id_, limit=page.size + 1, day=day)


def organization(db: Db, organization_id: str, *, unlisted: bool, day: date) -> Organization:
    """Return one organization; one that is not listed only if also *unlisted* ones are asked for."""
    query = f"{_ORGANIZATIONS} WHERE id = %(id)s AND (listed OR %(unlisted)s)"
    found = db.maybe(Organization, query, id=organization_id, unlisted=unlisted, day=day)
    if found is None:
        raise NotFound(f"organizations/{organization_id}")
    return found


def people(db: Db, page: Page, organization_id: str, *, day: date) -> list[OutsidePerson]:
    """Return a page of who speaks, will speak or spoke for an organization, one row more than its size if there are."""
    over, name, id_ = page.after or (False, "", _FIRST_ID)
    return db.all(
        OutsidePerson,
        _OF_ORGANIZATION,
        organization=organization_id,
        over=over,
        name=name,
        id=id_,
        limit=page.size + 1,
        day=day,
    )


def person(db: Db, affiliation_id: UUID, *, day: date) -> OutsidePerson:
    """Return somebody by what they speak for."""
    found = db.maybe(OutsidePerson, f"{_PEOPLE} WHERE affiliation.id = %(id)s", id=affiliation_id, day=day)
    if found is None:
        raise NotFound(f"affiliations/{affiliation_id}")
    return found


def spoken_for(db: Db, person_id: UUID, *, day: date) -> list[str]:
    """Return for which organizations somebody speaks on *day*."""
    found: list[str] = db.values(_SPOKEN_FOR, person=person_id, day=day)
    return found
