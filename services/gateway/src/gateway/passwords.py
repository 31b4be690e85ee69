"""Passwords: which will do, and how they are kept."""

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 12
# More would let anybody keep us busy with hashing.
MOST = 200
# What people type first; with figures and signs taken away, long ones are made of these too.
_COMMON = frozenset(
    [
        "password",
        "passphrase",
        "passwort",
        "letmein",
        "welcome",
        "admin",
        "administrator",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopasdf",
        "asdfghjkl",
        "zxcvbnm",
        "iloveyou",
        "monkey",
        "dragon",
        "football",
        "baseball",
        "basketball",
        "sunshine",
        "princess",
        "shadow",
        "superman",
        "batman",
        "trustno",
        "abcdefgh",
        "abcdefghijkl",
        "secret",
        "changeme",
        "default",
        "summer",
        "winter",
        "spring",
        "autumn",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "california",
        "sacramento",
        "losangeles",
        "childsupport",
        "child",
        "support",
        "cadre",
        "training",
        "county",
        "state",
        "dcss",
        "lcsa",
        "correcthorsebatterystaple",
    ]
)
_hasher = PasswordHasher()
# Checked when there is nobody to check: the answer then takes as long.
_NOBODY = _hasher.hash("nobody has this password")


def fault(password: str, own: list[str]) -> str:
    """Say what is wrong with a password; empty if it will do. *own*: names and numbers of its owner."""
    if len(password) < LEAST:
        return f"Choose at least {LEAST} characters. Four words that do not belong together are easy to remember."
    if len(password) > MOST:
        return f"Choose at most {MOST} characters."
    plain = password.casefold()
    letters = re.sub(r"[^a-z]", "", plain)
    if len(set(plain)) < 5 or _without_common(letters) == "":  # noqa: PLR2004 - a pattern, not a password
        return "This is one of the first that others would try. Choose four words that do not belong together."
    if any(len(word) > 2 and word.casefold() in plain for one in own for word in one.split()):  # noqa: PLR2004
        return "This holds your own name or staff number. Choose something that others would not guess of you."
    return ""


def hashed(password: str) -> str:
    """Return what is kept of a password: argon2id, with a salt of its own."""
    return _hasher.hash(password)


def right(password: str, kept: str) -> bool:
    """Whether *password* is the one of which *kept* was kept; empty = nobody's, which takes as long to deny."""
    try:
        return _hasher.verify(kept or _NOBODY, password[:MOST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def _without_common(letters: str) -> str:
    """Take common words away, the longest first, as long as one is left."""
    for word in sorted(_COMMON, key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters
