"""A roster file in temporary tables, and everything that can be wrong with its cells, found for all rows at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple, cast

import psycopg

from directory.rosters.rules.files import Problem, Roster
from directory.rules import names, roles
from directory.rules.columns import COLUMNS, LISTS
from servicekit.data.db import Db, count

_COPIED = tuple(column for column in COLUMNS if column not in LISTS)
_KEYS = ("sort_key", "search_key", "staff_key", "email_key")
_FILLED = ("line", *_COPIED, *(f"{column}_cell" for column in LISTS), *_KEYS)

_ROW_TABLE = """
CREATE TEMPORARY TABLE roster_row (
  line int PRIMARY KEY, agency text, staff_number text, family_name text, given_name text, email text,
  local_title text, job_class text, units_cell text, hired_on text, left_on text, leave_from text, leave_to text,
  telephone text, roles_cell text, leads_cell text, sort_key text, search_key text, staff_key text, email_key text,
  units text[] GENERATED ALWAYS AS (string_to_array(units_cell, ';')) STORED,
  roles text[] GENERATED ALWAYS AS (string_to_array(roles_cell, ';')) STORED,
  leads text[] GENERATED ALWAYS AS (string_to_array(leads_cell, ';')) STORED
) ON COMMIT DROP
"""
_PROBLEM_TABLE = """
CREATE TEMPORARY TABLE roster_problem (line int, field text, value text, rule text) ON COMMIT DROP
"""
# Whoever is known by exactly this number is meant, even beside somebody whose number only looks like it.
_EXACT_NUMBERS = """
UPDATE roster_row SET staff_key = person.staff_key FROM person
WHERE person.staff_number = roster_row.staff_number AND person.staff_key <> roster_row.staff_key
"""
# Whoever was recorded by such a number or name before there was a rule keeps it, and is in every file.
_ON_RECORD = """
SELECT given.n FROM unnest(%(numbers)s::text[], %(fields)s::text[], %(values)s::text[]) WITH ORDINALITY
  AS given (number, field, value, n)
JOIN person ON person.staff_number = given.number AND given.value = CASE given.field
  WHEN 'family_name' THEN person.family_name WHEN 'given_name' THEN person.given_name ELSE person.staff_number END
"""

_NEEDED = ("agency", "staff_number", "local_title", "job_class", "hired_on")
_LENGTHS = {"staff_number": names.LONGEST_STAFF_NUMBER, "family_name": names.LONGEST, "given_name": names.LONGEST,
            "local_title": names.LONGEST}  # fmt: skip

_MISSING = "SELECT line, '{0}', '', 'must be given' FROM roster_row WHERE {0} = ''"
_TOO_LONG = (
    "SELECT line, '{0}', left({0}, 40), 'must be at most {1} characters' FROM roster_row WHERE length({0}) > {1}"
)
_CELLS = (
    """SELECT line, 'family_name', '', 'must be given, or the given name' FROM roster_row
       WHERE family_name = '' AND given_name = ''""",
    """SELECT line, 'agency', agency, 'is not an agency' FROM roster_row
       WHERE agency <> '' AND NOT EXISTS (SELECT FROM agency WHERE agency.id = roster_row.agency)""",
    """SELECT line, 'agency', agency, 'is not the agency of this import' FROM roster_row
       WHERE %(agency)s <> '' AND agency <> %(agency)s
         AND EXISTS (SELECT FROM agency WHERE agency.id = roster_row.agency)""",
    """SELECT line, 'job_class', job_class, 'is not a job class' FROM roster_row
       WHERE job_class <> '' AND NOT EXISTS (SELECT FROM job_class WHERE job_class.id = roster_row.job_class)""",
    """SELECT line, 'units', given.unit, 'is not a work unit' FROM roster_row CROSS JOIN unnest(units) AS given (unit)
       WHERE NOT EXISTS (SELECT FROM work_unit WHERE work_unit.id = given.unit)""",
    """SELECT line, 'leads', given.unit, 'is not a work unit' FROM roster_row CROSS JOIN unnest(leads) AS given (unit)
       WHERE NOT EXISTS (SELECT FROM work_unit WHERE work_unit.id = given.unit)""",
    """SELECT line, 'roles', given.role, 'is not a role at this agency'
       FROM roster_row CROSS JOIN unnest(roles) AS given (role) JOIN agency ON agency.id = roster_row.agency
       WHERE NOT (given.role = ANY(%(agency_roles)s)
         OR (given.role = ANY(%(state_roles)s) AND agency.kind = 'state' AND %(agency)s = ''))""",
    """SELECT line, 'email', email, 'must be an e-mail address' FROM roster_row
       WHERE email <> '' AND email !~ ('^' || %(email_pattern)s || '$')""",
    """SELECT line, 'telephone', telephone, %(telephone_rule)s FROM roster_row
       WHERE telephone <> '' AND telephone !~* ('^(' || %(telephone_pattern)s || ')$')""",
)
# One row in a thousand lines: what differs from the first line of the same person, job or address.
_LINES = (
    """SELECT line, 'staff_number', staff_number, 'has the same agency and hired_on as line ' || first
       FROM (SELECT *, min(line) OVER (PARTITION BY staff_key, agency, hired_on) AS first FROM roster_row) AS entry
       WHERE line <> first AND staff_number <> ''""",
    """SELECT entry.line, 'family_name', entry.family_name,
         'must be the name that line ' || first.line || ' gives this staff number'
       FROM roster_row AS entry JOIN roster_first AS first USING (staff_key)
       WHERE entry.staff_number <> '' AND entry.search_key <> first.search_key""",
    """SELECT entry.line, 'email', entry.email,
         'must be the address that line ' || first.line || ' gives this staff number'
       FROM roster_row AS entry JOIN roster_first AS first USING (staff_key)
       WHERE entry.staff_number <> '' AND entry.email_key <> first.email_key""",
    """SELECT entry.line, 'telephone', entry.telephone,
         'must be the number that line ' || first.line || ' gives this staff number'
       FROM roster_row AS entry JOIN roster_first AS first USING (staff_key)
       WHERE entry.staff_number <> '' AND entry.telephone <> first.telephone""",
    """SELECT entry.line, 'email', entry.email, 'must not be the address of line ' || first.line
       FROM roster_row AS entry JOIN (
         SELECT DISTINCT ON (email_key) * FROM roster_row WHERE email_key <> '' ORDER BY email_key, line) AS first
         USING (email_key)
       WHERE entry.staff_key <> first.staff_key""",
)
# The first row of each person says who that is.
_FIRST_ROWS = """
CREATE TEMPORARY TABLE roster_first ON COMMIT DROP AS
SELECT DISTINCT ON (staff_key) * FROM roster_row ORDER BY staff_key, line
"""
_SPANS = (
    """SELECT line, 'left_on', left_on, 'must be after hired_on' FROM roster_row
       WHERE left_on <> '' AND left_on::date <= hired_on::date""",
    """SELECT line, 'leads', leads_cell, 'must be empty: they left on ' || left_on FROM roster_row
       WHERE leads <> '{}' AND left_on <> '' AND left_on::date <= %(day)s""",
    """SELECT line, 'leave_to', leave_to, 'must not be before leave_from' FROM roster_row
       WHERE leave_to <> '' AND leave_from <> '' AND leave_to::date < leave_from::date""",
    """SELECT line, 'leave_from', '', 'must be given with leave_to' FROM roster_row
       WHERE leave_to <> '' AND leave_from = ''""",
)


class FoundProblem(NamedTuple):
    """What is wrong with a cell of a file."""

    line: int
    field: str
    value: str
    rule: str


def stage(db: Db, roster: Roster, *, agency_id: str, day: date) -> list[Problem]:
    """Put the file into temporary tables; return what is wrong with its cells, whatever is known of its people."""
    roster = _without_doubts(db, roster)
    _fill(db, roster)
    parameters: dict[str, object] = {
        "agency": agency_id,
        "day": day,
        "agency_roles": list(roles.AGENCY_ROLES),
        "state_roles": list(roles.STATE_ROLES),
        "email_pattern": names.EMAIL,
        "telephone_pattern": names.TELEPHONE,
        "telephone_rule": names.A_TELEPHONE,
    }
    checks = [
        *(_MISSING.format(column) for column in _NEEDED),
        *(_TOO_LONG.format(column, most) for column, most in _LENGTHS.items()),
        *_CELLS,
        *_LINES,
    ]
    check(db, checks, parameters)
    if not roster.problems and not _found(db):
        check(db, _SPANS, parameters)
    return problems(db, roster)


def restage(db: Db, part: Roster) -> None:
    """Put a part of a file that was found sound into temporary tables again."""
    _fill(db, part)


def check(db: Db, checks: Iterable[str], parameters: dict[str, object]) -> None:
    """Note what is wrong by *checks*, statements that find rows of the file."""
    db.run(f"INSERT INTO roster_problem {' UNION ALL '.join(f'({check})' for check in checks)}", **parameters)


def problems(db: Db, roster: Roster) -> list[Problem]:
    """Return what was found wrong with the file, by line, with whom each row is about."""
    found = db.all(FoundProblem, "SELECT DISTINCT line, field, value, rule FROM roster_problem")
    people = {row.line: row.person for row in roster.rows} if found else {}
    listed = [*roster.problems, *(Problem(*one, person=people.get(one.line, "")) for one in found)]
    return sorted(listed, key=lambda problem: (problem.line, problem.field, problem.value, problem.rule))


def _without_doubts(db: Db, roster: Roster) -> Roster:
    """Make problems of the doubts of a file, but for those of people who are on record just so."""
    if not roster.doubts:
        return roster
    number_in = {row.line: row.cells["staff_number"] for row in roster.rows}
    found = db.values(
        _ON_RECORD,
        numbers=[number_in[doubt.line] for doubt in roster.doubts],
        fields=[doubt.field for doubt in roster.doubts],
        values=[doubt.value for doubt in roster.doubts],
    )
    on_record = set(found)
    wrong = [doubt for n, doubt in enumerate(roster.doubts, 1) if n not in on_record]
    return replace(roster, problems=[*roster.problems, *wrong], doubts=[])


def _fill(db: Db, roster: Roster) -> None:
    db.run(_ROW_TABLE)
    db.run(_PROBLEM_TABLE)
    _copy(db, roster)
    db.run(_EXACT_NUMBERS)
    db.run(_FIRST_ROWS)


def _copy(db: Db, roster: Roster) -> None:
    connection = cast("psycopg.Connection", db.connection().connection.driver_connection)
    with connection.cursor() as cursor, cursor.copy(f"COPY roster_row ({', '.join(_FILLED)}) FROM STDIN") as copy:
        for row in roster.rows:
            cells = [row.cells.get(column, "") for column in _COPIED]
            key = row.cells.get("email", "").casefold()
            several = (row.several(column) for column in LISTS)
            copy.write_row((row.line, *cells, *several, row.sort_key, row.search_key, row.staff_key, key))
    db.run("ANALYZE roster_row")


def _found(db: Db) -> bool:
    return count(db, "SELECT count(*) FROM roster_problem") > 0
