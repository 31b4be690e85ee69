"""Checklists as agencies read them, and as the state counts them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.checklists.rules import checklist
from notification.checklists.rules.checklist import Tally
from notification.letters.rows import name_of
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Letters that are out, at the agencies that have them or staff under them. The figures are sums of few rows.
_AT = """
SELECT n.id AS notice_id, n.version, n.withdrawn_at, here.agency_id, coalesce(f.to_go, 0)::int AS to_go
FROM notice AS n
CROSS JOIN LATERAL (
  SELECT d.agency_id FROM delivery AS d WHERE d.notice_id = n.id AND d.version = n.version {agency}
  UNION
  SELECT d.agency_id FROM readiness AS d WHERE d.notice_id = n.id AND d.agency_id <> '' {agency}
  GROUP BY d.agency_id HAVING sum(d.listed + d.excused) > 0
) AS here
LEFT JOIN LATERAL (
  SELECT sum(listed - ready - on_leave) AS to_go FROM readiness AS r
  WHERE r.notice_id = n.id AND r.agency_id = here.agency_id
) AS f ON true
WHERE n.id = ANY(%(notices)s) AND n.state IN ('PUBLISHED', 'WITHDRAWN')
"""
_OF_ONE = "AND d.agency_id = %(agency)s"
_ONE = _AT.format(agency=_OF_ONE)
_IS_BLOCKED = """
AND EXISTS (
  SELECT FROM checklist_item AS b WHERE b.notice_id = n.id AND b.agency_id = d.agency_id AND b.state = 'BLOCKED'
)
"""
_ALL = """
SELECT notice_id, agency_id, to_go, coalesce(states, '{{}}') AS states, coalesce(said, 0)::int AS said
FROM ({at}) AS at_agency
LEFT JOIN LATERAL (
  SELECT array_agg(i.state) AS states, count(*) FILTER (WHERE i.item = ANY(%(common)s)) AS said
  FROM checklist_item AS i WHERE i.notice_id = at_agency.notice_id AND i.agency_id = at_agency.agency_id
) AS items ON true
ORDER BY notice_id, agency_id
"""
_BLOCKED = """
SELECT notice_id, agency_id, item, title, reason FROM checklist_item
WHERE notice_id = ANY(%(notices)s) AND state = 'BLOCKED' AND %(agency)s IN ('', agency_id)
ORDER BY notice_id, agency_id, added_at, item
"""
_ITEMS = """
SELECT item, title, state, reason, version, updated_at, updated_by, revision FROM checklist_item
WHERE notice_id = %(notice)s AND agency_id = %(agency)s ORDER BY added_at, item
"""


class AtAgency(NamedTuple):
    """A letter at an agency, and how many of its staff are still to go."""

    notice_id: UUID
    version: int
    withdrawn_at: datetime | None
    agency_id: str
    to_go: int


class Item(NamedTuple):
    """What was said of an item, and of which version of the letter."""

    item: str
    title: str
    state: str
    reason: str
    version: int
    updated_at: datetime
    updated_by: UUID
    revision: int


class Blocked(NamedTuple):
    """An item that something is in the way of."""

    notice_id: UUID
    agency_id: str
    item: str
    title: str
    reason: str


class Summary(NamedTuple):
    """How far an agency is with its list."""

    notice_id: UUID
    agency_id: str
    tally: Tally
    blocked: list[Blocked]


class _Counted(NamedTuple):
    notice_id: UUID
    agency_id: str
    to_go: int
    states: list[str]
    said: int


def name(notice_id: UUID, agency_id: str) -> str:
    """Return the name of a checklist."""
    return f"agencies/{agency_id}/{name_of(notice_id)}/checklist"


def at_agency(db: Db, notice_id: UUID, agency_id: str) -> AtAgency:
    """Return a letter that is at an agency."""
    found = db.maybe(AtAgency, _ONE, notices=[notice_id], agency=agency_id)
    if found is None:
        raise NotFound(name(notice_id, agency_id))
    return found


def items(db: Db, notice_id: UUID, agency_id: str) -> dict[str, Item]:
    """Return what was said of items, the oldest first."""
    return {one.item: one for one in db.all(Item, _ITEMS, notice=notice_id, agency=agency_id)}


def summaries(
    db: Db, notice_ids: Collection[UUID], *, only_blocked: bool = False, agency_id: str = ""
) -> list[Summary]:
    """Return how far agencies are with their lists of letters, in two statements.

    *only_blocked*: those with blocked items. With *agency_id*: that agency alone.
    """
    which = _OF_ONE if agency_id else _IS_BLOCKED if only_blocked else ""
    sql = _ALL.format(at=_AT.format(agency=which))
    blocked: dict[tuple[UUID, str], list[Blocked]] = {}
    for one in db.all(Blocked, _BLOCKED, notices=list(notice_ids), agency=agency_id):
        blocked.setdefault((one.notice_id, one.agency_id), []).append(one)
    return [
        Summary(
            row.notice_id,
            row.agency_id,
            checklist.tally(row.states, row.said, row.to_go),
            blocked.get((row.notice_id, row.agency_id), []),
        )
        for row in db.all(_Counted, sql, notices=list(notice_ids), common=list(checklist.SAID), agency=agency_id)
    ]
