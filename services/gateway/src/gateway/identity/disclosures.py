"""The trail of disclosures: who looked at whose record, or took names along.

It stands in the database that says who is signed in: without it there is no page, so that none is shown that could not
be recorded.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from servicekit.data.db import Database

VIEW, EXPORT, PRINT = "VIEW", "EXPORT", "PRINT"
# A look into the index for what is too old, and the row.
_RECORD = """
WITH old AS (DELETE FROM disclosure WHERE at < %(old)s)
INSERT INTO disclosure (at, actor, role, what, way, person, agency, people, filters, purpose)
VALUES (%(at)s, %(actor)s, %(role)s, %(what)s, %(way)s, %(person)s, %(agency)s, %(people)s, %(filters)s, %(purpose)s)
"""
_ROWS = """
SELECT id, at, actor, role, what, way, person, agency, people, filters, purpose FROM disclosure
WHERE {which} AND (%(before)s::bigint = 0 OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s
"""
_COUNTS = """
SELECT agency, role, way, count(*)::int AS times, sum(people)::int AS people FROM disclosure
WHERE at >= %(since)s GROUP BY agency, role, way ORDER BY agency, role, way
"""
_LISTS = """
SELECT agency, '' AS role, way, count(*)::int AS times, sum(people)::int AS people FROM disclosure
WHERE agency = ANY(%(agencies)s) AND person = '' AND at >= %(since)s GROUP BY agency, way ORDER BY agency, way
"""


class Disclosure(NamedTuple):
    """What is recorded of one page or file."""

    actor: str
    role: str
    what: str
    way: str
    person: str
    agency: str
    people: int
    filters: str
    purpose: str


class Row(NamedTuple):
    """A row of the trail."""

    id: int
    at: datetime
    actor: str
    role: str
    what: str
    way: str
    person: str
    agency: str
    people: int
    filters: str
    purpose: str


class Counted(NamedTuple):
    """How often names of an agency were disclosed to a role, and how many."""

    agency: str
    role: str
    way: str
    times: int
    people: int


def record(database: Database, one: Disclosure, at: datetime, *, days: int) -> None:
    """Add a row; forget what is older than *days*."""
    with database.read(at) as db:
        db.run(_RECORD, at=at, old=at - timedelta(days=days), **one._asdict())


def of_person(database: Database, person: str, at: datetime, *, before: int, limit: int) -> list[Row]:
    """Return who looked at the record of *person*, the newest first, from before a row on (0 = from the newest)."""
    with database.read(at) as db:
        return db.all(Row, _ROWS.format(which="person = %(person)s"), person=person, before=before, limit=limit)


def of_agency(database: Database, agency: str, at: datetime, *, before: int, limit: int) -> list[Row]:
    """Return who looked at records or took names of an agency's people, the newest first."""
    with database.read(at) as db:
        return db.all(Row, _ROWS.format(which="agency = %(agency)s"), agency=agency, before=before, limit=limit)


def lists_of(database: Database, agencies: list[str], at: datetime, since: datetime) -> list[Counted]:
    """Return how often lists of people of *agencies* were disclosed."""
    with database.read(at) as db:
        return db.all(Counted, _LISTS, agencies=agencies, since=since)


def counts(database: Database, at: datetime, since: datetime) -> list[Counted]:
    """Return how often names were disclosed, by agency and role: counts, and nobody's name."""
    with database.read(at) as db:
        return db.all(Counted, _COUNTS, since=since)
