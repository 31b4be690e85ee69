"""Works on roster files in the background: checks, compares, applies, in one transaction.

A dry run does exactly what an actual run does, and takes it back: so its report is what an actual run would report.
An import that a stopped process left running is taken up again; that two processes try it at once does no harm.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from directory import membership, news, roster_stage, rosters, workbooks
from directory.rules import roles, roster_days
from directory.rules import rosters as rules
from directory.rules.rosters import Problem
from servicekit.calendar import pacific_date
from servicekit.db import Database, Db

log = structlog.get_logger()

METHOD = "DirectoryService/RunRosterImport"
MOST_TRIES = 3
# How the letters of a file were read that says so itself, and better than by a code page.
WORKBOOK = "workbook"
# What was wrong with a file shows names and addresses: it is kept as long as somebody mends the file.
KEEP_PROBLEMS = timedelta(days=30)
_ABANDONED = timedelta(days=1)

_TAKE = """
SELECT id, agency_id, dry_run, tries FROM roster_import
WHERE id = %(id)s AND state = 'RUNNING' FOR UPDATE SKIP LOCKED
"""
_CHUNKS = "SELECT content FROM roster_chunk WHERE import_id = %(id)s ORDER BY n"
_FORGET_CHUNKS = "DELETE FROM roster_chunk WHERE import_id = %(id)s"
_DONE = """
UPDATE roster_import SET
  state = %(state)s, completed_at = clock_timestamp(), rows = %(rows)s, errors = %(errors)s,
  people_added = %(people_added)s, people_changed = %(people_changed)s,
  jobs_added = %(jobs_added)s, jobs_changed = %(jobs_changed)s,
  jobs_ended = %(jobs_ended)s, unchanged = %(unchanged)s, not_in_file = %(not_in_file)s,
  encoding = %(encoding)s, days = %(days)s, names_changed = %(names_changed)s
WHERE id = %(id)s
"""
_PROBLEMS = """
INSERT INTO roster_error (import_id, n, line, field, value, rule, person)
SELECT %(id)s, n, line, field, value, rule, person
FROM jsonb_to_recordset(%(problems)s) AS problem (n int, line int, field text, value text, rule text, person text)
"""
_NAMES = """
INSERT INTO roster_name
  (import_id, n, line, person_id, staff_number, family_before, given_before, family_name, given_name)
SELECT %(id)s, n, line, person_id, staff_number, family_before, given_before, family_name, given_name
FROM jsonb_to_recordset(%(names)s) AS name (n int, line int, person_id uuid, staff_number text,
  family_before text, given_before text, family_name text, given_name text)
"""
_OLD = (
    "DELETE FROM roster_error USING roster_import WHERE id = import_id AND completed_at < %(before)s",
    "DELETE FROM roster_name USING roster_import WHERE id = import_id AND completed_at < %(before)s",
)
_FORGET_NAMES = "DELETE FROM roster_name WHERE import_id = %(id)s"
_PROGRESS = "UPDATE roster_progress SET step = %(step)s, rows = %(rows)s WHERE import_id = %(id)s"
_ABSENT = """
INSERT INTO roster_absent (import_id, person_id, agency_id)
SELECT %(id)s, person_id, agency_id FROM unnest(%(people)s::uuid[], %(agencies)s::text[]) AS one (person_id, agency_id)
"""
_COUNTS = (
    "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged", "not_in_file",
    "names_changed",
)  # fmt: skip

_PEOPLE_CHANGED = """
UPDATE person SET
  family_name = given.family_name, given_name = given.given_name, email = given.email, email_key = given.email_key,
  telephone = given.telephone,
  sort_key = given.sort_key, search_key = given.search_key, version = person.version + 1
FROM roster_person AS given
WHERE given.id = person.id AND NOT given.elsewhere
  AND (person.family_name, person.given_name, coalesce(person.email, ''), person.telephone)
    IS DISTINCT FROM (given.family_name, given.given_name, coalesce(given.email, ''), given.telephone)
RETURNING person.id
"""
_PEOPLE_ADDED = """
INSERT INTO person
  (id, staff_number, staff_key, family_name, given_name, email, email_key, telephone, sort_key, search_key, version,
   created_at)
SELECT id, staff_number, staff_key, family_name, given_name, email, email_key, telephone, sort_key, search_key, 1,
  %(at)s
FROM roster_person WHERE added
"""
# A job that was told to have ended and goes on after all is told as taken up again.
_JOBS_CHANGED = """
WITH before AS (
  SELECT job.* FROM job JOIN roster_job ON roster_job.job_id = job.id
), changed AS (
  UPDATE job SET
    local_title = given.local_title, job_class_id = given.job_class_id, units = given.units,
    start_date = given.start_date, end_date = given.end_date,
    hire_told = job.hire_told AND NOT (job.leaving_told AND coalesce(given.end_date > %(day)s, true)),
    leaving_told = job.leaving_told AND coalesce(given.end_date <= %(day)s, false)
  FROM roster_job AS given
  WHERE given.job_id = job.id
    AND (job.local_title, job.job_class_id, job.units, job.start_date, job.end_date)
      IS DISTINCT FROM (given.local_title, given.job_class_id, given.units, given.start_date, given.end_date)
  RETURNING job.*
)
SELECT changed.agency_id, changed.person_id, before.end_date IS NULL AND changed.end_date IS NOT NULL AS ended,
  (changed.local_title, changed.job_class_id, changed.units)
    IS DISTINCT FROM (before.local_title, before.job_class_id, before.units) AS moved,
  changed.id
FROM changed JOIN before ON before.id = changed.id
"""
# Jobs are marked as told at once, since a second look at thousands would cost as much as the first.
_JOBS_ADDED = """
INSERT INTO job
  (id, person_id, agency_id, local_title, job_class_id, units, start_date, end_date, hire_told, leaving_told)
SELECT gen_random_uuid(), person_id, agency_id, local_title, job_class_id, units, start_date, end_date,
  start_date <= %(day)s AND coalesce(end_date > %(day)s, true), coalesce(end_date <= %(day)s, false)
FROM roster_job WHERE job_id IS NULL
RETURNING agency_id, person_id, hire_told
"""
_LEAVES_CHANGED = """
UPDATE leave SET end_date = given.end_date
FROM roster_leave AS given
WHERE given.person_id = leave.person_id AND given.start_date = leave.start_date
  AND given.end_date IS DISTINCT FROM leave.end_date
RETURNING leave.person_id
"""
_LEAVES_ADDED = """
INSERT INTO leave (id, person_id, start_date, end_date)
SELECT gen_random_uuid(), person_id, start_date, end_date FROM roster_leave AS given
WHERE NOT EXISTS (
  SELECT FROM leave WHERE leave.person_id = given.person_id AND leave.start_date = given.start_date)
RETURNING person_id
"""
# The roles of those who work at the agency, or are about to, become what the file says; hand-given ones stay.
_ROLES_WANTED = """
CREATE TEMPORARY TABLE roster_role ON COMMIT DROP AS
SELECT DISTINCT person_id, agency_id, role,
  CASE WHEN role = ANY(%(state_roles)s) THEN 'state' ELSE agency_id END AS scope
FROM roster_job LEFT JOIN LATERAL unnest(roles) AS given (role) ON true
WHERE end_date IS NULL OR end_date > %(day)s
"""
_ROLES_REVOKED = """
UPDATE role_grant SET revoked_at = %(at)s
FROM (SELECT DISTINCT person_id, agency_id FROM roster_role) AS place
JOIN agency ON agency.id = place.agency_id
WHERE role_grant.person_id = place.person_id AND role_grant.from_roster AND role_grant.revoked_at IS NULL
  AND (role_grant.scope = place.agency_id
    OR (role_grant.scope = 'state' AND agency.kind = 'state' AND %(whole)s))
  AND NOT EXISTS (
    SELECT FROM roster_role AS wanted
    WHERE wanted.person_id = role_grant.person_id AND wanted.role = role_grant.role
      AND wanted.scope = role_grant.scope)
RETURNING role_grant.person_id
"""
_ROLES_GRANTED = """
INSERT INTO role_grant (id, person_id, role, scope, from_roster, granted_at)
SELECT DISTINCT ON (person_id, role, scope) gen_random_uuid(), person_id, role, scope, true, %(at)s
FROM roster_role WHERE role IS NOT NULL
ON CONFLICT (person_id, role, scope) WHERE revoked_at IS NULL DO NOTHING
RETURNING person_id
"""
_UNCHANGED = """
SELECT count(*)::int AS rows FROM roster_job
WHERE job_id IS NOT NULL AND NOT job_id = ANY(%(jobs)s) AND NOT person_id = ANY(%(people)s)
"""


class RosterWorker:
    """Works on imports one after another, in a thread of its own beside the calls."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="roster")

    def start(self, import_id: UUID) -> None:
        """Take up an import soon; returns at once."""
        self._pool.submit(work, self._database, import_id)

    def resume(self) -> None:
        """Take up what an earlier process left running."""
        self._pool.submit(resume, self._database, self._database.clock())


def resume(database: Database, now: datetime) -> None:  # noqa: ARG001 - the signature of a job
    """Work on every import that runs and that nobody works on."""
    with database.read() as db:
        waiting = db.rows("SELECT id FROM roster_import WHERE state = 'RUNNING' ORDER BY created_at")
    for row in waiting:
        work(database, row["id"])


def forget(database: Database, now: datetime) -> None:
    """Remove the personal data of old imports: reported problems, and pieces of files that were never run."""
    with database.transaction(actor="services/directory", method="jobs/forget_rosters", at=now) as db:
        problems, named = (db.run(statement, before=now - KEEP_PROBLEMS) for statement in _OLD)
        pieces = db.run(
            "DELETE FROM roster_chunk USING roster_import"
            " WHERE id = import_id AND state IN ('RECEIVING', 'CHECKED') AND created_at < %(before)s",
            before=now - _ABANDONED,
        )
        db.changed(
            "rosterImports/-", after={"problems_removed": problems, "names_removed": named, "pieces_removed": pieces}
        )


def work(database: Database, import_id: UUID) -> None:
    """Work on one import if it runs and nobody else does; after too many failures it is refused."""
    with structlog.contextvars.bound_contextvars(roster_import=str(import_id)):
        try:
            with database.transaction(actor=_actor(database, import_id), method=METHOD) as db:
                _work(database, db, import_id)
        except Exception:
            log.exception("roster_import_failed")
            _give_up(database, import_id)


def _actor(database: Database, import_id: UUID) -> str:
    with database.read() as db:
        rows = db.rows("SELECT actor FROM roster_import WHERE id = %(id)s", id=import_id)
    return str(rows[0]["actor"]) if rows else "services/directory"


def _give_up(database: Database, import_id: UUID) -> None:
    """Count a failure; the last one ends the import, so that a file that we cannot digest is not tried for ever."""
    with database.transaction(actor="services/directory", method=METHOD) as db:
        taken = db.rows(_TAKE, id=import_id)
        if not taken:
            return
        tries = taken[0]["tries"] + 1
        db.run("UPDATE roster_import SET tries = %(tries)s WHERE id = %(id)s", tries=tries, id=import_id)
        if tries >= MOST_TRIES:
            problem = Problem(1, "", "", "could not be worked on: an error of the service, which was logged")
            db.run(_FORGET_CHUNKS, id=import_id)
            _finish(db, import_id, rosters.REFUSED, rules.NOTHING, [problem], dict.fromkeys(_COUNTS, 0))
        db.changed(f"rosterImports/{import_id}", after={"tries": tries})


def _work(database: Database, db: Db, import_id: UUID) -> None:
    def at(step: str, rows: int = 0) -> None:
        """Say beside the transaction, whose rows nobody else sees yet, what it is at."""
        with database.read() as beside:
            beside.run(_PROGRESS, id=import_id, step=step, rows=rows)

    taken = db.rows(_TAKE, id=import_id)
    if not taken:
        return
    at("READING")
    content = b"".join(bytes(row["content"]) for row in db.rows(_CHUNKS, id=import_id))
    roster = _read(content)
    at("CHECKING", len(roster.rows))
    membership.hold(db)
    db.run("SAVEPOINT roster")
    agency_id, day = taken[0]["agency_id"], pacific_date(db.at)
    problems = roster_stage.stage(db, roster, agency_id=agency_id)
    counts, absent, renamed = dict.fromkeys(_COUNTS, 0), [], []
    if not problems:
        renamed = roster_stage.renamed(db)
        at("APPLYING", len(roster.rows))
        touched, counts = _apply(db, roster, whole=not agency_id, day=day)
        at("AUDIENCES", len(roster.rows))
        if touched:
            membership.recompute(db, at=db.at, person_ids=touched)
        absent = roster_stage.not_in_file(db, day)
        counts["not_in_file"] = len({person for person, _ in absent})
    keep = not (problems or taken[0]["dry_run"])
    if not keep:
        db.run("ROLLBACK TO SAVEPOINT roster")
        db.events.clear()
    state = rosters.REFUSED if problems else rosters.APPLIED if keep else rosters.CHECKED
    _ask_about(db, import_id, absent)
    _note_names(db, import_id, renamed)
    if state != rosters.CHECKED:
        db.run(_FORGET_CHUNKS, id=import_id)
    counts["names_changed"] = len(renamed)
    _finish(db, import_id, state, roster, problems, counts)


def _read(content: bytes) -> rules.Roster:
    if not content.startswith(workbooks.BEGINNING):
        return rules.read(content)
    try:
        return replace(rules.read(workbooks.as_csv(content)), encoding=WORKBOOK)
    except workbooks.Unreadable as refused:
        return rules.unreadable("file", str(refused))


def _note_names(db: Db, import_id: UUID, renamed: Sequence[dict[str, Any]]) -> None:
    """Keep whose name changes and how: it shows what a wrong reading of the file would do."""
    db.run(_FORGET_NAMES, id=import_id)
    listed = [{"n": n, **row, "person_id": str(row["person_id"])} for n, row in enumerate(renamed, 1)]
    db.run(_NAMES, id=import_id, names=Jsonb(listed))


def _ask_about(db: Db, import_id: UUID, absent: Sequence[tuple[UUID, str]]) -> None:
    """Keep who is not in the file: whether they left is for people to say."""
    people, agencies = [person for person, _ in absent], [agency for _, agency in absent]
    db.run("DELETE FROM roster_absent WHERE import_id = %(id)s", id=import_id)
    db.run(_ABSENT, id=import_id, people=people, agencies=agencies)


def _finish(
    db: Db,
    import_id: UUID,
    state: str,
    roster: rules.Roster,
    problems: Sequence[Problem],
    counts: dict[str, int],
) -> None:
    days = [
        {"column": column, "month_first": order.first == roster_days.MONTH_FIRST, "certain": order.certain}
        for column, order in sorted(roster.days.items())
        if order.first
    ]
    listed = [{"n": n, **vars(problem)} for n, problem in enumerate(problems, 1)]
    db.run(_PROBLEMS, id=import_id, problems=Jsonb(listed))
    rows = len(roster.rows)
    said = {"encoding": roster.encoding, "days": Jsonb(days)}
    db.run(_DONE, id=import_id, state=state, rows=rows, errors=len(problems), **said, **counts)
    db.changed(f"rosterImports/{import_id}", after={"state": state, "errors": len(problems), **counts})
    log.info("roster_import_ended", state=state, rows=rows, errors=len(problems), **counts)


def _apply(db: Db, roster: rules.Roster, *, whole: bool, day: date) -> tuple[set[UUID], dict[str, int]]:
    """Make people, jobs, leave and roles what the file says, and tell it; return whose audiences may change, counts."""
    named = {row["id"] for row in db.rows(_PEOPLE_CHANGED)}
    people_added = db.run(_PEOPLE_ADDED, at=db.at)
    jobs = db.rows(_JOBS_CHANGED, day=day)
    hired = db.rows(_JOBS_ADDED, day=day)
    leaves = {row["person_id"] for query in (_LEAVES_CHANGED, _LEAVES_ADDED) for row in db.rows(query)}
    granted = _apply_roles(db, whole=whole, day=day) if "roles" in roster.columns else set()
    ended = [row for row in jobs if row["ended"]]
    touched = {row["person_id"] for row in jobs} | {row["person_id"] for row in hired} | leaves | granted
    if touched:
        news.tell_hired(db, [row for row in hired if row["hire_told"]])
        news.tell(db, day=day, person_ids=touched)
        news.tell_moved(db, [row for row in jobs if row["moved"] and not row["ended"]])
    added = {row["id"] for row in db.rows("SELECT id FROM roster_person WHERE added")}
    changed = (named | leaves | granted) - added
    return touched, {
        "people_added": people_added,
        "people_changed": len(changed),
        "jobs_added": len(hired),
        "jobs_changed": len(jobs) - len(ended),
        "jobs_ended": len(ended),
        "unchanged": _unchanged(db, [row["id"] for row in jobs], changed),
    }


def _apply_roles(db: Db, *, whole: bool, day: date) -> set[UUID]:
    db.run(_ROLES_WANTED, state_roles=list(roles.STATE_ROLES), day=day)
    revoked = db.rows(_ROLES_REVOKED, at=db.at, whole=whole)
    granted = db.rows(_ROLES_GRANTED, at=db.at)
    return {row["person_id"] for row in [*revoked, *granted]}


def _unchanged(db: Db, jobs: list[Any], people: set[UUID]) -> int:
    """Count the rows of the file that change neither the job they describe nor its person."""
    return int(db.rows(_UNCHANGED, jobs=jobs, people=list(people))[0]["rows"])
