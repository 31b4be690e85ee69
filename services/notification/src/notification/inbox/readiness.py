"""Readiness counts, moved in the transaction that changes them, always the same way.

For a set of people and notices: lock their recipient rows, take what they contribute, make the change, take it again,
and add the difference. `touched` is SQL that gives (notice_id, person_id). How somebody counts is said in
`rules.py` for one person and here for many; the audit compares the stored figures with a recount.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import date
from random import randrange
from typing import NamedTuple
from uuid import UUID

from notification.inbox.rules import Counts
from servicekit.data.db import Db

# Slot 0 is for bulk changes, of which few run at a time; calls of single people choose one of the others.
SLOTS = 16
_COUNTS = tuple(field.name for field in fields(Counts))
_ADDED = ", ".join(f"{name} = readiness.{name} + excluded.{name}" for name in _COUNTS)

# Whether every asked step is done.
DID_ALL = """
  CASE n.asks
    WHEN 'NOTHING' THEN true
    WHEN 'READ' THEN r.read_at IS NOT NULL
    WHEN 'CONFIRM' THEN r.confirmed_at IS NOT NULL
    ELSE r.confirmed_at IS NOT NULL AND r.trained_at IS NOT NULL
  END
"""
# When the first step was done, of those that are kept: NULL of whoever did nothing. (`least` looks past NULL.)
STARTED_AT = "least(read_at, confirmed_at, trained_at)"
# One person under one notice at one place ('' = the state, each person once), with the flags that are counted. Leave is
# a person's, so it is the same at all their places. A place where their agency alone asks them counts nowhere:
# figures are of those whom the state asks. They are fetched by one look into the index: two, put together by
# UNION ALL, took 20 times as long for 300,000 recipients, since the planner memoizes them for nothing. The figures
# of a withdrawn notice stay as they were.
STANDING = f"""
SELECT r.notice_id, place.agency_id, r.due_date, r.person_id,
  NOT r.excused AS listed, r.excused, everywhere.on_leave, r.read_at, r.confirmed_at, r.trained_at,
  {DID_ALL} AS did_all
FROM touched
JOIN notice AS n ON n.id = touched.notice_id AND n.state = 'PUBLISHED'
JOIN recipient AS r ON r.notice_id = touched.notice_id AND r.person_id = touched.person_id
CROSS JOIN LATERAL (
  SELECT array_agg(m.agency_id) AS agencies, bool_or(m.on_leave) AS on_leave FROM audience_member AS m
  WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member AND NOT m.local
  HAVING count(*) > 0
) AS everywhere
CROSS JOIN LATERAL unnest(everywhere.agencies || ''::varchar) AS place (agency_id)
"""  # noqa: S608 - made of constants
# Counts over rows of `STANDING`, in the order of `Counts`.
COUNTED = f"""
  (count(*) FILTER (WHERE listed))::int AS listed,
  (count(*) FILTER (WHERE listed AND NOT on_leave AND did_all))::int AS ready,
  (count(*) FILTER (WHERE listed AND NOT on_leave AND NOT did_all AND {STARTED_AT} IS NULL))::int AS not_started,
  (count(*) FILTER (WHERE listed AND on_leave))::int AS on_leave,
  (count(*) FILTER (WHERE listed AND NOT on_leave AND read_at IS NOT NULL))::int AS read,
  (count(*) FILTER (WHERE listed AND NOT on_leave AND confirmed_at IS NOT NULL))::int AS confirmed,
  (count(*) FILTER (WHERE listed AND NOT on_leave AND trained_at IS NOT NULL))::int AS trained,
  (count(*) FILTER (WHERE excused))::int AS excused
"""
_CONTRIBUTION = """
WITH touched AS ({touched}), standing AS ({standing})
SELECT notice_id, agency_id, due_date, {counted} FROM standing GROUP BY notice_id, agency_id, due_date
"""
# Rows are locked in key order by everybody, so that two changes wait for each other rather than deadlock.
_LOCK = """
WITH touched AS ({touched})
SELECT count(*) FROM (
  SELECT FROM recipient AS r JOIN touched USING (notice_id, person_id)
  ORDER BY r.notice_id, r.person_id FOR UPDATE OF r
) AS locked
"""
# A statement that adds rows of (notice_id, agency_id, due_date, slot, counts…) to the figures.
ADD = f"""
INSERT INTO readiness (notice_id, agency_id, due_date, slot, {", ".join(_COUNTS)})
{{rows}}
ON CONFLICT (notice_id, agency_id, due_date, slot) DO UPDATE SET {_ADDED}
"""
# A statement by which people have confirmed, since somebody recorded it for them. Who confirmed before is left out, and
# so is whom the letter does not concern.
CONFIRMED_FOR = """
UPDATE recipient SET confirmed_at = %(at)s, read_at = coalesce(read_at, %(at)s), confirmed_for = true
WHERE notice_id = %(notice)s AND person_id = ANY(%(people)s) AND confirmed_at IS NULL AND NOT excused
RETURNING person_id
"""
_ADD_GIVEN = ADD.format(
    rows=f"""
SELECT notice_id, agency_id, due_date, 0, {", ".join(_COUNTS)}
FROM unnest(
  %(notices)s::uuid[], %(agencies)s::text[], %(due_dates)s::date[],
  {", ".join(f"%({name})s::int[]" for name in _COUNTS)}
) AS added (notice_id, agency_id, due_date, {", ".join(_COUNTS)})
ORDER BY notice_id, agency_id, due_date
"""  # noqa: S608 - made of constants
)

# Of a letter that is out: whoever moves a figure holds the people first.
_HOLD_PEOPLE = """
SELECT count(*) FROM (
  SELECT FROM recipient WHERE notice_id = %(notice)s ORDER BY notice_id, person_id FOR UPDATE
) AS held
"""
# One that was withdrawn in the meantime keeps its figures.
_FORGET = """
DELETE FROM readiness
WHERE notice_id = %(notice)s AND EXISTS (SELECT FROM notice WHERE id = %(notice)s AND state = 'PUBLISHED')
"""
_RECOUNT = ADD.format(
    rows=f"""
SELECT notice_id, agency_id, due_date, 0, {", ".join(_COUNTS)}
FROM (
  WITH touched AS (SELECT notice_id, person_id FROM recipient WHERE notice_id = %(notice)s),
  standing AS ({STANDING})
  SELECT notice_id, agency_id, due_date, {COUNTED} FROM standing GROUP BY notice_id, agency_id, due_date
) AS counted
ORDER BY notice_id, agency_id, due_date
"""  # noqa: S608 - made of constants
)

Key = tuple[UUID, str, date]


class _Counts(NamedTuple):
    """Those of `Counts`."""

    listed: int
    ready: int
    not_started: int
    on_leave: int
    read: int
    confirmed: int
    trained: int
    excused: int


class _Contribution(NamedTuple):
    notice_id: UUID
    agency_id: str
    due_date: date
    counts: _Counts


@contextmanager
def moving(db: Db, touched: str, **params: object) -> Iterator[None]:
    """Add to the figures what changes inside for *touched*. Costs four statements, however many people there are."""
    db.run(_LOCK.format(touched=touched), **params)
    before = _contribution(db, touched, params)
    yield
    after = _contribution(db, touched, params)
    _add(db, {key: after.get(key, Counts()) - before.get(key, Counts()) for key in before | after})


def hold_people(db: Db, notice_id: UUID) -> None:
    """Let nobody under a letter move until commit."""
    db.run(_HOLD_PEOPLE, notice=notice_id)


def recount(db: Db, notice_id: UUID) -> tuple[int, int]:
    """Count the figures of a letter again whose people are held; return how many rows there were, and are."""
    return db.run(_FORGET, notice=notice_id), db.run(_RECOUNT, notice=notice_id)


def any_slot() -> int:
    """Return the slot for the change of a single person."""
    return 1 + randrange(SLOTS - 1)  # noqa: S311 - spreads load, guards nothing


def _contribution(db: Db, touched: str, params: Mapping[str, object]) -> dict[Key, Counts]:
    sql = _CONTRIBUTION.format(touched=touched, standing=STANDING, counted=COUNTED)
    return {
        (one.notice_id, one.agency_id, one.due_date): Counts(*one.counts)
        for one in db.all(_Contribution, sql, **params)
    }


def _add(db: Db, differences: Mapping[Key, Counts]) -> None:
    moved = [(key, counts) for key, counts in differences.items() if counts]
    if not moved:
        return
    columns = zip(*((*key, *astuple(counts)) for key, counts in moved), strict=True)
    names = ("notices", "agencies", "due_dates", *_COUNTS)
    db.run(_ADD_GIVEN, **{name: list(column) for name, column in zip(names, columns, strict=True)})
