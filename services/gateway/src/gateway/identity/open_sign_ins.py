"""Sign-ins as their owner sees them, and how they are ended from elsewhere."""

from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.identity import feeds
from gateway.identity.sign_ins import IDLE, LONGEST
from servicekit.data.db import Database, Db

# How far back past sign-ins are shown, and how many.
_SHOWN = timedelta(days=30)
_MOST = 20


class Seen(NamedTuple):
    """A sign-in: by which way and from where, since when, last used when; *digest* in hexadecimal names it."""

    digest: str
    way: str
    address: str
    browser: str
    since: datetime
    last_used: datetime
    holds: bool


def of(database: Database, person: str, at: datetime) -> list[Seen]:
    """Return a person's sign-ins of the last 30 days: those that hold first, then the newest."""
    with database.read(at) as db:
        return db.all(
            Seen,
            """
            SELECT encode(cookie_sha256, 'hex') AS digest, way, address, browser, created_at AS since,
              seen_at AS last_used,
              ended_at IS NULL AND seen_at > %(idle)s AND created_at > %(first)s AS holds
            FROM sign_in JOIN sign_in_activity USING (cookie_sha256)
            WHERE person = %(person)s AND created_at > %(since)s
            ORDER BY holds DESC, created_at DESC LIMIT %(most)s
            """,
            person=person,
            idle=at - IDLE,
            first=at - LONGEST,
            since=at - _SHOWN,
            most=_MOST,
        )


def end_one(database: Database, person: str, digest: str, at: datetime) -> list[bytes]:
    """End one sign-in of *person*, at their own request. One that is not theirs, or has ended, stays as it is."""
    with database.transaction(actor=person, method="EndSignIn", resource=person, at=at) as db:
        return _end(db, "person = %(person)s AND cookie_sha256 = %(key)s", person=person, key=bytes.fromhex(digest))


def end_others(database: Database, person: str, but: bytes, at: datetime) -> list[bytes]:
    """End every sign-in of *person* but one, at their own request."""
    with database.transaction(actor=person, method="EndOtherSignIns", resource=person, at=at) as db:
        return _end(db, "person = %(person)s AND cookie_sha256 <> %(but)s", person=person, but=but)


def end_all(database: Database, person: str, *, actor: str, reason: str, at: datetime) -> list[bytes]:
    """End every sign-in of *person*, by somebody who may, with a reason; no program reads for them any more either."""
    with database.transaction(actor=actor, method="EndSignIns", resource=person, at=at) as db:
        feeds.revoke_all_in(db, person)
        return end_all_in(db, person, reason)


def end_all_in(db: Db, person: str, reason: str) -> list[bytes]:
    """End every sign-in of *person* within a transaction."""
    return _end(db, "person = %(person)s", reason=reason, person=person)


def _end(db: Db, which: str, *, person: str, reason: str = "", **params: object) -> list[bytes]:
    """End those of *which*, and drop what they kept; return by what they are known."""
    ended: list[bytes] = db.values(
        f"""
        WITH ended AS (
          UPDATE sign_in SET ended_at = %(at)s WHERE {which} AND ended_at IS NULL RETURNING cookie_sha256
        ), dropped AS (
          UPDATE sign_in_activity SET kept_path = '', kept_fields = '[]' FROM ended
          WHERE sign_in_activity.cookie_sha256 = ended.cookie_sha256
        )
        SELECT cookie_sha256 FROM ended
        """,  # noqa: S608 - constants only
        at=db.at,
        person=person,
        **params,
    )
    db.changed(person, after={"ended": len(ended)}, reason=reason)
    return ended
