"""What owners do with connections: make, change, switch, test and delete them, and have calls made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.connections import webhooks
from notification.connections.rules import kinds
from notification.connections.rules.addresses import place_of
from notification.connections.rules.trying import OVERLAP, Off
from notification.connections.rules.which import Which
from notification.connections.secrets import Secrets, digest
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Refusal
from servicekit.text import line

MOST = 20
LONGEST_TITLE = 100

# The owner's row of all: two who make the last one at a time are told one after the other.
_HOLD_OWNER = "SELECT pg_advisory_xact_lock(hashtextextended('connections:' || %(agency)s, 0))"
_COUNT = "SELECT count(*)::int FROM connection WHERE agency_id = %(agency)s"
_CREATE = """
INSERT INTO connection (id, agency_id, title, address, kinds, created_at, created_by, secret_number, secret_sha256)
VALUES (%(id)s, %(agency)s, %(title)s, %(address)s, %(kinds)s, %(at)s, %(by)s, 1, %(digest)s)
"""
_LOCK = """
SELECT id, agency_id, title, address, kinds, secret_number, secret_sha256, off FROM connection
WHERE id = %(id)s AND agency_id = %(agency)s FOR NO KEY UPDATE
"""
# Another address begins anew.
_UPDATE = """
UPDATE connection SET title = %(title)s, address = %(address)s::text, kinds = %(kinds)s,
  failing_since = CASE WHEN address = %(address)s::text THEN failing_since END
WHERE id = %(id)s
"""
_ON = "UPDATE connection SET off = '', off_at = NULL, failing_since = NULL WHERE id = %(id)s"
_ROTATE = """
UPDATE connection SET secret_number = secret_number + 1, secret_sha256 = %(digest)s, earlier_sha256 = secret_sha256,
  earlier_until = %(until)s
WHERE id = %(id)s
"""
_DELETE_CALLS = "DELETE FROM webhook WHERE connection_id = %(id)s"
_DELETE = "DELETE FROM connection WHERE id = %(id)s"


class TooManyConnections(Refusal):
    """The owner has as many connections as anybody may."""


class ConnectionOff(Refusal):
    """The connection is off: nothing is told to it before it is switched on."""


@dataclass(frozen=True)
class Given:
    """What an owner says of a connection."""

    title: str
    address: str
    kinds: Sequence[str]


class _Locked(NamedTuple):
    id: UUID
    agency_id: str
    title: str
    address: str
    kinds: list[str]
    secret_number: int
    secret_sha256: str
    off: str


def create(
    db: Db, agency_id: str, given: Given, secrets: Secrets, *, by: UUID, this_machine: bool
) -> tuple[Which, str]:
    """Make a connection of an owner; return it with its secret, which nobody is told again."""
    checked = _check(given, this_machine=this_machine)
    db.run(_HOLD_OWNER, agency=agency_id)
    if int(db.value(_COUNT, agency=agency_id)) >= MOST:
        raise TooManyConnections("There are as many connections as there may be.", most=MOST)
    made = Which(agency_id, uuid4())
    secret = secrets.of(made.id, 1)
    db.run(
        _CREATE,
        id=made.id,
        agency=agency_id,
        title=checked.title,
        address=checked.address,
        kinds=checked.kinds,
        at=db.at,
        by=by,
        digest=digest(secret),
    )
    db.changed(made.name, after=_audited(checked))
    return made, secret


def update(db: Db, which: Which, given: Given, *, this_machine: bool) -> None:
    """Change what an owner said of a connection."""
    before = _locked(db, which)
    checked = _check(given, this_machine=this_machine)
    db.run(_UPDATE, id=which.id, title=checked.title, address=checked.address, kinds=checked.kinds)
    db.changed(
        which.name,
        before=_audited(Given(before.title, before.address, before.kinds)),
        after=_audited(checked),
    )


def switch(db: Db, which: Which, *, on: bool) -> None:
    """Switch a connection on or off. One that is so already stays as it is."""
    before = _locked(db, which)
    if on == (before.off == ""):
        return
    if on:
        db.run(_ON, id=which.id)
    else:
        webhooks.switch_off(db, which.id, Off.BY_HAND)
    db.changed(which.name, before={"off": before.off}, after={"off": "" if on else Off.BY_HAND})


def rotate(db: Db, which: Which, secrets: Secrets) -> str:
    """Give a connection a new secret and return it; the one before is good for a day more."""
    before = _locked(db, which)
    secret = secrets.of(which.id, before.secret_number + 1)
    db.run(_ROTATE, id=which.id, digest=digest(secret), until=db.at + OVERLAP)
    db.changed(which.name, after={"secret": before.secret_number + 1})
    return secret


def test(db: Db, which: Which, *, actor: str) -> UUID:
    """Have a connection called for a test; return the call's id."""
    _locked(db, which)
    made = webhooks.ping(db, which.id, actor=actor)
    db.changed(which.name, after={"tested": str(made)})
    return made


def repeat(db: Db, which: Which, *, webhook_id: UUID | None, since: datetime | None, actor: str) -> int:
    """Have calls made again that were given up: one, which may also have got through, or all since a moment."""
    if _locked(db, which).off:
        raise ConnectionOff("The connection is off.", connection=which.name)
    if (webhook_id is None) == (since is None):
        raise InvalidField("since", since or "", "must be given where no call is named, and only there")
    if webhook_id is not None:
        count = webhooks.repeat(db, which.id, ids=[webhook_id], since=db.at - webhooks.KEPT, states=_ENDED)
    else:
        assert since is not None  # noqa: S101 - one of the two is given
        count = webhooks.repeat(db, which.id, ids=[], since=since, states=["GIVEN_UP"])
    if webhook_id is not None and not count:
        raise NotFound(f"{which.name}/webhooks/{webhook_id}")
    webhooks.call_soon(db, actor=actor)
    db.changed(which.name, after={"repeated": count})
    return count


def delete(db: Db, which: Which) -> None:
    """Delete a connection with its calls; the audit trail keeps that there was one."""
    before = _locked(db, which)
    db.run(_DELETE_CALLS, id=which.id)
    db.run(_DELETE, id=which.id)
    db.changed(which.name, before=_audited(Given(before.title, before.address, before.kinds)))


_ENDED = ["SENT", "GIVEN_UP"]


def _locked(db: Db, which: Which) -> _Locked:
    found = db.maybe(_Locked, _LOCK, id=which.id, agency=which.agency_id)
    if found is None:
        raise NotFound(which.name)
    return found


def _check(given: Given, *, this_machine: bool) -> Given:
    title = line(given.title)
    if not title or len(title) > LONGEST_TITLE:
        raise InvalidField("connection.title", title, f"must have 1 to {LONGEST_TITLE} characters")
    address = given.address.strip()
    place_of(address, this_machine=this_machine)
    return Given(title, address, kinds.check(list(given.kinds)))


def _audited(given: Given) -> dict[str, object]:
    """Return what the audit trail keeps: of an address the host, since the rest may be meant to be secret."""
    host = place_of(given.address, this_machine=True).host
    return {"title": given.title, "host": host, "kinds": list(given.kinds)}
