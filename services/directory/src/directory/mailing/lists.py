"""What an agency keeps of further addresses: add a pasted list, take one off, put it back, forget what went."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from directory.mailing import rules
from directory.mailing.rules import Read
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Kind, NotFound, Refusal

# So long one that was taken off can be put back; then it is forgotten.
KEPT = timedelta(days=30)

_COLUMNS = "id, agency_id, address, title, added_at, removed_at"
_LIST = f"""
SELECT {_COLUMNS} FROM mailing_address AS one
WHERE agency_id = %(agency)s AND (removed_at IS NULL OR removed_at > %(since)s AND NOT EXISTS (
  SELECT FROM mailing_address AS now WHERE now.agency_id = one.agency_id AND now.key = one.key
    AND (now.removed_at IS NULL OR (now.removed_at, now.id) > (one.removed_at, one.id))))
ORDER BY removed_at DESC NULLS FIRST, key, id
"""  # noqa: S608 - made of constants
_ONE = f"SELECT {_COLUMNS} FROM mailing_address WHERE id = %(id)s AND agency_id = %(agency)s"  # noqa: S608 - as above
# Whoever changes a list waits for the one before: two who add at once fill it no further than it may be.
_HOLD = "SELECT id FROM agency WHERE id = %(agency)s FOR NO KEY UPDATE"
_HELD = "SELECT key FROM mailing_address WHERE agency_id = %(agency)s AND removed_at IS NULL"
_ADD = """
INSERT INTO mailing_address (id, agency_id, address, key, title, added_at)
SELECT gen_random_uuid(), %(agency)s, address, key, title, %(at)s
FROM unnest(%(addresses)s::text[], %(keys)s::text[], %(titles)s::text[]) AS given (address, key, title) ORDER BY key
"""
_TAKE_OFF = "UPDATE mailing_address SET removed_at = %(at)s WHERE id = %(id)s AND removed_at IS NULL"
_PUT_BACK = """
UPDATE mailing_address AS one SET removed_at = NULL WHERE id = %(id)s AND removed_at > %(since)s AND NOT EXISTS (
  SELECT FROM mailing_address AS now
  WHERE now.agency_id = one.agency_id AND now.key = one.key AND now.removed_at IS NULL)
"""
_OLD = "SELECT EXISTS (SELECT FROM mailing_address WHERE removed_at <= %(since)s)"
_FORGET = "DELETE FROM mailing_address WHERE removed_at <= %(since)s"


class MailingListFull(Refusal):
    """As many addresses are on the list as there may be."""

    kind = Kind.PRECONDITION


class Address(NamedTuple):
    """An address of an agency's list, or one that was taken off."""

    id: uuid.UUID
    agency_id: str
    address: str
    title: str
    added_at: datetime
    removed_at: datetime | None


def listed(db: Db, agency_id: str) -> list[Address]:
    """Return the list of an agency, and what was taken off lately."""
    return db.all(Address, _LIST, agency=agency_id, since=db.at - KEPT)


def read(db: Db, agency_id: str, pasted: str) -> Read:
    """Read what was pasted beside what is on the list."""
    return rules.read(pasted, db.values(_HELD, agency=agency_id))


def add(db: Db, agency_id: str, pasted: str) -> Read:
    """Put all that was pasted on the list.

    Raises:
        InvalidField: something in it is wrong. The first of it is named, without what is personal.
    """
    _hold(db, agency_id)
    found = read(db, agency_id, pasted)
    for fault in found.faults[:1]:
        raise InvalidField("pasted", f"line {fault.line}" if fault.line else "", fault.rule)
    db.run(
        _ADD,
        agency=agency_id,
        addresses=[one.address for one in found.addresses],
        keys=[one.key for one in found.addresses],
        titles=[one.title for one in found.addresses],
        at=db.at,
    )
    # Who added how many; an address is personal and stands in its row alone.
    db.changed(f"agencies/{agency_id}/mailingAddresses/-", after={"added": len(found.addresses)})
    return found


def keep(db: Db, agency_id: str, address_id: uuid.UUID, *, kept: bool) -> Address:
    """Take an address off its list, or put it back; what stands so already stays.

    Raises:
        NotFound: there is none, or it was taken off too long ago.
        MailingListFull: others have taken its place.
    """
    _hold(db, agency_id)
    name = f"agencies/{agency_id}/mailingAddresses/{address_id}"
    before = _one(db, agency_id, address_id)
    if before is None:
        raise NotFound(name)
    if kept and before.removed_at is not None:
        if len(_held(db, agency_id)) >= rules.MOST_ON_LIST:
            raise MailingListFull("The list is full.", most=rules.MOST_ON_LIST)
        if not db.run(_PUT_BACK, id=address_id, since=db.at - KEPT):
            raise NotFound(name)
    elif not kept:
        db.run(_TAKE_OFF, id=address_id, at=db.at)
    db.changed(name, before={"kept": before.removed_at is None}, after={"kept": kept})
    return _one(db, agency_id, address_id) or before


def some_are_old(db: Db) -> bool:
    """Whether some were taken off so long ago that they are to be forgotten."""
    return bool(db.value(_OLD, since=db.at - KEPT))


def forget(db: Db) -> int:
    """Forget what was taken off long ago; return how many."""
    return db.run(_FORGET, since=db.at - KEPT)


def _hold(db: Db, agency_id: str) -> None:
    if not db.values(_HOLD, agency=agency_id):
        raise NotFound(f"agencies/{agency_id}")


def _held(db: Db, agency_id: str) -> Sequence[str]:
    found: list[str] = db.values(_HELD, agency=agency_id)
    return found


def _one(db: Db, agency_id: str, address_id: uuid.UUID) -> Address | None:
    return db.maybe(Address, _ONE, id=address_id, agency=agency_id)
