"""Reads of roster files that need no rule."""

from datetime import date
from uuid import UUID

from directory.people import queries as people
from directory.people.queries import Person
from servicekit.data.db import Db
from servicekit.paging import Page

_ABSENT = """
FROM person WHERE EXISTS (
  SELECT FROM roster_absent JOIN job ON job.person_id = roster_absent.person_id
    AND job.agency_id = roster_absent.agency_id
  WHERE import_id = %(import_id)s AND roster_absent.person_id = person.id
    AND start_date <= %(day)s AND end_date IS NULL)
"""


def not_in_file(db: Db, import_id: UUID, page: Page, *, day: date) -> tuple[list[Person], int]:
    """Return a page of those who were missing from a roster file and work there still, by name, and how many."""
    return people.page_of(db, _ABSENT, page, day=day, import_id=import_id)
