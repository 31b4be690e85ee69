"""What a file of many people says of who leads units: what that changes, looked at or made so.

What it says holds: who leads something that it does not say leads it no longer. What is recorded ahead stays. Whoever
led a unit as one of it, and leads it by the file from outside, begins anew: the other lead would end with the move.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from directory.units import leads
from servicekit.data.db import Db

_SAID = """
said AS MATERIALIZED (
  SELECT person_id, agency_id, unit.id AS unit_id, bool_or(unit.id = ANY(units)) AS inside,
    min(greatest(start_date, %(day)s)) AS start_date, min(line) AS line
  FROM given JOIN work_unit AS unit ON unit.id = ANY(leads)
  GROUP BY person_id, agency_id, unit.id
)
"""
_GIVEN = """
given AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(said)s)
    AS one (line int, person_id uuid, agency_id text, start_date date, units text[], leads text[])
)
"""
_GOES = """
FROM (SELECT person_id, agency_id, min(line) AS line FROM given GROUP BY person_id, agency_id) AS place
WHERE lead.person_id = place.person_id AND lead.agency_id = place.agency_id
  AND lead.start_date <= %(day)s AND (lead.end_date IS NULL OR lead.end_date > %(day)s)
  AND NOT EXISTS (SELECT FROM said
    WHERE said.person_id = lead.person_id AND said.agency_id = lead.agency_id AND said.unit_id = lead.unit_id
      AND (said.inside OR NOT lead.inside))
"""
_COMES = """
FROM said WHERE NOT EXISTS (
  SELECT FROM unit_lead AS lead
  WHERE lead.person_id = said.person_id AND lead.agency_id = said.agency_id AND lead.unit_id = said.unit_id
    AND (lead.end_date IS NULL OR lead.end_date > greatest(said.start_date, lead.start_date))
    AND (said.inside OR NOT lead.inside OR lead.start_date > %(day)s))
"""
_CTES = f"WITH {_GIVEN}, {_SAID}"
_LOOK_GOES = f"""
{_CTES} SELECT place.line, lead.person_id, lead.unit_id, false AS begins
{_GOES.replace("WHERE", "JOIN unit_lead AS lead ON", 1)}
"""
_LOOK_COMES = f"{_CTES} SELECT said.line, said.person_id, said.unit_id, true AS begins {_COMES}"
_COLUMNS = "id::text AS lead_id, agency_id, unit_id AS unit, person_id::text, start_date, end_date, revision"
_END = f"""
{_CTES}
UPDATE unit_lead AS lead SET end_date = %(day)s, revision = revision + 1 {_GOES}
RETURNING {_COLUMNS.replace("agency_id", "lead.agency_id").replace("person_id", "lead.person_id")}
"""  # noqa: S608 - made of constants
_BEGIN = f"""
{_CTES}
INSERT INTO unit_lead (id, agency_id, unit_id, person_id, start_date, inside, revision, recorded_at)
SELECT gen_random_uuid(), agency_id, unit_id, person_id, start_date, inside, 1, %(at)s {_COMES}
RETURNING {_COLUMNS}
"""


class Said(NamedTuple):
    """A line says which units somebody with a job at an agency, from *start_date* on and in *units*, leads."""

    line: int
    person_id: UUID
    agency_id: str
    start_date: date
    units: list[str]
    leads: list[str]


class Change(NamedTuple):
    """Somebody begins to lead a unit, or leads it no longer, since a line says so."""

    line: int
    person_id: UUID
    unit_id: str
    begins: bool


def look(db: Db, said: Iterable[Said], *, day: date) -> list[Change]:
    """Return what would change on *day*, in the order of the lines."""
    values = {"said": _json(said), "day": day}
    found = [change for query in (_LOOK_GOES, _LOOK_COMES) for change in db.all(Change, query, **values)]
    return sorted(found, key=lambda change: (change.line, change.unit_id))


def make(db: Db, said: Iterable[Said], *, day: date) -> None:
    """Make it so, and tell it."""
    values = {"said": _json(said), "day": day, "at": db.at}
    leads.tell(db, [one for query in (_END, _BEGIN) for one in db.all(leads.Told, query, **values)])


def _json(said: Iterable[Said]) -> Jsonb:
    return Jsonb(
        [one._asdict() | {"person_id": str(one.person_id), "start_date": one.start_date.isoformat()} for one in said]
    )
