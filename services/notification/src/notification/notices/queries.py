"""Letters as the state reads them: all of its own, and one with the steps that it took."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.letters.queries import NOTICE, URGENT
from notification.letters.rows import name_of
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.paging import Page

# The audit trail has every step, with whoever took it: it is written with the change, and never changes.
_STEPS = """
SELECT at, actor, reason, before ->> 'state' AS came_from, after ->> 'state' AS state,
  (after ->> 'publish_at')::timestamptz AS publish_at, after ? 'recalled' AS recalled
FROM audit
WHERE resource = %(resource)s AND before ->> 'state' <> after ->> 'state'
ORDER BY at, id
"""
# The first confirmation has nothing before it. Of each agency one look into the index.
_CONFIRMATION_CHANGES = """
SELECT audit.at, audit.actor, delivery.agency_id, after ->> 'lead' AS lead, before ->> 'lead' AS lead_before,
  after ->> 'problem' AS problem, before ->> 'problem' AS problem_before
FROM (SELECT DISTINCT agency_id, notice_id FROM delivery WHERE notice_id = %(notice)s) AS delivery
JOIN audit ON audit.resource = 'agencies/' || delivery.agency_id || '/notices/' || delivery.notice_id
WHERE before ? 'lead'
ORDER BY audit.at, audit.id
"""

_PRESSING = f"""
{URGENT} AND (n.state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED') OR n.state = 'PUBLISHED' AND EXISTS (
  SELECT FROM delivery AS d JOIN agency AS a USING (agency_id)
  WHERE (d.notice_id, d.version) = (n.id, n.version) AND d.confirmed_at IS NULL
    AND (a.end_date IS NULL OR a.end_date > %(today)s)
))
"""
# The order is found by what it needs alone; texts are read of the letters of the page.
_NOTICES = f"""
WITH shown AS (
  SELECT id, created_at, pressing FROM (
    SELECT n.id, n.created_at, {_PRESSING} AS pressing FROM notice AS n
    WHERE n.state NOT IN ('HISTORIC', 'MERGED') {{which}}
  ) AS listed
  {{page}}
  ORDER BY pressing DESC, created_at DESC, id DESC LIMIT %(limit)s
)
SELECT {NOTICE}, shown.pressing FROM shown JOIN notice AS n USING (id)
ORDER BY shown.pressing DESC, n.created_at DESC, n.id DESC
"""  # noqa: S608 - made of constants


class Listed(NamedTuple):
    """A notice of a list; *pressing* ones stand before the others."""

    notice: Notice
    pressing: bool


class Step(NamedTuple):
    """A step of a notice from one state to another."""

    at: datetime
    actor: str
    reason: str
    came_from: str
    state: str
    publish_at: datetime | None
    recalled: bool


class ConfirmationChange(NamedTuple):
    """Who leads a notice at an agency, or what is in the way there, was said anew."""

    at: datetime
    actor: str
    agency_id: str
    lead: str
    lead_before: str
    problem: str
    problem_before: str


def steps(db: Db, notice_id: UUID) -> list[Step]:
    """Return what happened to a notice, step by step from one state to another."""
    return db.all(Step, _STEPS, resource=name_of(notice_id))


def writers(db: Db, notice_id: UUID) -> list[UUID]:
    """Return everybody who wrote on a notice, the author first."""
    found: list[UUID] = db.values("SELECT unnest(writers) FROM notice WHERE id = %(notice)s", notice=notice_id)
    return found


def confirmation_changes(db: Db, notice_id: UUID) -> list[ConfirmationChange]:
    """Return what agencies changed of their confirmations of a notice, the first change first."""
    return db.all(ConfirmationChange, _CONFIRMATION_CHANGES, notice=notice_id)


def notices(db: Db, page: Page, today: date, states: Sequence[str] = ()) -> list[Listed]:
    """Return the state's own notices in one of *states* (none = any), one more than the page holds.

    First the urgent ones that are not out yet or that an agency of *today* has still to confirm, then the newest.
    """
    sql = _NOTICES.format(
        which="AND n.state = ANY(%(states)s)" if states else "",
        page=page.after_sql("WHERE", "<", pressing="bool", created_at="timestamptz", id="uuid"),
    )
    keys = page.values("pressing", "created_at", "id")
    return db.all(Listed, sql, states=list(states), today=today, **keys)
