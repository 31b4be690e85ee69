"""A roster file in temporary tables, and everything that can be wrong with it, found for all rows at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

import psycopg

from directory import locks
from directory.people.keepers import KEEPERS
from directory.rosters.records import Absent, FoundProblem, NamedElsewhere, Renamed
from directory.rosters.rules.files import Problem, Roster
from directory.rules import names, roles
from directory.rules.columns import COLUMNS, LISTS, OPTIONAL
from directory.units.said import Said
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

# A file of one agency may take on somebody whom another one keeps, but says nothing new of who they are, or of their
# leave: `elsewhere`. Those with no job there yet are known by number and name: `taken_on`.
_PEOPLE = """
CREATE TEMPORARY TABLE roster_person ON COMMIT DROP AS
SELECT
  coalesce(person.id, gen_random_uuid()) AS id, person.id IS NULL AS added, first.line, first.staff_number,
  first.family_name, first.given_name, first.sort_key, first.search_key,
  CASE WHEN %(has_email)s AND NOT known.elsewhere THEN nullif(first.email, '') ELSE person.email END AS email,
  CASE WHEN %(has_email)s AND NOT known.elsewhere THEN nullif(first.email_key, '') ELSE person.email_key END
    AS email_key,
  CASE WHEN %(has_telephone)s AND NOT known.elsewhere THEN first.telephone ELSE coalesce(person.telephone, '') END
    AS telephone,
  known.elsewhere, known.elsewhere AND NOT EXISTS (
    SELECT FROM job WHERE job.person_id = person.id AND job.agency_id = %(agency)s) AS taken_on,
  first.staff_key, person.search_key AS known_as,
  person.family_name AS family_before, person.given_name AS given_before
FROM roster_first AS first
LEFT JOIN person ON person.staff_key = first.staff_key
CROSS JOIN LATERAL (SELECT CASE WHEN person.id IS NULL OR %(agency)s = '' THEN false
  ELSE NOT %(agency)s = ANY({keepers}) END AS elsewhere) AS known
""".replace("{keepers}", KEEPERS)
_JOBS = """
CREATE TEMPORARY TABLE roster_job ON COMMIT DROP AS
SELECT entry.line, roster_person.id AS person_id, entry.agency AS agency_id, entry.local_title,
  entry.job_class AS job_class_id,
  CASE WHEN %(has_units)s THEN entry.units ELSE coalesce(job.units, '{}') END AS units,
  entry.hired_on::date AS start_date,
  CASE WHEN %(has_left_on)s THEN nullif(entry.left_on, '')::date ELSE job.end_date END AS end_date,
  entry.roles, entry.leads, job.id AS job_id
FROM roster_row AS entry
JOIN roster_person USING (staff_key)
LEFT JOIN job
  ON job.person_id = roster_person.id AND job.agency_id = entry.agency AND job.start_date = entry.hired_on::date
  AND job.end_date IS DISTINCT FROM job.start_date
"""
# An open job whose first day was corrected is still the same job.
_SAME_JOBS = """
UPDATE roster_job SET job_id = job.id, units = CASE WHEN %(has_units)s THEN roster_job.units ELSE job.units END
FROM job
WHERE roster_job.job_id IS NULL AND roster_job.end_date IS NULL AND job.end_date IS NULL
  AND job.person_id = roster_job.person_id AND job.agency_id = roster_job.agency_id
  AND NOT EXISTS (SELECT FROM roster_job AS other WHERE other.job_id = job.id)
"""
_LEAVES = """
CREATE TEMPORARY TABLE roster_leave ON COMMIT DROP AS
SELECT min(entry.line) AS line, roster_person.id AS person_id, leave_from::date AS start_date,
  nullif(leave_to, '')::date AS end_date
FROM roster_row AS entry JOIN roster_person USING (staff_key)
WHERE leave_from <> '' AND NOT elsewhere
GROUP BY roster_person.id, leave_from, leave_to
"""
# Nothing is known yet of how much is in them, nor of a table that a file has just filled: a plan for a few rows,
# without an index, would be run for many thousands.
_INDEXES_OF_PEOPLE = ("CREATE INDEX ON roster_person (id)", "ANALYZE roster_person")
_INDEXES_OF_JOBS = (
    "CREATE INDEX ON roster_job (job_id)",
    "CREATE INDEX ON roster_job (person_id)",
    "ANALYZE roster_job",
)
_INDEXES_OF_LEAVES = ("CREATE INDEX ON roster_leave (person_id)", "ANALYZE roster_leave")
_AGAINST_KNOWN = (
    """SELECT line, 'staff_number', staff_number, 'belongs to somebody of another name' FROM roster_person
       WHERE taken_on AND known_as <> search_key""",
    """SELECT DISTINCT ON (one.line) one.line, 'staff_number', one.staff_number,
         'is '
         || CASE WHEN here THEN known.staff_number ELSE 'the number of somebody of this name at another agency' END
         || ' but for zeros at the front: were they lost? Write the whole number'
       FROM roster_person AS one
       JOIN person AS known ON ltrim(known.staff_key, '0') = ltrim(one.staff_key, '0')
         AND known.staff_key <> one.staff_key AND known.staff_key ~ '^[0-9]+$'
       CROSS JOIN LATERAL (SELECT EXISTS (
         SELECT FROM job JOIN roster_job ON roster_job.agency_id = job.agency_id
         WHERE job.person_id = known.id AND roster_job.person_id = one.id) AS here) AS place
       WHERE one.added AND one.staff_key ~ '^[0-9]+$'
         AND (here OR left(known.search_key, -length(known.staff_key)) = left(one.search_key, -length(one.staff_key)))
       ORDER BY one.line, here DESC, known.staff_number""",
    """SELECT DISTINCT ON (one.line) one.line, 'staff_number', one.staff_number,
         'is the number of line ' || other.line || ' but for zeros at the front: were they lost?'
       FROM roster_person AS one
       JOIN roster_person AS other ON ltrim(other.staff_key, '0') = ltrim(one.staff_key, '0')
         AND other.line < one.line AND other.staff_key ~ '^[0-9]+$'
       WHERE (one.added OR other.added) AND one.staff_key ~ '^[0-9]+$'
         AND (left(other.search_key, -length(other.staff_key)) = left(one.search_key, -length(one.staff_key))
           OR EXISTS (SELECT FROM roster_job AS mine JOIN roster_job AS theirs USING (agency_id)
             WHERE mine.person_id = one.id AND theirs.person_id = other.id))
       ORDER BY one.line, other.line""",
    """SELECT line, 'email', email, 'belongs to somebody else' FROM roster_person
       WHERE EXISTS (
         SELECT FROM person WHERE person.email_key = roster_person.email_key AND person.id <> roster_person.id
           AND NOT EXISTS (SELECT FROM roster_person AS other WHERE other.id = person.id
             AND other.email_key IS DISTINCT FROM person.email_key))""",
    """SELECT line, 'agency', agency_id, 'ended on ' || agency.until || ': name the agency that took over'
       FROM roster_job JOIN agency ON agency.id = agency_id
       WHERE start_date >= agency.until""",
    """SELECT DISTINCT ON (one.line) one.line, 'hired_on', one.start_date::text, 'overlaps another job at the agency'
       FROM roster_job AS one JOIN (
         SELECT line, person_id, agency_id, start_date, end_date FROM roster_job
         UNION ALL
         SELECT 0, person_id, agency_id, start_date, end_date FROM job
         WHERE NOT EXISTS (SELECT FROM roster_job WHERE roster_job.job_id = job.id)
       ) AS other ON other.person_id = one.person_id AND other.agency_id = one.agency_id AND other.line < one.line
       WHERE daterange(one.start_date, one.end_date) && daterange(other.start_date, other.end_date)""",
    """SELECT DISTINCT ON (one.line) one.line, 'leave_from', one.start_date::text, 'overlaps another leave'
       FROM roster_leave AS one JOIN (
         SELECT line, person_id, start_date, end_date FROM roster_leave
         UNION ALL
         SELECT 0, person_id, start_date, end_date FROM leave
         WHERE NOT EXISTS (SELECT FROM roster_leave
           WHERE roster_leave.person_id = leave.person_id AND roster_leave.start_date = leave.start_date)
       ) AS other ON other.person_id = one.person_id AND other.line < one.line
       WHERE daterange(one.start_date, one.end_date, '[]') && daterange(other.start_date, other.end_date, '[]')""",
)
_NAMED_ELSEWHERE = """
SELECT count(*)::int AS named, count(*) FILTER (WHERE wrong)::int AS wrong
FROM (
  SELECT known_as <> search_key AS wrong FROM roster_person WHERE taken_on
  UNION ALL
  SELECT true FROM roster_problem WHERE rule LIKE 'is the number of somebody of this name at another agency%%') AS one
"""
# In one order, so that two files wait for each other and never both.
_HOLD_PEOPLE = """
SELECT count(*) FROM (
  SELECT person.id FROM person JOIN roster_first USING (staff_key) ORDER BY person.id FOR UPDATE OF person) AS held
"""
# A person goes in as the file has them, or not at all.
_LEFT_OUT_WITH = """
INSERT INTO roster_problem
SELECT line, 'staff_number', staff_number, 'is left out with line ' || unsound
FROM roster_row JOIN (
  SELECT staff_key, min(line) AS unsound FROM roster_row JOIN roster_problem USING (line) GROUP BY staff_key
) AS person USING (staff_key)
WHERE NOT EXISTS (SELECT FROM roster_problem WHERE roster_problem.line = roster_row.line)
"""
_LEAVE_OUT = (
    "DELETE FROM roster_row USING roster_problem WHERE roster_problem.line = roster_row.line",
    "DELETE FROM roster_first USING roster_problem WHERE roster_problem.line = roster_first.line",
    "DELETE FROM roster_problem",
)
_RENAMED = """
SELECT line, id AS person_id, staff_number, family_before, given_before, family_name, given_name FROM roster_person
WHERE NOT added AND NOT elsewhere AND (family_name, given_name) <> (family_before, given_before)
ORDER BY line
"""
_LEADS = """
SELECT line, person_id, agency_id, start_date, units, leads FROM roster_job
WHERE end_date IS NULL OR end_date > %(day)s
ORDER BY line
"""
_NOT_IN_FILE = """
SELECT DISTINCT person_id, agency_id FROM job
WHERE agency_id IN (SELECT DISTINCT agency_id FROM roster_job)
  AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s)
  AND NOT EXISTS (SELECT FROM roster_job WHERE roster_job.person_id = job.person_id
    AND roster_job.agency_id = job.agency_id)
"""


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
    _check(db, checks, parameters)
    if not roster.problems and not _found(db):
        _check(db, _SPANS, parameters)
    return _problems(db, roster)


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


def restage(db: Db, part: Roster) -> None:
    """Put a part of a file that was found sound into temporary tables again."""
    _fill(db, part)


def leave_out(db: Db, part: Roster) -> list[Problem]:
    """Take the people whom `match` found unsound by now out of what was staged; return each of their lines and why."""
    db.run(_LEFT_OUT_WITH)
    problems = _problems(db, part)
    for statement in _LEAVE_OUT:
        db.run(statement)
    return problems


def hold_people(db: Db) -> None:
    """Keep the people of a file that was staged to oneself until the transaction ends."""
    with locks.waiting():
        db.run(_HOLD_PEOPLE)


def match(db: Db, roster: Roster, *, agency_id: str, day: date) -> list[Problem]:
    """Put what is known of the people of a file that was staged and found sound beside it; return what contradicts it.

    Doing it again starts over: who is known may have changed.
    """
    parameters: dict[str, object] = {f"has_{column}": column in roster.columns for column in OPTIONAL}
    parameters |= {"agency": agency_id, "day": day}
    db.run("DROP TABLE IF EXISTS roster_person, roster_job, roster_leave")
    for statement in (_PEOPLE, *_INDEXES_OF_PEOPLE, _JOBS, *_INDEXES_OF_JOBS, _SAME_JOBS, _LEAVES, *_INDEXES_OF_LEAVES):
        db.run(statement, **parameters)
    _check(db, _AGAINST_KNOWN, parameters)
    return _problems(db, roster)


def named_elsewhere(db: Db) -> tuple[int, int]:
    """Count whom the file names at other agencies, to be taken on, and of whom it has another name than we.

    A number that somebody of that name has there but for zeros is a guess too: the answer would say so.
    """
    if not count(db, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('pg_temp.roster_person')"):
        return 0, 0
    return db.one(NamedElsewhere, _NAMED_ELSEWHERE)


def not_in_file(db: Db, day: date) -> list[tuple[UUID, str]]:
    """Return who works on *day* at which agency of the file without being in it there."""
    return list(db.all(Absent, _NOT_IN_FILE, day=day))


def leads(db: Db, day: date) -> list[Said]:
    """Return which units those who work at the agencies of the file, or are about to, lead by it."""
    return db.all(Said, _LEADS, day=day)


def renamed(db: Db) -> list[dict[str, Any]]:
    """Return the people whose names the file changes, with what they were, in its order."""
    return [one._asdict() for one in db.all(Renamed, _RENAMED)]


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


def _check(db: Db, checks: Iterable[str], parameters: dict[str, object]) -> None:
    db.run(f"INSERT INTO roster_problem {' UNION ALL '.join(f'({check})' for check in checks)}", **parameters)


def _problems(db: Db, roster: Roster) -> list[Problem]:
    found = db.all(FoundProblem, "SELECT DISTINCT line, field, value, rule FROM roster_problem")
    people = {row.line: row.person for row in roster.rows} if found else {}
    problems = [*roster.problems, *(Problem(*one, person=people.get(one.line, "")) for one in found)]
    return sorted(problems, key=lambda problem: (problem.line, problem.field, problem.value, problem.rule))


def _found(db: Db) -> bool:
    return count(db, "SELECT count(*) FROM roster_problem") > 0
