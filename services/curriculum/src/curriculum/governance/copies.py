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
VALUES (%(id)s, %(body)s, %(person)s, %(part)s, %(seat)s, %(constituency)s, %(voting)s, %(start)s, %(end)s, %(carries)s,
  %(version)s, %(version)s)
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
VALUES (%(id)s, %(body)s, %(person)s, '', '', '', false, NULL, %(end)s, false, 0, %(version)s)
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
    """Keep memberships."""
    for one in memberships:
        db.run(_STARTED, **one._asdict())


def end(db: Db, memberships: Sequence[Ended]) -> None:
    """Keep the ends of memberships."""
    for one in memberships:
        db.run(_ENDED, **one._asdict())


def be_present(db: Db, items: Sequence[Present]) -> None:
    """Keep who was there."""
    for one in items:
        db.run(_PRESENT, **one._asdict())
