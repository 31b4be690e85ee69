"""Tokens: who calls, and what the caller may do. JWT with Ed25519, never good for longer than five minutes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import jwt

from servicekit.clock import Clock, utc
from servicekit.refusals import NotSignedIn
from servicekit.rpc import keys

AUDIENCE = "cadre"
LIFETIME = timedelta(minutes=5)
WHOLE = "state"
SELF = "self"
_REMEMBERED = 20_000
# How far the clock of the machine that signs may be ahead of ours.
_CLOCKS_APART = timedelta(seconds=5)


@dataclass(frozen=True)
class Principal:
    """Who calls: a resource name, and for each right how far it reaches (`state`, `self`, or resource names)."""

    name: str
    rights: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Signer:
    """Signs tokens with one principal's private key."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._key = keys.load_private(folder, name)

    def mint(
        self, subject: str, rights: Mapping[str, frozenset[str]], *, now: datetime, lifetime: timedelta = LIFETIME
    ) -> str:
        """Return a token that says *subject* holds *rights* until *lifetime* has passed."""
        claims = {
            "iss": self.name,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + min(lifetime, LIFETIME),
            "rights": {right: sorted(scopes) for right, scopes in rights.items()},
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.name})

    def own_tokens(self, clock: Clock = utc) -> Callable[[], str]:
        """Return a function that gives a fresh token for the principal itself; rights come from the public file."""
        cached: list[tuple[datetime, str]] = []

        def token() -> str:
            now = clock()
            if not cached or now - cached[0][0] > LIFETIME / 2:
                cached[:] = [(now, self.mint(f"services/{self.name}", {}, now=now))]
            return cached[0][1]

        return token


class Verifier:
    """Checks tokens against the public keys. A token seen before costs a dictionary look-up."""

    def __init__(self, folder: Path) -> None:
        self._known = keys.load_public(folder)
        self._seen: OrderedDict[str, tuple[Principal, float]] = OrderedDict()
        self._lock = Lock()

    def principal(self, token: str, now: datetime) -> Principal:
        """Return who *token* speaks for; refuse it if missing, forged, expired, too old or of an unknown key."""
        with self._lock:
            seen = self._seen.get(token)
        if seen is None:
            seen = self._verify(token, now)
            with self._lock:
                self._seen[token] = seen
                if len(self._seen) > _REMEMBERED:
                    self._seen.popitem(last=False)
        principal, expires = seen
        if now.timestamp() >= expires:
            raise NotSignedIn("The token has expired.")
        return principal

    def _verify(self, token: str, now: datetime) -> tuple[Principal, float]:
        try:
            name = jwt.get_unverified_header(token).get("kid", "")
            key = self._known[name]
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                # Times are compared below: with the caller's clock, and with what a signer may promise.
                options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
            )
            # A key of its own says nothing about rights: they stand in the public file.
            said = claims["rights"] if key.rights is None else {}
            rights = {right: frozenset(scopes) for right, scopes in said.items()}
        except (jwt.PyJWTError, KeyError, TypeError, AttributeError, ValueError):
            raise NotSignedIn("The call carries no token that can be trusted.") from None
        expires = _expiry(claims, now)
        if key.rights is None:
            return Principal(claims["sub"], rights), expires
        return Principal(f"services/{name}", {right: frozenset({WHOLE}) for right in key.rights}), expires


def _expiry(claims: Mapping[str, Any], now: datetime) -> float:
    """Return until when a token is good; refuse one that is from the future, or promises to live longer than any may.

    Its signer may have been stolen, or be wrong about the time: a stolen token is worth five minutes at most.
    """
    issued, expires = claims["iat"], claims["exp"]
    if type(issued) is not int or type(expires) is not int:
        raise NotSignedIn("The call carries no token that can be trusted.")
    if issued > now.timestamp() + _CLOCKS_APART.total_seconds():
        raise NotSignedIn("The token is from the future: the clocks of two machines do not agree.")
    if expires - issued > LIFETIME.total_seconds():
        raise NotSignedIn("The token promises to live longer than any may.")
    return expires
