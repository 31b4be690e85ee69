"""Sign-ins: begun, used, ended; and the form that came after the end, kept until its owner is back."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.identity.places import Place
from servicekit.data.db import Database, Db

IDLE = timedelta(minutes=15)
# However busy: a working day and no longer.
LONGEST = timedelta(hours=12)
# Used more often than this is not written down: each page would be a write.
_NOTICEABLE = timedelta(seconds=30)
# What a form may weigh to be kept; more was not typed by hand.
_KEPT_CHARACTERS = 64_000
# A form that was opened in one tab is good after its writer signed in again in another: over a weekend, and no longer.
_FORMS_GO_ON = timedelta(days=3)


@dataclass(frozen=True)
class SignIn:
    """A sign-in that holds: whose, and the digest by which it is known here."""

    digest: bytes
    person: str
    # Something that came too late is waiting for its owner's word.
    keeps: bool
    # By which way it was begun: see `places`.
    way: str
    # What a form of its pages carries.
    csrf: str
    # When it ends if nothing is done before, and when it ends whatever is done.
    idles_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Kept:
    """A form that came after the sign-in had ended: where it was sent, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...]


class _Used(NamedTuple):
    person: str
    seen_at: datetime
    created_at: datetime
    keeps: bool
    way: str
    form_key: bytes | None


class _Begun(NamedTuple):
    person: str
    way: str


class _KeptForm(NamedTuple):
    kept_path: str
    kept_fields: str


def digest(cookie: str) -> bytes:
    """By what a cookie is known in the table."""
    return hashlib.sha256(cookie.encode()).digest()


def csrf_of(cookie: str) -> str:
    """Return what forms carry of a sign-in that started over: known to whoever has the cookie, and to nobody else."""
    return _form_key(cookie).hex()


def _form_key(cookie: str) -> bytes:
    return hmac.digest(cookie.encode(), b"form", hashlib.sha256)


def begin(database: Database, person: str, at: datetime, *, place: Place, previous: str = "") -> str:
    """Sign *person* in and return the cookie. For *previous* see `begin_in`."""
    with database.transaction(actor=person, method="SignIn", resource=person, at=at) as db:
        return begin_in(db, person, place=place, previous=previous)


def begin_in(db: Db, person: str, *, place: Place, previous: str = "") -> str:
    """Sign *person* in within a transaction and return the cookie.

    What an earlier sign-in of the same person on this browser (the cookie *previous*) kept goes with it, and forms that
    were opened under it are good; somebody else's are left behind.
    """
    cookie = secrets.token_urlsafe(32)
    db.changed(person, after={"way": place.way, "address": place.address, "browser": place.browser})
    db.run(
        """
        INSERT INTO sign_in (cookie_sha256, person, created_at, way, address, browser)
        VALUES (%(key)s, %(person)s, %(at)s, %(way)s, %(address)s, %(browser)s)
        """,
        key=digest(cookie),
        person=person,
        at=db.at,
        way=place.way,
        address=place.address,
        browser=place.browser,
    )
    db.run(
        """
        INSERT INTO sign_in_activity (cookie_sha256, seen_at, kept_path, kept_fields, form_key)
        SELECT %(key)s, %(at)s, coalesce(kept_path, ''), coalesce(kept_fields, '[]'),
          CASE WHEN seen_at > %(going_on)s THEN coalesce(form_key, %(key_before)s) ELSE %(form_key)s END
        FROM (SELECT 1) AS one LEFT JOIN (
          SELECT kept_path, kept_fields, seen_at, form_key FROM sign_in JOIN sign_in_activity USING (cookie_sha256)
          WHERE cookie_sha256 = %(previous)s AND person = %(person)s) AS before ON true
        """,
        going_on=db.at - _FORMS_GO_ON,
        form_key=_form_key(cookie),
        key_before=_form_key(previous),
        key=digest(cookie),
        at=db.at,
        previous=digest(previous),
        person=person,
    )
    if previous:
        _end(db, digest(previous))
    return cookie


def use(database: Database, cookie: str, at: datetime) -> SignIn | None:
    """Return the sign-in of *cookie* and note that it was used; None if it ended or idled away."""
    with database.read(at) as db:
        found = _holding(db, cookie, at)
        if found is None:
            return None
        if at - found.seen_at > _NOTICEABLE:
            db.run(
                "UPDATE sign_in_activity SET seen_at = %(at)s WHERE cookie_sha256 = %(key)s", at=at, key=digest(cookie)
            )
            found = found._replace(seen_at=at)
    return _sign_in(found, cookie)


def look(database: Database, cookie: str, at: datetime) -> SignIn | None:
    """Return the sign-in of *cookie* as `use` does, without using it."""
    with database.read(at) as db:
        found = _holding(db, cookie, at)
    return _sign_in(found, cookie) if found else None


def _holding(db: Db, cookie: str, at: datetime) -> _Used | None:
    return db.maybe(
        _Used,
        """
        SELECT person, seen_at, created_at, kept_path <> '' AS keeps, way, form_key
        FROM sign_in JOIN sign_in_activity USING (cookie_sha256)
        WHERE cookie_sha256 = %(key)s AND ended_at IS NULL AND seen_at > %(since)s AND created_at > %(first)s
        """,
        key=digest(cookie),
        since=at - IDLE,
        first=at - LONGEST,
    )


def _sign_in(found: _Used, cookie: str) -> SignIn:
    ends_at = found.created_at + LONGEST
    idles_at = min(found.seen_at + IDLE, ends_at)
    csrf = _csrf(found.form_key, cookie)
    return SignIn(digest(cookie), found.person, found.keeps, found.way, csrf, idles_at, ends_at)


def csrf_before(database: Database, cookie: str) -> str:
    """Return what forms carry of the sign-in *cookie*, also of one that ended; empty if there never was one."""
    with database.read() as db:
        found = db.values("SELECT form_key FROM sign_in_activity WHERE cookie_sha256 = %(key)s", key=digest(cookie))
    return _csrf(found[0], cookie) if found else ""


def _csrf(form_key: bytes | None, cookie: str) -> str:
    return form_key.hex() if form_key else csrf_of(cookie)


def end(database: Database, cookie: str, at: datetime) -> str:
    """Sign out; return by which way it had begun.

    A cookie that is not known is no error: the browser is signed out either way.
    """
    with database.read(at) as db:
        found = db.maybe(_Begun, "SELECT person, way FROM sign_in WHERE cookie_sha256 = %(key)s", key=digest(cookie))
    if found is None:
        return ""
    with database.transaction(actor=found.person, method="SignOut", resource=found.person, at=at) as db:
        _end(db, digest(cookie))
    return found.way


def keep(database: Database, cookie: str, path: str, fields: list[tuple[str, str]], at: datetime) -> bool:
    """Keep a form of a sign-in that idled away or was ended; say whether there was such a sign-in.

    Its writer may have signed out in another tab. It is shown to nobody but the same person, at the same browser.
    """
    content = json.dumps(fields)
    if len(content) > _KEPT_CHARACTERS:
        return False
    with database.read(at) as db:
        return bool(
            db.run(
                """
                UPDATE sign_in_activity SET kept_path = %(path)s, kept_fields = %(fields)s
                FROM sign_in
                WHERE sign_in.cookie_sha256 = sign_in_activity.cookie_sha256
                  AND sign_in.cookie_sha256 = %(key)s
                  AND CASE WHEN ended_at IS NULL THEN seen_at <= %(since)s OR created_at <= %(first)s
                    ELSE ended_at > %(first)s END
                """,
                path=path,
                fields=content,
                key=digest(cookie),
                since=at - IDLE,
                first=at - LONGEST,
            )
        )


def kept(database: Database, sign_in: SignIn) -> Kept | None:
    """Return what is kept for the owner of *sign_in*."""
    with database.read() as db:
        found = db.maybe(
            _KeptForm,
            "SELECT kept_path, kept_fields FROM sign_in_activity WHERE cookie_sha256 = %(key)s AND kept_path <> ''",
            key=sign_in.digest,
        )
    if found is None:
        return None
    return Kept(found.kept_path, tuple((name, value) for name, value in json.loads(found.kept_fields)))


def forget(database: Database, sign_in: SignIn, path: str = "") -> None:
    """Drop what was kept (for *path*, if one is given): it was sent again, or is not wanted."""
    with database.read() as db:
        db.run(
            """
            UPDATE sign_in_activity SET kept_path = '', kept_fields = '[]'
            WHERE cookie_sha256 = %(key)s AND %(path)s IN ('', kept_path)
            """,
            key=sign_in.digest,
            path=path,
        )


def _end(db: Db, key: bytes) -> None:
    db.run("UPDATE sign_in SET ended_at = %(at)s WHERE cookie_sha256 = %(key)s AND ended_at IS NULL", at=db.at, key=key)
    db.run("UPDATE sign_in_activity SET kept_path = '', kept_fields = '[]' WHERE cookie_sha256 = %(key)s", key=key)
    db.run("DELETE FROM form_answer WHERE cookie_sha256 = %(key)s", key=key)
