"""Works on roster files in the background: one look at the whole file, then, if it is sound, it is applied in parts.

A dry run looks at what an actual run makes so, by the same conditions. Nobody waits for the look, and nobody for longer
than a part takes. Each step is one of a task (`servicekit.background.tasks`), so that a file is taken up where it was.
"""

from collections.abc import Mapping, Sequence
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
from servicekit.background import tasks
from servicekit.background.runner import InHand, Kind, NotNowError
from servicekit.background.tasks import Task
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

log = structlog.get_logger()

_SELF = "services/directory"
# How the letters of a file were read that says so itself, and better than by a code page.
WORKBOOK = "workbook"
# What was wrong with a file shows names and addresses: it is kept as long as somebody mends the file.
KEEP_PROBLEMS = timedelta(days=30)
_ABANDONED = timedelta(days=1)

_WITHOUT_TASK = """
SELECT roster_import.id, roster_import.actor FROM roster_import
WHERE state = 'RUNNING' AND NOT EXISTS (
  SELECT FROM task WHERE task.kind = 'roster' AND task.key = roster_import.id::text)
"""
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
_FORGET_CHUNKS = "DELETE FROM roster_chunk WHERE import_id = %(id)s"
_COUNTS = (
    "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged",
)  # fmt: skip
_LOOKED = f"""
UPDATE roster_import SET
  rows = %(rows)s, errors = %(errors)s, left_out = 0, failed = %(failed)s, not_in_file = %(not_in_file)s,
  encoding = %(encoding)s, days = %(days)s, names_changed = %(names_changed)s,
  {", ".join(f"{name} = %({name})s" for name in _COUNTS)}
WHERE id = %(id)s
"""  # noqa: S608 - made of constants
_ADD = f"""
UPDATE roster_import SET
  errors = errors + %(errors)s, left_out = left_out + %(left_out)s, failed = failed + %(failed)s,
  names_changed = names_changed + %(names_changed)s,
  {", ".join(f"{name} = {name} + %({name})s" for name in _COUNTS)}
WHERE id = %(id)s
"""  # noqa: S608 - made of constants
_END = """
UPDATE roster_import SET state = %(state)s, completed_at = clock_timestamp() WHERE id = %(id)s
RETURNING rows, errors, left_out, failed
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


class Waiting(NamedTuple):
    """An import that runs without a task."""

    id: UUID
    actor: str


class Ended(NamedTuple):
    """The figures of an import that has ended."""

    rows: int
    errors: int
    left_out: int
    failed: int


def resume(database: Database, now: datetime) -> None:
    """Take up roster files that a process of the version before left: it knew no tasks."""
    with database.read() as db:
        waiting = db.all(Waiting, _WITHOUT_TASK)
    if not waiting:
        return
    with database.transaction(actor=_SELF, method="jobs/resume_rosters", at=now) as db:
        for found in waiting:
            tasks.defer(db, rosters.TASK, str(found.id), actor=found.actor)
        db.changed("rosterImports/-", after={"taken_up": len(waiting)})


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
    part = roster_parts.take(db, import_id)
    if part is None:
        problems = [Problem(1, "", "", _OUR_ERROR)]
        _note(db, import_id, rules.NOTHING, problems, _NO_COUNTS, renamed=0, absent=0, failed=1)
        _end(db, import_id, rosters.REFUSED)
        return False
    people = {row.line: row.person for row in _read(_content(db, import_id)).rows}
    problems = [Problem(line, "", "", _OUR_ERROR, person=people.get(line, "")) for line in sorted(part.lines)]
    _add(db, import_id, part, problems, [], _NO_COUNTS, failed=len(problems))
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
        goes_on = taken is not None and (roster_parts.left(db, import_id) or _look(task, db, import_id, taken, roster))
        if not goes_on:
            task.end(db)
            return
    at("APPLYING", len(roster.rows))
    rows = {row.line: row for row in roster.rows}
    while goes_on:
        try:
            with task.step() as db:
                goes_on = _apply_part(db, import_id, roster, rows)
                progress = rosters.progress(db, import_id)
                if goes_on and progress is not None:
                    task.progress(db, progress.rows_done, progress.rows)
                elif not goes_on:
                    task.end(db)
        except membership.PeopleBeingChanged:
            log.info("roster_part_waits")


def _look(task: InHand, db: Db, import_id: UUID, taken: Taken, roster: rules.Roster) -> bool:
    """Look at the whole file: end it if it is not to be applied, or divide it into the parts that are; say if it is."""
    agency_id, day = taken.agency_id, pacific_date(db.at)
    problems = roster_stage.stage(db, roster, agency_id=agency_id)
    problems = problems or roster_stage.match(db, roster, agency_id=agency_id, day=day)
    named, wrong = roster_stage.named_elsewhere(db)
    if named and guesses.too_many(task.database, task.task.actor, day=day, wrong=wrong):
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
        return False
    parts = roster_parts.plan(db, import_id)
    if not parts:
        _end(db, import_id, rosters.APPLIED)
        return False
    db.changed(f"rosterImports/{import_id}", after={"rows": len(roster.rows), "parts": parts})
    return True


def _apply_part(db: Db, import_id: UUID, roster: rules.Roster, rows: Mapping[int, rules.Row]) -> bool:
    """Apply the next part; say if there is another one."""
    taken = _take(db, import_id)
    part = None if taken is None else roster_parts.take(db, import_id)
    if taken is None or part is None:
        return False
    db.run(_LESS_PATIENCE)
    some = replace(roster, rows=[rows[line] for line in part.lines])
    applied = roster_parts.apply(db, some, part.n, agency_id=taken.agency_id, day=pacific_date(db.at))
    _add(db, import_id, part, applied.problems, applied.renamed, applied.counts)
    return roster_parts.left(db, import_id) > 0


def _content(db: Db, import_id: UUID) -> bytes:
    return b"".join(map(bytes, db.values(_CHUNKS, id=import_id)))


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
    failed: int = 0,
) -> None:
    """Keep what the look at the whole file found."""
    days = [
        {"column": column, "month_first": order.first == roster_days.MONTH_FIRST, "certain": order.certain}
        for column, order in sorted(roster.days.items())
        if order.first
    ]
    _note_problems(db, import_id, problems)
    found = {"rows": len(roster.rows), "errors": len(problems), "names_changed": renamed, "not_in_file": absent}
    db.run(_LOOKED, id=import_id, failed=failed, encoding=roster.encoding, days=Jsonb(days), **found, **counts)


def _add(
    db: Db,
    import_id: UUID,
    part: roster_parts.Part,
    problems: Sequence[Problem],
    renamed: Sequence[dict[str, Any]],
    counts: dict[str, int],
    *,
    failed: int = 0,
) -> None:
    """Add what came of a part; with the last one the file is applied."""
    _note_problems(db, import_id, problems)
    _note_names(db, import_id, renamed)
    left_out = len({problem.line for problem in problems})
    found = {"errors": len(problems), "left_out": left_out, "failed": failed, "names_changed": len(renamed), **counts}
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


TASKS = (Kind(rosters.TASK, work, give_up, pauses=(1.0, 5.0)),)
