"""What a provider says of a person, and in which form: providers differ, and a help desk must be told what to change.

Text, a JSON number and a list of one are the same value (Keycloak and ADFS send lists); `true` may come as text
(Cognito). A claim that is missing stays missing: nothing stands in for it.
"""

from collections.abc import Mapping
from typing import Any

from gateway.identity.issuers import EMAIL, Issuer
from gateway.identity.troubles import SignInFailed, Trouble

VERIFIED = "email_verified"


def lacking(issuer: Issuer, claims: Mapping[str, Any]) -> bool:
    """Whether the ID token leaves open what user info may say."""
    return issuer.claim_name not in claims or (issuer.claim == EMAIL and VERIFIED not in claims)


def joined(issuer: Issuer, signed: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of the ID token and of user info as one; whether an address is verified is said of that one."""
    name = issuer.claim_name
    if name not in signed:
        return {**signed, **more}
    if name in more and _one(name, more[name]).casefold() != _one(name, signed[name]).casefold():
        raise _refused(name, "is one thing in the ID token and another at user info")
    return {**more, **signed}


def named(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """Return the staff number or the verified address that *claims* hold; raises `SignInFailed` with claim and form."""
    name = issuer.claim_name
    if name not in claims:
        raise _refused(name, "is missing, in the ID token and at user info")
    value = _one(name, claims[name])
    if issuer.claim == EMAIL:
        if VERIFIED not in claims:
            raise _refused(VERIFIED, "is missing, in the ID token and at user info")
        if not _is_true(claims[VERIFIED]):
            raise _refused(VERIFIED, f"is {form_of(claims[VERIFIED])}, and has to be true")
        if "@" not in value:
            raise _refused(name, "is text without @, and has to be an address")
    return value


def form_of(value: object) -> str:
    """Say what kind of value it is, and never the value: the log and the page name nobody."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    others = {type(None): "null", int: "a number", float: "a number with a fraction"}
    return others.get(type(value), "an object")


def _one(name: str, value: object) -> str:
    """Return the one value that a claim holds, as text."""
    inner = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(inner, int) and not isinstance(inner, bool) and inner >= 0:
        return str(inner)
    if isinstance(inner, str) and inner.strip() and inner.isprintable():
        return inner.strip()
    raise _refused(name, f"is {form_of(value)}, and has to be one text or whole number")


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().casefold() == "true")


def _refused(name: str, said: str) -> SignInFailed:
    return SignInFailed(Trouble.NOT_SAID, f"the claim {name} {said}")
