"""Tokens: who calls, and what the caller may do. JWT with Ed25519, at most five minutes old."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import jwt

from servicekit import keys
from servicekit.clock import Clock, utc
from servicekit.refusals import NotSignedIn

AUDIENCE = "cadre"
LIFETIME = timedelta(minutes=5)
WHOLE = "state"
SELF = "self"
_REMEMBERED = 20_000


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
        """Return who *token* speaks for; refuse it if it is missing, forged, expired or of an unknown key."""
        with self._lock:
            seen = self._seen.get(token)
        if seen is None:
            seen = self._verify(token)
            with self._lock:
                self._seen[token] = seen
                if len(self._seen) > _REMEMBERED:
                    self._seen.popitem(last=False)
        principal, expires = seen
        if now.timestamp() >= expires:
            raise NotSignedIn("The token has expired.")
        return principal

    def _verify(self, token: str) -> tuple[Principal, float]:
        try:
            name = jwt.get_unverified_header(token).get("kid", "")
            key = self._known[name]
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub"]},
            )
        except (jwt.PyJWTError, KeyError):
            raise NotSignedIn("The call carries no token that can be trusted.") from None
        if key.rights is None:
            rights = {right: frozenset(scopes) for right, scopes in claims["rights"].items()}
            return Principal(claims["sub"], rights), claims["exp"]
        # A key of its own says nothing about rights: they stand in the public file.
        return Principal(f"services/{name}", {right: frozenset({WHOLE}) for right in key.rights}), claims["exp"]
