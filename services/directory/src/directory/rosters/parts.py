"""A sound roster file is applied in parts: each is one short transaction, which looks again at what it meets by now.

The parts that are left stand in a table. Each is taken out by the transaction that applies it, so that a file goes on
where it was, whatever became of the process.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from directory import locks, membership
from directory.rosters import changes, known, stage
from directory.rosters.rules import parts as rules
from directory.rosters.rules.files import Problem, Roster
from directory.units.said import Change
from servicekit.data.db import Db

# Whoever changes one of them, or an audience, waits for this many people to be changed: about a second.
MOST_PEOPLE = 1_000

_PEOPLE = (
    "SELECT staff_key, array_agg(line ORDER BY line) AS lines FROM roster_row GROUP BY staff_key ORDER BY min(line)"
)
# Those given an address that another one of the file still has.
_TIES = """
SELECT taking.staff_key AS one, giving.staff_key AS other
FROM roster_person AS taking
JOIN person ON person.email_key = taking.email_key AND person.id <> taking.id
JOIN roster_person AS giving ON giving.id = person.id
"""
_PLAN = """
INSERT INTO roster_part (import_id, n, lines)
SELECT %(id)s, n, lines FROM jsonb_to_recordset(%(parts)s) AS part (n int, lines int[])
"""
_TAKE = """
DELETE FROM roster_part
WHERE import_id = %(id)s AND n = (SELECT min(n) FROM roster_part WHERE import_id = %(id)s)
RETURNING n, lines
"""
_LEFT = "SELECT count(*)::int AS parts FROM roster_part WHERE import_id = %(id)s"
# The database looks at a table that was filled some time later by itself. Until then it would plan for a few rows: the
# next file would look for each of its jobs by itself. Whoever else looks at one now does it for us.
_LOOK_AGAIN = "ANALYZE (SKIP_LOCKED) person, job, leave, role_grant"


class Person(NamedTuple):
    """Somebody of the file, by what their number is compared by, with the lines about them."""

    staff_key: str
    lines: list[int]


class Tie(NamedTuple):
    """Two people of whom neither can be done without the other."""

    one: str
    other: str


class Part(NamedTuple):
    """Some lines of a file."""

    n: int
    lines: list[int]


@dataclass(frozen=True)
class Applied:
    """What came of a part: its figures, whose name was changed, who leads what, and who was left out and why."""

    counts: dict[str, int]
    renamed: list[dict[str, Any]]
    leads: list[Change]
    problems: list[Problem]


def plan(db: Db, import_id: UUID) -> int:
    """Divide the file that was staged and matched into parts, and keep these; return how many."""
    parts = rules.divide(db.all(Person, _PEOPLE), db.all(Tie, _TIES), MOST_PEOPLE)
    db.run(_PLAN, id=import_id, parts=Jsonb([{"n": n, "lines": lines} for n, lines in enumerate(parts, 1)]))
    return len(parts)


def take(db: Db, import_id: UUID) -> Part | None:
    """Take the next part out of what is left."""
    return db.maybe(Part, _TAKE, id=import_id)


def left(db: Db, import_id: UUID) -> int:
    """Count the parts that are left. None are of a file that was not found sound yet."""
    return int(db.value(_LEFT, id=import_id))


def apply(db: Db, part: Roster, n: int, *, agency_id: str, day: date) -> Applied:
    """Make people, jobs, leave, roles and audiences what part *n* of a file says, and tell it.

    Who became unsound since the whole file was looked at, since somebody changed them or took their address, is left
    out, and stays as they are.
    """
    stage.restage(db, part)
    locks.share(db)
    known.hold_people(db)
    problems: list[Problem] = []
    # People left out keep an address that others may have been about to get: those are looked at again.
    while known.match(db, part, agency_id=agency_id, day=day):
        problems += known.leave_out(db, part)
    renamed = known.renamed(db)
    made = changes.make(db, changes.Columns.of(part, agency_id), day=day)
    # After parts 1, 2, 4, 8 …: when there may be twice as many.
    if len(made.touched) >= MOST_PEOPLE and n.bit_count() == 1:
        db.run(_LOOK_AGAIN)
    if made.touched:
        membership.recompute(db, at=db.at, person_ids=made.touched)
    return Applied(made.counts, renamed, made.leads, problems)
