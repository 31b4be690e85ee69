"""What is told of bodies, kept: in whatever order it is heard, and however often, the newest version holds."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from servicekit.data.db import Db

_RULED = """
INSERT INTO body_rules AS known (body_id, code, rules, version) VALUES (%(body)s, %(code)s, %(rules)s, %(version)s)
ON CONFLICT (body_id) DO UPDATE SET code = excluded.code, rules = excluded.rules, version = excluded.version
WHERE excluded.version >= known.version
"""
# What was told whole says all; an end that was heard before, and is newer, stays.
_STARTED = """
INSERT INTO membership AS known (id, body_id, person_id, part, seat_id, constituency_id, voting, start_date, end_date,
  carries_over, told_version, version)
SELECT id, body, person, part, seat, constituency, voting, start, "end", carries, version, version
FROM unnest(%(id)s::uuid[], %(body)s::text[], %(person)s::uuid[], %(part)s::text[], %(seat)s::text[],
  %(constituency)s::text[], %(voting)s::boolean[], %(start)s::date[], %(end)s::date[], %(carries)s::boolean[],
  %(version)s::int[])
  AS told (id, body, person, part, seat, constituency, voting, start, "end", carries, version)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
  part = excluded.part, seat_id = excluded.seat_id, constituency_id = excluded.constituency_id,
  voting = excluded.voting, start_date = excluded.start_date, told_version = excluded.told_version,
  end_date = CASE WHEN excluded.version >= known.version THEN excluded.end_date ELSE known.end_date END,
  carries_over = CASE WHEN excluded.version >= known.version THEN excluded.carries_over ELSE known.carries_over END,
  version = greatest(excluded.version, known.version)
WHERE excluded.told_version >= known.told_version
"""
# Whoever is ended does not go on until somebody follows.
_ENDED = """
INSERT INTO membership AS known (id, body_id, person_id, part, seat_id, constituency_id, voting, start_date, end_date,
  carries_over, told_version, version)
SELECT id, body, person, '', '', '', false, NULL, "end", false, 0, version
FROM unnest(%(id)s::uuid[], %(body)s::text[], %(person)s::uuid[], %(end)s::date[], %(version)s::int[])
  AS told (id, body, person, "end", version)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET end_date = excluded.end_date, carries_over = false, version = excluded.version
WHERE excluded.version >= known.version
"""
_PRESENT = """
INSERT INTO presence AS known (meeting_id, item_id, body_id, decides, person_ids, at, version)
VALUES (%(meeting)s, %(item)s, %(body)s, %(decides)s, %(people)s, %(at)s, %(version)s)
ON CONFLICT (meeting_id, item_id) DO UPDATE
SET decides = excluded.decides, person_ids = excluded.person_ids, at = excluded.at, version = excluded.version
WHERE excluded.version >= known.version
"""


class Started(NamedTuple):
    """A membership, whole."""

    id: UUID
    body: str
    person: UUID
    part: str
    seat: str
    constituency: str
    voting: bool
    start: date
    end: date | None
    carries: bool
    version: int


class Ended(NamedTuple):
    """A membership was given an end."""

    id: UUID
    body: str
    person: UUID
    end: date
    version: int


class Present(NamedTuple):
    """Who was in the room at the end of an item."""

    meeting: str
    item: str
    body: str
    decides: str
    people: list[UUID]
    at: datetime
    version: int


def rule(db: Db, body: str, code: str, rules_json: str, version: int) -> None:
    """Keep the rules of a body; one that never votes may have none."""
    db.run(_RULED, body=body, code=code, rules=Jsonb(json.loads(rules_json)), version=version)


def start(db: Db, memberships: Sequence[Started]) -> None:
    """Keep memberships: one statement, however many were told."""
    db.run(_STARTED, **_columns(Started._fields, memberships))


def end(db: Db, memberships: Sequence[Ended]) -> None:
    """Keep the ends of memberships, in one statement too."""
    db.run(_ENDED, **_columns(Ended._fields, memberships))


def _columns(names: Sequence[str], told: Sequence[Started | Ended]) -> dict[str, list[object]]:
    """Return what was told by column, of each membership its newest version alone."""
    newest = {one.id: one for one in sorted(told, key=lambda one: one.version)}
    return {name: [getattr(one, name) for one in newest.values()] for name in names}


def be_present(db: Db, items: Sequence[Present]) -> None:
    """Keep who was there."""
    for one in items:
        db.run(_PRESENT, **one._asdict())
