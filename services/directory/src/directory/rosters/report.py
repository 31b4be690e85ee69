"""What an import says of its file: figures, problems, changed names, who is missing, and how it ended."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from directory.rosters import imports, parts
from directory.rosters.rules import days as day_rules
from directory.rosters.rules import files
from directory.rosters.rules.files import Problem
from directory.units.said import Change
from servicekit.data.db import Db

log = structlog.get_logger()

_FORGET_CHUNKS = "DELETE FROM roster_chunk WHERE import_id = %(id)s"
_COUNTS = (
    "people_added", "people_changed", "jobs_added", "jobs_changed", "jobs_ended", "unchanged",
    "leads_begun", "leads_ended",
)  # fmt: skip
_LOOKED = f"""
UPDATE roster_import SET
  rows = %(rows)s, errors = %(errors)s, left_out = 0, failed = %(failed)s, not_in_file = %(not_in_file)s,
  encoding = %(encoding)s, days = %(days)s, names_changed = %(names_changed)s, leads = '[]',
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
_LEADS = """
UPDATE roster_import SET leads = leads || %(leads)s WHERE id = %(id)s AND jsonb_array_length(leads) < %(most)s
"""
_FORGET_NAMES = "DELETE FROM roster_name WHERE import_id = %(id)s"
_ABSENT = """
INSERT INTO roster_absent (import_id, person_id, agency_id)
SELECT %(id)s, person_id, agency_id FROM unnest(%(people)s::uuid[], %(agencies)s::text[]) AS one (person_id, agency_id)
"""
# A report names as many who begin or end to lead a unit; it counts all.
_MOST_LEADS = 200
NO_COUNTS = dict.fromkeys(_COUNTS, 0)


class Ended(NamedTuple):
    """The figures of an import that has ended."""

    rows: int
    errors: int
    left_out: int
    failed: int


def forget_names(db: Db, import_id: UUID) -> None:
    """Forget whose names an earlier look at the file would have changed."""
    db.run(_FORGET_NAMES, id=import_id)


def note_names(db: Db, import_id: UUID, renamed: Sequence[dict[str, Any]]) -> None:
    """Keep whose name changes and how: it shows what a wrong reading of the file would do."""
    listed = [{**row, "person_id": str(row["person_id"])} for row in renamed]
    db.run(_NAMES, id=import_id, names=Jsonb(listed))


def note_leads(db: Db, import_id: UUID, roster: files.Roster, changes: Sequence[Change]) -> None:
    """Keep the first of who begins to lead which unit, and who leads it no longer: by staff number, without a name."""
    number_in = {row.line: row.cells["staff_number"] for row in roster.rows} if changes else {}
    listed = [
        {"row": one.line, "staff_number": number_in[one.line], "unit": one.unit_id, "begins": one.begins}
        for one in changes[:_MOST_LEADS]
    ]
    db.run(_LEADS, id=import_id, leads=Jsonb(listed), most=_MOST_LEADS)


def ask_about(db: Db, import_id: UUID, absent: Sequence[tuple[UUID, str]]) -> None:
    """Keep who is not in the file: whether they left is for people to say."""
    people, agencies = [person for person, _ in absent], [agency for _, agency in absent]
    db.run("DELETE FROM roster_absent WHERE import_id = %(id)s", id=import_id)
    db.run(_ABSENT, id=import_id, people=people, agencies=agencies)


def looked(
    db: Db,
    import_id: UUID,
    roster: files.Roster,
    problems: Sequence[Problem],
    counts: dict[str, int],
    *,
    renamed: int,
    absent: int,
    failed: int = 0,
) -> None:
    """Keep what the look at the whole file found."""
    days = [
        {"column": column, "month_first": order.first == day_rules.MONTH_FIRST, "certain": order.certain}
        for column, order in sorted(roster.days.items())
        if order.first
    ]
    _note_problems(db, import_id, problems)
    found = {"rows": len(roster.rows), "errors": len(problems), "names_changed": renamed, "not_in_file": absent}
    db.run(_LOOKED, id=import_id, failed=failed, encoding=roster.encoding, days=Jsonb(days), **found, **counts)


def add(
    db: Db,
    import_id: UUID,
    part: parts.Part,
    problems: Sequence[Problem],
    renamed: Sequence[dict[str, Any]],
    counts: dict[str, int],
    *,
    failed: int = 0,
) -> None:
    """Add what came of a part; with the last one the file is applied."""
    _note_problems(db, import_id, problems)
    note_names(db, import_id, renamed)
    left_out = len({problem.line for problem in problems})
    found = {"errors": len(problems), "left_out": left_out, "failed": failed, "names_changed": len(renamed), **counts}
    db.run(_ADD, id=import_id, **found)
    db.changed(f"rosterImports/{import_id}", after={"part": part.n, **found})
    if not parts.left(db, import_id):
        end(db, import_id, imports.APPLIED)


def end(db: Db, import_id: UUID, state: str) -> None:
    """End an import. The pieces of its file are kept only of one that can be applied yet."""
    if state != imports.CHECKED:
        db.run(_FORGET_CHUNKS, id=import_id)
    found = db.one(Ended, _END, id=import_id, state=state)._asdict()
    db.changed(f"rosterImports/{import_id}", after=(db.after or {}) | {"state": state, **found})
    log.info("roster_import_ended", state=state, **found)


def _note_problems(db: Db, import_id: UUID, problems: Sequence[Problem]) -> None:
    listed = [{"n": n, **vars(problem)} for n, problem in enumerate(problems, 1)]
    db.run(_PROBLEMS, id=import_id, problems=Jsonb(listed))
