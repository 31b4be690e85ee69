"""What an agency says of its checklist: how items stand, and which it has of its own."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.checklists import queries
from notification.checklists.queries import AtAgency, Item
from notification.checklists.rules import checklist
from notification.checklists.rules.checklist import SAID, State
from notification.letters.rows import name_of
from notification.letters.rules.lifecycle import check_in_force
from servicekit.data.db import Db
from servicekit.refusals import NotFound, Stale

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_SAY = """
INSERT INTO checklist_item (
  notice_id, agency_id, item, title, state, reason, version, added_at, updated_at, updated_by, revision
)
VALUES (%(notice)s, %(agency)s, %(item)s, %(title)s, %(state)s, %(reason)s, %(version)s, %(at)s, %(at)s, %(by)s, 1)
ON CONFLICT (notice_id, agency_id, item) DO UPDATE
SET state = excluded.state, reason = excluded.reason, version = excluded.version, updated_at = excluded.updated_at,
  updated_by = excluded.updated_by, revision = checklist_item.revision + 1
"""
_REMOVE = """
DELETE FROM checklist_item WHERE notice_id = %(notice)s AND agency_id = %(agency)s AND item = %(item)s
"""


# How items stand, as the audit trail keeps it.
Seen = Mapping[str, Mapping[str, str]]


class Said(NamedTuple):
    """How somebody says that an item stands; *etag* is of the item as they read it."""

    item: str
    state: State
    reason: str
    etag: str


def say(db: Db, notice_id: UUID, agency_id: str, said: Sequence[Said], *, by: UUID) -> None:
    """Say how items stand. What stands so already is left alone, whoever said it.

    Raises:
        Stale: somebody else said something of one of them since it was read; nothing is said then.
    """
    here, known = _alone(db, notice_id, agency_id)
    was: dict[str, dict[str, str]] = {}
    now: dict[str, dict[str, str]] = {}
    for one in said:
        checklist.check_said(one.item)
        before = known.get(one.item)
        if before is None and one.item not in SAID:
            raise NotFound(_name(here, one.item))
        reason = checklist.reason(one.state, one.reason)
        if (one.state, reason) == ((before.state, before.reason) if before else (State.NOT_DONE, "")):
            continue
        if one.etag != etag_of(before):
            raise Stale(_name(here, one.item))
        _write(db, here, one.item, title=before.title if before else "", state=one.state, reason=reason, by=by)
        was[one.item], now[one.item] = _seen(before), {"state": one.state, "reason": reason}
    if now:
        _changed(db, here, was, now)


def add(db: Db, notice_id: UUID, agency_id: str, title: str, *, by: UUID) -> None:
    """Add an item of the agency's own."""
    here, known = _alone(db, notice_id, agency_id)
    said = checklist.title(title, [one.title for one in known.values() if one.title])
    item = str(uuid4())
    _write(db, here, item, title=said, state=State.NOT_DONE, reason="", by=by)
    _changed(db, here, {}, {item: {"title": said}})


def remove(db: Db, notice_id: UUID, agency_id: str, item: str, etag: str) -> None:
    """Take an own item off the list."""
    here, known = _alone(db, notice_id, agency_id)
    before = known.get(item)
    if before is None or not before.title:
        raise NotFound(_name(here, item))
    if etag != etag_of(before):
        raise Stale(_name(here, item))
    db.run(_REMOVE, notice=notice_id, agency=agency_id, item=item)
    _changed(db, here, {item: {"title": before.title} | _seen(before)}, {})


def etag_of(item: Item | None) -> str:
    """Return the etag of an item: none until something was said of it."""
    return str(item.revision) if item else ""


def _alone(db: Db, notice_id: UUID, agency_id: str) -> tuple[AtAgency, dict[str, Item]]:
    """Let nobody else change this list until commit, and return what it says; refuse one of a withdrawn letter."""
    db.run(_ALONE, name=queries.name(notice_id, agency_id))
    here = queries.at_agency(db, notice_id, agency_id)
    check_in_force(name_of(notice_id), here.withdrawn_at)
    return here, queries.items(db, notice_id, agency_id)


def _write(db: Db, here: AtAgency, item: str, *, title: str, state: State, reason: str, by: UUID) -> None:
    db.run(
        _SAY,
        notice=here.notice_id,
        agency=here.agency_id,
        item=item,
        title=title,
        state=state,
        reason=reason,
        version=here.version,
        at=db.at,
        by=by,
    )


def _changed(db: Db, here: AtAgency, before: Seen, after: Seen) -> None:
    db.changed(queries.name(here.notice_id, here.agency_id), before=dict(before), after=dict(after))


def _name(here: AtAgency, item: str) -> str:
    return f"{queries.name(here.notice_id, here.agency_id)}/{item}"


def _seen(item: Item | None) -> dict[str, str]:
    return {"state": item.state, "reason": item.reason} if item else {}
