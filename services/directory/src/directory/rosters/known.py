"""What is known of the people of a staged file, put beside it; and what contradicts the file, found for all at once."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from directory import locks
from directory.people.keepers import KEEPERS
from directory.rosters import stage
from directory.rosters.rules.files import Problem, Roster
from directory.rules.columns import OPTIONAL
from directory.units.said import Said
from servicekit.data.db import Db, count

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


class NamedElsewhere(NamedTuple):
    """How many people of other agencies a file names, and of how many it has another name than we."""

    named: int
    wrong: int


class Absent(NamedTuple):
    """Somebody who works at an agency and is not in its file."""

    person_id: UUID
    agency_id: str


class Renamed(NamedTuple):
    """A person whose names a file changes."""

    line: int
    person_id: UUID
    staff_number: str
    family_before: str
    given_before: str
    family_name: str
    given_name: str


def leave_out(db: Db, part: Roster) -> list[Problem]:
    """Take the people whom `match` found unsound by now out of what was staged; return each of their lines and why."""
    db.run(_LEFT_OUT_WITH)
    problems = stage.problems(db, part)
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
    stage.check(db, _AGAINST_KNOWN, parameters)
    return stage.problems(db, roster)


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
