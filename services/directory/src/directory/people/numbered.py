"""Whom staff numbers name that were typed, pasted or read from a file; and whom they may have meant."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory.rules import names
from servicekit.data.db import Db

# Who works there now or later, once, with what their number looks like: `names.shape` says it of what was typed.
_FOUND = """
WITH given AS (
  SELECT * FROM unnest(%(numbers)b::text[], %(keys)b::text[], %(shapes)b::text[], %(figures)b::text[]) WITH ORDINALITY
    AS given (number, key, shape, figures, n)
), here AS (
  SELECT id, staff_number, staff_key, family_name, given_name,
    ltrim(translate(staff_key, %(letters)s, %(digits)s), '0') AS shape,
    ltrim(regexp_replace(staff_key, '[^0-9]', '', 'g'), '0') AS figures
  FROM person WHERE id IN (
    SELECT person_id FROM job WHERE agency_id = %(agency)s AND (end_date IS NULL OR end_date > %(day)s)
      AND (end_date IS NULL OR end_date > start_date)
      AND (%(units)s::text[] IS NULL OR units && %(units)s::text[])
  )
), exact AS (
  SELECT n, here.* FROM given JOIN here ON here.staff_number = given.number
  UNION
  SELECT n, here.* FROM given JOIN here ON here.staff_key = given.key
), alike AS (
  SELECT n, here.* FROM given JOIN here ON here.shape = given.shape WHERE given.shape <> ''
  UNION
  SELECT n, here.* FROM given JOIN here ON here.figures = given.figures WHERE given.figures <> ''
)
SELECT (n - 1)::int AS place, id, staff_number, family_name, given_name, false AS alike FROM exact
UNION ALL
SELECT (n - 1)::int, id, staff_number, family_name, given_name, true FROM alike
WHERE NOT EXISTS (SELECT FROM exact WHERE exact.n = alike.n)
ORDER BY place, staff_number
"""


class Numbered(NamedTuple):
    """Whom a number names, or, if it names nobody, who has one that looks *alike*; *place* counts from 0."""

    place: int
    id: UUID
    staff_number: str
    family_name: str
    given_name: str
    alike: bool


def find(db: Db, agency_id: str, given: Sequence[str], *, units: Collection[str] | None, day: date) -> list[Numbered]:
    """Return whom the numbers *given* name at an agency; with *units*, only of those who work in one of these."""
    letters, digits = names.SHAPES
    return db.all(
        Numbered,
        _FOUND,
        numbers=[names.numbered(number) for number in given],
        keys=[names.staff_key(number) for number in given],
        shapes=[names.shape(number) for number in given],
        figures=[names.figures(number) for number in given],
        letters=letters,
        digits=digits,
        agency=agency_id,
        units=None if units is None else sorted(units),
        day=day,
    )
