"""Works on roster files in the background: one look at the whole file, then, if it is sound, it is applied in parts.

A dry run looks at what an actual run makes so, by the same conditions. Nobody waits for the look, and nobody for longer
than a part takes. A process that stops leaves the import where it is, and it is taken up there; that two processes try
it at once does no harm.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from directory import guesses, membership, roster_changes, roster_parts, roster_stage, rosters, workbooks
from directory.rules import roster_days
from directory.rules import rosters as rules
from directory.rules.rosters import Problem
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

log = structlog.get_logger()

_SELF = "services/directory"
METHOD = "DirectoryService/RunRosterImport"
MOST_TRIES = 3
# How the letters of a file were read that says so itself, and better than by a code page.
WORKBOOK = "workbook"
# What was wrong with a file shows names and addresses: it is kept as long as somebody mends the file.
KEEP_PROBLEMS = timedelta(days=30)
_ABANDONED = timedelta(days=1)

_RUNS = "SELECT true FROM roster_import WHERE id = %(id)s AND state = 'RUNNING'"
_TAKE = """
SELECT agency_id, dry_run, tries FROM roster_import
WHERE id = %(id)s AND state = 'RUNNING' FOR UPDATE SKIP LOCKED
"""
# For a hundred thousand rows on a busy machine: whoever sent them waits. A stop of the process ends it all the same.
_MORE_TIME = "SET LOCAL statement_timeout = '10min'"
# If somebody holds a person of the part longer than this, the part begins again: changes of audiences need not wait.
_LESS_PATIENCE = "SET LOCAL lock_timeout = '1s'"
_CHUNKS = "SELECT content FROM roster_chunk WHERE import_id = %(id)s ORDER BY n"
_FORGET_CHUNKS = "DELETE FROM roster_chunk WHERE import_id = %(id)s"
_COUNTS = (
    "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged",
)  # fmt: skip
_LOOKED = f"""
UPDATE roster_import SET
  rows = %(rows)s, errors = %(errors)s, left_out = 0, not_in_file = %(not_in_file)s, encoding = %(encoding)s,
  days = %(days)s, names_changed = %(names_changed)s, tries = 0,
  {", ".join(f"{name} = %({name})s" for name in _COUNTS)}
WHERE id = %(id)s
"""  # noqa: S608 - made of constants
_ADD = f"""
UPDATE roster_import SET
  errors = errors + %(errors)s, left_out = left_out + %(left_out)s, names_changed = names_changed + %(names_changed)s,
  tries = 0, {", ".join(f"{name} = {name} + %({name})s" for name in _COUNTS)}
WHERE id = %(id)s
"""  # noqa: S608 - made of constants
_END = """
UPDATE roster_import SET state = %(state)s, completed_at = clock_timestamp() WHERE id = %(id)s
RETURNING rows, errors, left_out
"""
_PROBLEMS = """
INSERT INTO roster_error (import_id, n, line, field, value, rule, person)
SELECT %(id)s, known.most + n, line, field, value, rule, person
FROM jsonb_to_recordset(%(problems)s) AS problem (n int, line int, field text, value text, rule text, person text)
CROSS JOIN (SELECT coalesce(max(n), 0) AS most FROM roster_error WHERE import_id = %(id)s) AS known
"""
_NAMES = """
INSERT INTO roster_name
  (import_id, n, line, person_id, staff_number, family_before, given_before, family_name, given_name)
SELECT %(id)s, line, line, person_id, staff_number, family_before, given_before, family_name, given_name
FROM jsonb_to_recordset(%(names)s) AS name (line int, person_id uuid, staff_number text,
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
_NO_COUNTS = dict.fromkeys(_COUNTS, 0)
_OUR_ERROR = "could not be worked on: an error of the service, which was logged"


class Taken(NamedTuple):
    """An import that runs, locked."""

    agency_id: str
    dry_run: bool
    tries: int


class Ended(NamedTuple):
    """The figures of an import that has ended."""

    rows: int
    errors: int
    left_out: int


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
    with database.transaction(actor=_SELF, method="jobs/forget_rosters", at=now) as db:
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
    """Work on one import if it runs and nobody else does; what fails too often is given up.

    The stop of the process is no failure: the import is left as it was, for the next to take up.
    """
    with structlog.contextvars.bound_contextvars(roster_import=str(import_id)):
        try:
            _work(database, import_id)
        except Exception:
            if database.stopping.begun:
                log.info("roster_import_left")
                return
            log.exception("roster_import_failed")
            _give_up(database, import_id)


@contextmanager
def _step(database: Database, import_id: UUID) -> Iterator[tuple[Db, Taken | None]]:
    """One transaction on an import; none is taken if it does not run, or somebody else works on it."""
    with (
        database.transaction(actor=_actor(database, import_id), method=METHOD) as db,
        database.stopping.ends(db.connection()),
    ):
        db.run(_MORE_TIME)
        yield db, db.maybe(Taken, _TAKE, id=import_id)


def _actor(database: Database, import_id: UUID) -> str:
    with database.read() as db:
        return next(iter(db.values("SELECT actor FROM roster_import WHERE id = %(id)s", id=import_id)), _SELF)


def _give_up(database: Database, import_id: UUID) -> None:
    """Count a failure; the last one ends what failed, so that what we cannot digest is not tried for ever.

    That is the whole file, or of one that is being applied the part in hand, whose rows are left out.
    """
    with database.transaction(actor=_SELF, method=METHOD) as db:
        taken = db.maybe(Taken, _TAKE, id=import_id)
        if taken is None:
            return
        tries = taken.tries + 1
        db.run("UPDATE roster_import SET tries = %(tries)s WHERE id = %(id)s", tries=tries, id=import_id)
        db.changed(f"rosterImports/{import_id}", after={"tries": tries})
        if tries < MOST_TRIES:
            return
        part = roster_parts.take(db, import_id)
        if part is None:
            _note(db, import_id, rules.NOTHING, [Problem(1, "", "", _OUR_ERROR)], _NO_COUNTS, renamed=0, absent=0)
            _end(db, import_id, rosters.REFUSED)
        else:
            _add(
                db, import_id, part, [Problem(line, "", "", _OUR_ERROR) for line in sorted(part.lines)], [], _NO_COUNTS
            )


def _work(database: Database, import_id: UUID) -> None:
    def at(step: str, rows: int = 0) -> None:
        """Say beside the transaction, whose rows nobody else sees yet, what it is at."""
        database.stopping.require_going_on()
        with database.read() as beside:
            beside.run(_PROGRESS, id=import_id, step=step, rows=rows)

    with database.read() as db:
        if not db.values(_RUNS, id=import_id):
            return
    at("READING")
    with database.read() as db:
        content = b"".join(map(bytes, db.values(_CHUNKS, id=import_id)))
    roster = _read(content)
    at("CHECKING", len(roster.rows))
    with _step(database, import_id) as (db, taken):
        if taken is None:
            return
        if not roster_parts.left(db, import_id):
            _look(database, db, import_id, taken, roster)
    at("APPLYING", len(roster.rows))
    rows = {row.line: row for row in roster.rows}
    more = True
    while more:
        database.stopping.require_going_on()
        try:
            more = _apply_part(database, import_id, roster, rows)
        except membership.PeopleBeingChanged:
            log.info("roster_part_waits")


def _look(database: Database, db: Db, import_id: UUID, taken: Taken, roster: rules.Roster) -> None:
    """Look at the whole file: end it if it is not to be applied, or divide it into the parts that are."""
    agency_id, day = taken.agency_id, pacific_date(db.at)
    problems = roster_stage.stage(db, roster, agency_id=agency_id)
    problems = problems or roster_stage.match(db, roster, agency_id=agency_id, day=day)
    named, wrong = roster_stage.named_elsewhere(db)
    if named and guesses.too_many(database, _actor(database, import_id), day=day, wrong=wrong):
        problems = [Problem(1, "staff_number", "", guesses.RULE)]
    counts, absent, renamed = _NO_COUNTS, [], []
    if not problems:
        absent = roster_stage.not_in_file(db, day)
        if taken.dry_run:
            renamed = roster_stage.renamed(db)
            counts = roster_changes.look(db, with_roles="roles" in roster.columns, whole=not agency_id, day=day).counts
    _ask_about(db, import_id, absent)
    db.run(_FORGET_NAMES, id=import_id)
    _note_names(db, import_id, renamed)
    missing = len({person for person, _ in absent})
    _note(db, import_id, roster, problems, counts, renamed=len(renamed), absent=missing)
    if problems or taken.dry_run:
        _end(db, import_id, rosters.REFUSED if problems else rosters.CHECKED)
    elif not (parts := roster_parts.plan(db, import_id)):
        _end(db, import_id, rosters.APPLIED)
    else:
        db.changed(f"rosterImports/{import_id}", after={"rows": len(roster.rows), "parts": parts})


def _apply_part(database: Database, import_id: UUID, roster: rules.Roster, rows: Mapping[int, rules.Row]) -> bool:
    """Apply the next part, if one is left; say whether it was."""
    with _step(database, import_id) as (db, taken):
        part = None if taken is None else roster_parts.take(db, import_id)
        if taken is None or part is None:
            return False
        db.run(_LESS_PATIENCE)
        some = replace(roster, rows=[rows[line] for line in part.lines])
        applied = roster_parts.apply(db, some, part.n, agency_id=taken.agency_id, day=pacific_date(db.at))
        _add(db, import_id, part, applied.problems, applied.renamed, applied.counts)
    return True


def _read(content: bytes) -> rules.Roster:
    if not content.startswith(workbooks.BEGINNING):
        return rules.read(content)
    try:
        return replace(rules.read(workbooks.as_csv(content)), encoding=WORKBOOK)
    except workbooks.Unreadable as refused:
        return rules.unreadable("file", str(refused))


def _note_names(db: Db, import_id: UUID, renamed: Sequence[dict[str, Any]]) -> None:
    """Keep whose name changes and how: it shows what a wrong reading of the file would do."""
    listed = [{**row, "person_id": str(row["person_id"])} for row in renamed]
    db.run(_NAMES, id=import_id, names=Jsonb(listed))


def _note_problems(db: Db, import_id: UUID, problems: Sequence[Problem]) -> None:
    listed = [{"n": n, **vars(problem)} for n, problem in enumerate(problems, 1)]
    db.run(_PROBLEMS, id=import_id, problems=Jsonb(listed))


def _ask_about(db: Db, import_id: UUID, absent: Sequence[tuple[UUID, str]]) -> None:
    """Keep who is not in the file: whether they left is for people to say."""
    people, agencies = [person for person, _ in absent], [agency for _, agency in absent]
    db.run("DELETE FROM roster_absent WHERE import_id = %(id)s", id=import_id)
    db.run(_ABSENT, id=import_id, people=people, agencies=agencies)


def _note(
    db: Db,
    import_id: UUID,
    roster: rules.Roster,
    problems: Sequence[Problem],
    counts: dict[str, int],
    *,
    renamed: int,
    absent: int,
) -> None:
    """Keep what the look at the whole file found."""
    days = [
        {"column": column, "month_first": order.first == roster_days.MONTH_FIRST, "certain": order.certain}
        for column, order in sorted(roster.days.items())
        if order.first
    ]
    _note_problems(db, import_id, problems)
    found = {"rows": len(roster.rows), "errors": len(problems), "names_changed": renamed, "not_in_file": absent}
    db.run(_LOOKED, id=import_id, encoding=roster.encoding, days=Jsonb(days), **found, **counts)


def _add(
    db: Db,
    import_id: UUID,
    part: roster_parts.Part,
    problems: Sequence[Problem],
    renamed: Sequence[dict[str, Any]],
    counts: dict[str, int],
) -> None:
    """Add what came of a part; with the last one the file is applied."""
    _note_problems(db, import_id, problems)
    _note_names(db, import_id, renamed)
    left_out = len({problem.line for problem in problems})
    found = {"errors": len(problems), "left_out": left_out, "names_changed": len(renamed), **counts}
    db.run(_ADD, id=import_id, **found)
    db.changed(f"rosterImports/{import_id}", after={"part": part.n, **found})
    if not roster_parts.left(db, import_id):
        _end(db, import_id, rosters.APPLIED)


def _end(db: Db, import_id: UUID, state: str) -> None:
    if state != rosters.CHECKED:
        db.run(_FORGET_CHUNKS, id=import_id)
    found = db.one(Ended, _END, id=import_id, state=state)._asdict()
    db.changed(f"rosterImports/{import_id}", after=(db.after or {}) | {"state": state, **found})
    log.info("roster_import_ended", state=state, **found)
