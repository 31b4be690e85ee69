"""What a form was answered with, kept for the Back button of whoever sent it: a page, or where it led.

A page is sealed with the browser's cookie, which is held nowhere: whoever has a copy of the table reads nothing, and
after the sign-in ended nobody does.
"""

import hashlib
import hmac
import os
import zlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from gateway.identity.sign_ins import LONGEST, SignIn
from servicekit.data.db import Database

# How many of a sign-in: so many steps back somebody goes.
_MOST = 30
_NONCE_BYTES = 12
_KEEP = """
WITH old AS (
  DELETE FROM form_answer WHERE at < %(first)s OR (cookie_sha256, id) IN (
    SELECT cookie_sha256, id FROM form_answer WHERE cookie_sha256 = %(key)s ORDER BY at DESC, id OFFSET %(most)s)
)
INSERT INTO form_answer (cookie_sha256, id, at, status, sealed, path)
VALUES (%(key)s, %(id)s, %(at)s, %(status)s, %(sealed)s, %(path)s)
ON CONFLICT (cookie_sha256, id) DO NOTHING
"""


class Page(NamedTuple):
    """A page as it was shown, with its status."""

    status: int
    content: str


class _Sealed(NamedTuple):
    status: int
    sealed: bytes


def keep_page(database: Database, sign_in: SignIn, cookie: str, page: Page, at: datetime) -> UUID:
    """Keep a page that answered a form; return by what it is asked for."""
    answer, nonce = uuid4(), os.urandom(_NONCE_BYTES)
    sealed = nonce + _cipher(cookie).encrypt(nonce, zlib.compress(page.content.encode()), answer.bytes)
    _keep(database, sign_in, answer, at, status=page.status, sealed=sealed)
    return answer


def page(database: Database, sign_in: SignIn, cookie: str, answer: UUID) -> Page | None:
    """Return a page that answered a form of this sign-in; None if it is not kept any more, or was another's."""
    with database.read() as db:
        found = db.maybe(
            _Sealed,
            "SELECT status, sealed FROM form_answer WHERE cookie_sha256 = %(key)s AND id = %(id)s AND path = ''",
            key=sign_in.digest,
            id=answer,
        )
    if found is None:
        return None
    nonce, sealed = found.sealed[:_NONCE_BYTES], found.sealed[_NONCE_BYTES:]
    return Page(found.status, zlib.decompress(_cipher(cookie).decrypt(nonce, sealed, answer.bytes)).decode())


def keep_path(database: Database, sign_in: SignIn, form: UUID, path: str, at: datetime) -> None:
    """Keep what an empty *form* became, so that who goes back to it finds that."""
    _keep(database, sign_in, form, at, path=path)


def path(database: Database, sign_in: SignIn, form: UUID) -> str:
    """Return what an empty form became; empty if it became nothing yet."""
    with database.read() as db:
        found = db.values(
            "SELECT path FROM form_answer WHERE cookie_sha256 = %(key)s AND id = %(id)s", key=sign_in.digest, id=form
        )
    return str(found[0]) if found else ""


def _keep(
    database: Database,
    sign_in: SignIn,
    name: UUID,
    at: datetime,
    *,
    status: int = 0,
    sealed: bytes = b"",
    path: str = "",
) -> None:
    with database.read(at) as db:
        db.run(
            _KEEP,
            first=at - LONGEST,
            most=_MOST - 1,
            key=sign_in.digest,
            id=name,
            at=at,
            status=status,
            sealed=sealed,
            path=path,
        )


def _cipher(cookie: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hmac.digest(cookie.encode(), b"answers", hashlib.sha256))
