"""Addresses by which programs read letters and dates for a person: made, used, listed, revoked.

Whoever has an address reads what its owner sees, so it is a secret of 256 bits, and kept here as its digest alone.
"""

import base64
import hashlib
import hmac
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct

from gateway.identity.sign_ins import digest
from servicekit.data.db import Database, Db, Replayed, count
from servicekit.rpc import keys

DATES, LETTERS = "DATES", "LETTERS"
# One for each thing that somebody reads with, and no more than they can tell apart.
MOST_HELD = 20
# Programs ask every few minutes at most, and somebody may have several.
WINDOW = timedelta(minutes=15)
MOST_READ = 60
# How far back addresses that were revoked are shown.
_SHOWN = timedelta(days=30)
_PURPOSE = b"feeds: addresses"


@dataclass(frozen=True)
class Wanted:
    """What is to be read: a kind, of an agency or the person's own, and for letters by which words they are found."""

    kind: str
    agency: str
    topic: str
    title: str


class Feed(NamedTuple):
    """What an address leads to: for whom, and what."""

    id: uuid.UUID
    person: str
    kind: str
    agency: str
    topic: str
    created_at: datetime


class Seen(NamedTuple):
    """An address as its owner sees it."""

    id: uuid.UUID
    kind: str
    agency: str
    topic: str
    title: str
    created_at: datetime
    used_at: datetime | None
    uses: int
    holds: bool


class TooMany(Exception):  # noqa: N818 - an answer, not an error
    """The person has as many addresses as one may have."""


class TooOften(Exception):  # noqa: N818
    """The address was read too often lately; it is answered again in so many *seconds*."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Used(NamedTuple):
    feed: Feed
    since: datetime
    lately: int


_USE = """
UPDATE feed_use AS kept SET
  uses = kept.uses + 1, used_at = %(at)s,
  since = CASE WHEN kept.since > %(window)s THEN kept.since ELSE %(at)s END,
  lately = CASE WHEN kept.since > %(window)s THEN kept.lately + 1 ELSE 1 END
FROM feed
WHERE feed.id = kept.feed_id AND feed.token_sha256 = %(token)s AND feed.ended_at IS NULL
RETURNING feed.id, feed.person, feed.kind, feed.agency, feed.topic, feed.created_at, kept.since, kept.lately
"""


def make(database: Database, keys_dir: Path, wanted: Wanted, *, person: str, request_id: str, at: datetime) -> str:
    """Make an address for *person* and return the secret part of it.

    It follows from the request, by a key of ours: a form that is sent twice makes one address, and both answers show
    the same. Raises `TooMany`, and `RequestIdReused` if the request came with something else before.
    """
    token = _token(keys_dir, person, request_id)
    request = Struct()
    request.update(asdict(wanted))
    try:
        with database.transaction(
            actor=person, method="MakeFeed", resource=person, at=at, request_id=request_id, request=request
        ) as db:
            _make_in(db, wanted, person, token)
            db.answer(Empty())
    except Replayed:
        pass
    return token


def use(database: Database, token: str, at: datetime) -> Feed | None:
    """Return what the address leads to, and count that it was read; None if there is no such address, or no longer.

    Raises `TooOften`.
    """
    with database.read(at) as db:
        used = db.maybe(_Used, _USE, token=digest(token), at=at, window=at - WINDOW)
    if used is None:
        return None
    if used.lately > MOST_READ:
        raise TooOften(int((used.since + WINDOW - at).total_seconds()) + 1)
    return used.feed


def of(database: Database, person: str, at: datetime) -> list[Seen]:
    """Return the addresses of *person*, the newest first, and after them those that were revoked lately."""
    with database.read(at) as db:
        return db.all(
            Seen,
            """
            SELECT id, kind, agency, topic, title, created_at, used_at, uses, ended_at IS NULL AS holds
            FROM feed JOIN feed_use ON feed_id = id
            WHERE person = %(person)s AND (ended_at IS NULL OR ended_at > %(since)s)
            ORDER BY holds DESC, created_at DESC, id
            """,
            person=person,
            since=at - _SHOWN,
        )


def revoke(database: Database, person: str, feed_id: uuid.UUID, at: datetime) -> None:
    """Revoke one address of *person*. One that is not theirs, or was revoked, stays as it is."""
    with database.transaction(actor=person, method="RevokeFeed", resource=person, at=at) as db:
        ended = _end(db, "person = %(person)s AND id = %(id)s", person=person, id=feed_id)
        db.changed(person, after={"revoked": ended})


def revoke_all_in(db: Db, person: str) -> None:
    """Revoke every address of *person* within a transaction."""
    _end(db, "person = %(person)s", person=person)


def _make_in(db: Db, wanted: Wanted, person: str, token: str) -> None:
    db.run("SELECT pg_advisory_xact_lock(hashtextextended(%(person)s, 0))", person=person)
    if (
        count(db, "SELECT count(*) FROM feed WHERE person = %(person)s AND ended_at IS NULL", person=person)
        >= MOST_HELD
    ):
        raise TooMany
    made = uuid.uuid4()
    db.run(
        """
        WITH made AS (
          INSERT INTO feed (id, token_sha256, person, kind, agency, topic, title, created_at)
          VALUES (%(id)s, %(token)s, %(person)s, %(kind)s, %(agency)s, %(topic)s, %(title)s, %(at)s)
        )
        INSERT INTO feed_use (feed_id, uses, since, lately) VALUES (%(id)s, 0, %(at)s, 0)
        """,
        id=made,
        token=digest(token),
        person=person,
        at=db.at,
        **asdict(wanted),
    )
    db.changed(person, after={"feed": str(made), "kind": wanted.kind, "agency": wanted.agency, "topic": wanted.topic})


def _end(db: Db, which: str, **params: object) -> int:
    return db.run(
        f"UPDATE feed SET ended_at = %(at)s WHERE {which} AND ended_at IS NULL",  # noqa: S608 - constants only
        at=db.at,
        **params,
    )


def _token(keys_dir: Path, person: str, request_id: str) -> str:
    key = keys.derived(keys_dir, "gateway", _PURPOSE)
    made = hmac.digest(key, f"{person}\0{request_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
