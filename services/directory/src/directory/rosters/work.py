"""Works on roster files in the background: one look at the whole file, then, if it is sound, it is applied in parts.

A dry run looks at what an actual run makes so, by the same conditions. Nobody waits for the look, and nobody for longer
than a part takes. Each step is one of a task (`servicekit.background.tasks`), so that a file is taken up where it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import structlog

from directory import locks
from directory.people import guesses
from directory.rosters import changes, imports, known, parts, report, stage, workbooks
from directory.rosters.rules import files
from directory.rosters.rules.files import Problem
from servicekit.background.runner import InHand, Kind, NotNowError
from servicekit.background.tasks import Task
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

log = structlog.get_logger()

# How the letters of a file were read that says so itself, and better than by a code page.
WORKBOOK = "workbook"
_RUNS = "SELECT true FROM roster_import WHERE id = %(id)s AND state = 'RUNNING'"
_TAKE = """
SELECT agency_id, dry_run FROM roster_import
WHERE id = %(id)s AND state = 'RUNNING' FOR UPDATE SKIP LOCKED
"""
# For a hundred thousand rows on a busy machine: whoever sent them waits. A stop of the process ends it all the same.
_MORE_TIME = "SET LOCAL statement_timeout = '10min'"
# If somebody holds a person of the part longer than this, the part begins again: changes of audiences need not wait.
_LESS_PATIENCE = "SET LOCAL lock_timeout = '1s'"
_CHUNKS = "SELECT content FROM roster_chunk WHERE import_id = %(id)s ORDER BY n"
_PROGRESS = "UPDATE roster_progress SET step = %(step)s, rows = %(rows)s WHERE import_id = %(id)s"
_OUR_ERROR = "could not be worked on: an error of the service, which was logged"


class Taken(NamedTuple):
    """An import that runs, locked."""

    agency_id: str
    dry_run: bool


def work(task: InHand) -> None:
    """Check a roster file and, if it is sound and to be applied, apply it part by part."""
    import_id = UUID(task.task.key)
    with structlog.contextvars.bound_contextvars(roster_import=str(import_id)):
        _work(task, import_id)


def give_up(db: Db, task: Task) -> bool:
    """End what failed too often, so that what we cannot digest is not tried for ever; say if the file goes on.

    That is the whole file, or of one that is being applied the part in hand, whose rows are left out.
    """
    import_id = UUID(task.key)
    if db.maybe(Taken, _TAKE, id=import_id) is None:
        return False
    part = parts.take(db, import_id)
    if part is None:
        problems = [Problem(1, "", "", _OUR_ERROR)]
        report.looked(db, import_id, files.NOTHING, problems, report.NO_COUNTS, renamed=0, absent=0, failed=1)
        report.end(db, import_id, imports.REFUSED)
        return False
    people = {row.line: row.person for row in _read(_content(db, import_id)).rows}
    problems = [Problem(line, "", "", _OUR_ERROR, person=people.get(line, "")) for line in sorted(part.lines)]
    report.add(db, import_id, part, problems, [], report.NO_COUNTS, failed=len(problems))
    log.error("roster_rows_failed", roster_import=str(import_id), part=part.n, rows=len(problems))
    return True


def _take(db: Db, import_id: UUID) -> Taken | None:
    """Take an import for a step; none if it has ended."""
    taken = db.maybe(Taken, _TAKE, id=import_id)
    if taken is None and db.values(_RUNS, id=import_id):
        raise NotNowError  # a process of the version before works on it
    db.run(_MORE_TIME)
    return taken


def _work(task: InHand, import_id: UUID) -> None:
    database = task.database

    def at(step: str, rows: int = 0) -> None:
        """Say beside the transaction, whose rows nobody else sees yet, what it is at."""
        database.stopping.require_going_on()
        with database.read() as beside:
            beside.run(_PROGRESS, id=import_id, step=step, rows=rows)

    at("READING")
    with database.read() as db:
        content = _content(db, import_id)
    roster = _read(content)
    at("CHECKING", len(roster.rows))
    with task.step() as db:
        taken = _take(db, import_id)
        goes_on = taken is not None and (parts.left(db, import_id) or _look(task, db, import_id, taken, roster))
        if not goes_on:
            task.end(db)
            return
    at("APPLYING", len(roster.rows))
    rows = {row.line: row for row in roster.rows}
    while goes_on:
        try:
            with task.step() as db:
                goes_on = _apply_part(db, import_id, roster, rows)
                progress = imports.progress(db, import_id)
                if goes_on and progress is not None:
                    task.progress(db, progress.rows_done, progress.rows)
                elif not goes_on:
                    task.end(db)
        except locks.PeopleBeingChanged:
            log.info("roster_part_waits")


def _look(task: InHand, db: Db, import_id: UUID, taken: Taken, roster: files.Roster) -> bool:
    """Look at the whole file: end it if it is not to be applied, or divide it into the parts that are; say if it is."""
    agency_id, day = taken.agency_id, pacific_date(db.at)
    problems = stage.stage(db, roster, agency_id=agency_id, day=day)
    problems = problems or known.match(db, roster, agency_id=agency_id, day=day)
    named, wrong = known.named_elsewhere(db)
    if named and guesses.too_many(task.database, task.task.actor, day=day, wrong=wrong):
        problems = [Problem(1, "staff_number", "", guesses.RULE)]
    counts, absent, renamed, leads = report.NO_COUNTS, [], [], []
    if not problems:
        absent = known.not_in_file(db, day)
        if taken.dry_run:
            renamed = known.renamed(db)
            looked = changes.look(db, changes.Columns.of(roster, agency_id), day=day)
            counts, leads = looked.counts, looked.leads
    report.ask_about(db, import_id, absent)
    report.forget_names(db, import_id)
    report.note_names(db, import_id, renamed)
    missing = len({person for person, _ in absent})
    report.looked(db, import_id, roster, problems, counts, renamed=len(renamed), absent=missing)
    report.note_leads(db, import_id, roster, leads)
    if problems or taken.dry_run:
        report.end(db, import_id, imports.REFUSED if problems else imports.CHECKED)
        return False
    planned = parts.plan(db, import_id)
    if not planned:
        report.end(db, import_id, imports.APPLIED)
        return False
    db.changed(f"rosterImports/{import_id}", after={"rows": len(roster.rows), "parts": planned})
    return True


def _apply_part(db: Db, import_id: UUID, roster: files.Roster, rows: Mapping[int, files.Row]) -> bool:
    """Apply the next part; say if there is another one."""
    taken = _take(db, import_id)
    part = None if taken is None else parts.take(db, import_id)
    if taken is None or part is None:
        return False
    db.run(_LESS_PATIENCE)
    some = replace(roster, rows=[rows[line] for line in part.lines])
    applied = parts.apply(db, some, part.n, agency_id=taken.agency_id, day=pacific_date(db.at))
    report.note_leads(db, import_id, some, applied.leads)
    report.add(db, import_id, part, applied.problems, applied.renamed, applied.counts)
    return parts.left(db, import_id) > 0


def _content(db: Db, import_id: UUID) -> bytes:
    return b"".join(map(bytes, db.values(_CHUNKS, id=import_id)))


def _read(content: bytes) -> files.Roster:
    if not content.startswith(workbooks.BEGINNING):
        return files.read(content)
    try:
        return replace(files.read(workbooks.as_csv(content)), encoding=WORKBOOK)
    except workbooks.Unreadable as refused:
        return files.unreadable("file", str(refused))


TASKS = (Kind(imports.TASK, work, give_up, pauses=(1.0, 5.0)),)
