"""Works on roster files in the background: checks, compares, applies, in one transaction.

A dry run looks at what an actual run makes so, by the same conditions, and nobody waits for it.
A process that stops ends the import under way. One that was left running is taken up again; that two processes try
it at once does no harm.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from directory import guesses, membership, roster_changes, roster_stage, rosters, workbooks
from directory.rules import roster_days
from directory.rules import rosters as rules
from directory.rules.rosters import Problem
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

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
# For a hundred thousand rows on a busy machine: whoever sent them waits. A stop of the process ends it all the same.
_MORE_TIME = "SET LOCAL statement_timeout = '10min'"
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

    def stop(self) -> None:
        """Take up no more, and return once nothing is under way. Ending that is what the stop of the process does."""
        self._pool.shutdown(cancel_futures=True)


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
    """Work on one import if it runs and nobody else does; after too many failures it is refused.

    The stop of the process is none: the import is left as it was, for the next to take up.
    """
    with structlog.contextvars.bound_contextvars(roster_import=str(import_id)):
        try:
            with (
                database.transaction(actor=_actor(database, import_id), method=METHOD) as db,
                database.stopping.ends(db.connection()),
            ):
                _work(database, db, import_id)
        except Exception:
            if database.stopping.begun:
                log.info("roster_import_left")
                return
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
        database.stopping.require_going_on()
        with database.read() as beside:
            beside.run(_PROGRESS, id=import_id, step=step, rows=rows)

    taken = db.rows(_TAKE, id=import_id)
    if not taken:
        return
    db.run(_MORE_TIME)
    at("READING")
    content = b"".join(bytes(row["content"]) for row in db.rows(_CHUNKS, id=import_id))
    roster = _read(content)
    at("CHECKING", len(roster.rows))
    agency_id, dry_run, day = taken[0]["agency_id"], taken[0]["dry_run"], pacific_date(db.at)
    with_roles, whole = "roles" in roster.columns, not agency_id
    counts = dict.fromkeys(_COUNTS, 0)
    absent: list[tuple[UUID, str]] = []
    renamed: list[dict[str, Any]] = []
    problems = roster_stage.stage(db, roster, agency_id=agency_id)
    problems = problems or roster_stage.match(db, roster, agency_id=agency_id, day=day)
    named, wrong = roster_stage.named_elsewhere(db)
    if named and guesses.too_many(database, _actor(database, import_id), day=day, wrong=wrong):
        problems = [Problem(1, "staff_number", "", guesses.RULE)]
    if not problems and not dry_run:
        # Only what is found sound makes others wait, and of them who changes the same people. What is known of these
        # was looked at before; it is looked at again as it is by now.
        at("APPLYING", len(roster.rows))
        membership.share(db)
        roster_stage.hold_people(db)
        problems = roster_stage.match(db, roster, agency_id=agency_id, day=day)
    if not problems:
        renamed = roster_stage.renamed(db)
        change = roster_changes.look if dry_run else roster_changes.make
        changes = change(db, with_roles=with_roles, whole=whole, day=day)
        absent = roster_stage.not_in_file(db, day)
        counts |= changes.counts | {"not_in_file": len({person for person, _ in absent})}
        if changes.touched and not dry_run:
            at("AUDIENCES", len(roster.rows))
            membership.recompute(db, at=db.at, person_ids=changes.touched)
    state = rosters.REFUSED if problems else rosters.CHECKED if dry_run else rosters.APPLIED
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
