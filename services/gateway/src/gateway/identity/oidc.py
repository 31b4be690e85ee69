"""OpenID Connect: to the provider with code, PKCE, state and nonce; back with what it says, verified.

Authlib speaks OAuth, joserfc checks the signature. What the provider publishes (discovery, keys) is kept for an hour;
a key that is not known yet is looked for at once, but not more than twice a minute.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from cachetools import TTLCache, cachedmethod
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key, KeySet

from gateway.identity import claims
from gateway.identity.issuers import Issuer
from gateway.identity.troubles import SignInFailed, Trouble

# Signatures by a key of the provider's only: no `none`, and no HMAC, whose key is our own secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
# How far apart the clocks may be.
LEEWAY_SECONDS = 60
_KEPT_SECONDS = 3600.0
_LEAST_BETWEEN_SECONDS = 30.0
_TIMEOUT_SECONDS = 5.0
_SCOPE = "openid profile email"


@dataclass(frozen=True)
class Attempt:
    """What was sent along, and must come back or be proved."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One issuer, and what it publishes about itself."""

    def __init__(self, issuer: Issuer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._lock = Lock()
        self._metadata: TTLCache[object, Mapping[str, Any]] = TTLCache(1, _KEPT_SECONDS, clock)
        self._keys: TTLCache[str, KeySet] = TTLCache(1, _KEPT_SECONDS, clock)
        # The address of the keys, for as long as a key that is not known is not looked for again.
        self._looked_for: TTLCache[str, bool] = TTLCache(1, _LEAST_BETWEEN_SECONDS, clock)

    def authorization_url(self, attempt: Attempt, back: str) -> str:
        """Return where to send the browser, which comes back to the address *back*."""
        with self._client(back) as client:
            url: str
            url, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return url

    def end_session_url(self, back: str) -> str:
        """Return where to sign out of the provider too; empty if it offers that nowhere, or does not answer."""
        try:
            endpoint = self.metadata().get("end_session_endpoint", "")
        except SignInFailed:
            return ""
        if not endpoint:
            return ""
        asked = {"client_id": self.issuer.client_id, "post_logout_redirect_uri": back}
        return str(httpx2.URL(endpoint).copy_merge_params(asked))

    def whom(self, answer: Mapping[str, str], attempt: Attempt, back: str) -> str:
        """Return the staff number or the address that the provider's answer vouches for.

        *answer* is what the browser brought back. Raises `SignInFailed`.
        """
        says_who = self.metadata().get("authorization_response_iss_parameter_supported", False)
        if answer.get("iss", "" if says_who else self.issuer.url) != self.issuer.url:
            raise SignInFailed(Trouble.UNTRUSTED, "another issuer answered")
        if "error" in answer or "code" not in answer:
            raise SignInFailed(_said(answer.get("error", "")), answer.get("error", "no code")[:80])
        token = self._token(answer["code"], attempt, back)
        said = self._verified(token, attempt)
        if claims.lacking(self.issuer, said):
            said = claims.joined(self.issuer, said, self._more(token, said["sub"]))
        return claims.named(self.issuer, said)

    @cachedmethod(attrgetter("_metadata"), lock=attrgetter("_lock"))
    def metadata(self) -> Mapping[str, Any]:
        """Return what the provider publishes about itself."""
        found = self._get(f"{self.issuer.url.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer.url:
            raise SignInFailed(Trouble.UNTRUSTED, "discovery names another issuer")
        return found

    def _endpoint(self, name: str) -> str:
        endpoint = self.metadata().get(name)
        if not isinstance(endpoint, str):
            raise SignInFailed(Trouble.DOWN, f"discovery has no {name}")
        return endpoint

    def _get(self, url: str, bearer: str = "") -> dict[str, Any]:
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            answer = httpx2.get(url, headers=headers, timeout=_TIMEOUT_SECONDS).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInFailed(Trouble.DOWN, type(error).__name__) from error
        if not isinstance(answer, dict):
            raise SignInFailed(Trouble.DOWN, "no JSON object")
        return answer

    def _client(self, back: str) -> OAuth2Client:
        basic = "client_secret_basic"
        offered = self.metadata().get("token_endpoint_auth_methods_supported", [basic])
        return OAuth2Client(
            self.issuer.client_id,
            self.issuer.client_secret,
            token_endpoint_auth_method=basic if basic in offered else "client_secret_post",
            scope=_SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )

    def _token(self, code: str, attempt: Attempt, back: str) -> Mapping[str, Any]:
        try:
            with self._client(back) as client:
                token: Mapping[str, Any] = client.fetch_token(
                    self._endpoint("token_endpoint"), code=code, code_verifier=attempt.verifier
                )
        except OAuthError as error:
            raise SignInFailed(_said(error.error), error.error) from error
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInFailed(Trouble.DOWN, type(error).__name__) from error
        return token

    def _verified(self, token: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        """Return the claims of the ID token: signed by the issuer, for us, now, and for this very attempt."""
        said: dict[str, Any] = {}
        try:
            signed = self._signed(token.get("id_token", ""))
            said = signed.claims
            checked = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": self.issuer.url},
                    "aud": {"essential": True, "value": self.issuer.client_id},
                    "sub": {"essential": True},
                    "exp": {"essential": True},
                    "iat": {"essential": True},
                    "nonce": {"essential": True, "value": attempt.nonce},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": self.issuer.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            checked.validate(leeway=LEEWAY_SECONDS)
        except ExpiredTokenError as error:
            raise SignInFailed(Trouble.CLOCKS, "expired as it came") from error
        except MissingClaimError as error:
            raise SignInFailed(Trouble.UNTRUSTED, f"the claim {error.claim} is missing") from error
        except InvalidClaimError as error:
            name = error.claim
            if name not in ("iat", "nbf", "exp"):
                raise SignInFailed(Trouble.UNTRUSTED, f"the claim {name} is not as we asked for") from error
            form = claims.form_of(said[name])
            if not form.startswith("a number"):
                raise SignInFailed(Trouble.UNTRUSTED, f"the claim {name} is {form}, and has to be a number") from error
            # Issued, or good from, later than now.
            raise SignInFailed(Trouble.CLOCKS, f"the claim {name} is later than now") from error
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignInFailed(Trouble.UNTRUSTED, type(error).__name__) from error
        return dict(said)

    def _signed(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # The provider may have changed its keys since we looked.
            return jwt.decode(id_token, self._key_set(anew=True), algorithms=list(ALGORITHMS))

    def _key_set(self, *, anew: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            kept = self._keys.get(address)
            if anew and address not in self._looked_for:
                self._looked_for[address], kept = True, None
        if kept is None:
            kept = _keys(self._get(address).get("keys"))
            with self._lock:
                self._keys[address] = kept
        return kept

    def _more(self, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Return what the provider says beside the ID token, if it is about the same subject."""
        if "userinfo_endpoint" not in self.metadata() or "access_token" not in token:
            return {}
        said = self._get(self._endpoint("userinfo_endpoint"), token["access_token"])
        if said.get("sub") != subject:
            raise SignInFailed(Trouble.UNTRUSTED, "user info about another subject")
        return said


def _keys(published: object) -> KeySet:
    """Return the keys that can be read. One of a kind or a curve that we do not know signs nothing that we believe."""
    found: list[Key] = []
    for one in published if isinstance(published, list) else []:
        # What is no key fails in as many ways as there are kinds of keys.
        with suppress(JoseError, ValueError, KeyError, TypeError, AttributeError, UnsupportedAlgorithm):
            found.extend(KeySet.import_key_set({"keys": [one]}).keys)
    if not found:
        raise SignInFailed(Trouble.DOWN, "none of its keys can be read")
    return KeySet(found)


def _said(error: str) -> Trouble:
    """What an error of OAuth means to the person."""
    if error in ("access_denied", "login_required", "consent_required", "interaction_required"):
        return Trouble.DENIED
    if error in ("server_error", "temporarily_unavailable"):
        return Trouble.DOWN
    # The code was used before, or too late; or the provider gave the attempt up.
    return Trouble.EXPIRED if error == "invalid_grant" else Trouble.UNTRUSTED
