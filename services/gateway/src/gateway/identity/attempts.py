"""Browsers that were sent to a provider: what must come back is kept here, for ten minutes and for one answer."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.identity.oidc import Attempt
from gateway.identity.sign_ins import digest
from gateway.identity.troubles import SignInFailed, Trouble
from servicekit.data.db import Database

LONGEST = timedelta(minutes=10)


@dataclass(frozen=True)
class Back:
    """An attempt whose browser came back: what proves the answer, and the path that was asked for."""

    attempt: Attempt
    path: str


def begin(database: Database, *, browser: str, issuer: str, path: str, at: datetime) -> Attempt:
    """Remember that *browser* (its cookie) goes to *issuer* and wants to see *path* afterwards."""
    state, nonce, verifier = (secrets.token_urlsafe(size) for size in (32, 32, 48))
    attempt = Attempt(state, nonce, verifier)
    with database.read(at) as db:
        db.run(
            """
            WITH old AS (DELETE FROM sign_in_attempt WHERE expires_at < %(old)s)
            INSERT INTO sign_in_attempt (state_sha256, browser_sha256, issuer, nonce, verifier, return_path, expires_at)
            VALUES (%(state)s, %(browser)s, %(issuer)s, %(nonce)s, %(verifier)s, %(path)s, %(expires)s)
            """,
            # Kept a while longer, so that whoever is late is told so.
            old=at - LONGEST,
            state=digest(attempt.state),
            browser=digest(browser),
            issuer=issuer,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            path=path,
            expires=at + LONGEST,
        )
    return attempt


class _Kept(NamedTuple):
    nonce: str
    verifier: str
    return_path: str
    expires_at: datetime


def take(database: Database, *, state: str, browser: str, issuer: str, at: datetime) -> Back:
    """Return what was remembered under *state*, and forget it: an answer counts once, at one browser, from one issuer.

    Raises `SignInFailed`.
    """
    with database.read(at) as db:
        kept = db.maybe(
            _Kept,
            """
            DELETE FROM sign_in_attempt
            WHERE state_sha256 = %(state)s AND browser_sha256 = %(browser)s AND issuer = %(issuer)s
            RETURNING nonce, verifier, return_path, expires_at
            """,
            state=digest(state),
            browser=digest(browser),
            issuer=issuer,
        )
    if kept is None:
        raise SignInFailed(Trouble.NOT_BEGUN, "no such attempt")
    if kept.expires_at <= at:
        raise SignInFailed(Trouble.EXPIRED, "the attempt is too old")
    return Back(Attempt(state, kept.nonce, kept.verifier), kept.return_path)
