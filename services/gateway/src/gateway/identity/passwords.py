"""Passwords: which will do, and how they are kept.

A hash takes 64 MB and a tenth of a second, by intent; anybody may ask for one by signing in. So few are made at once,
and few wait for their turn: the others are told to try again, and neither memory nor the threads of the other pages
are used up.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn_rs_py import zxcvbn

LEAST = 12
# More would let anybody keep us busy with hashing.
MOST = 200
# An estimate takes longer the longer the password is: this much of it has to be strong by itself (0.4 s at worst).
_ESTIMATED = 64
# How many guesses it must stand, as a power of ten: zxcvbn's best score, good even if the hashes are stolen.
_GUESSES = 10.0
# What others would try here, and zxcvbn's lists do not have (NIST SP 800-63B: context-specific words).
_EXPECTED_HERE = (
    "cadre",
    "dcss",
    "lcsa",
    "welcometocadre",
    "childsupport",
    "child",
    "support",
    "california",
    "sacramento",
    "county",
    "state",
    "agency",
    "training",
    "passphrase",
    "correcthorsebatterystaple",
    "correct horse battery staple",
)
# At work and waiting: at most this many of the forty threads that answer pages are about passwords.
_MOST_AT_ONCE, _MOST_WAITING = 2, 8
_LONGEST_WAIT_SECONDS = 20.0
# What stands between words or behind them; of these, a space and a hyphen are tried first.
_SIGN = re.compile(r"[\W_]")
_FIRST_SIGNS = frozenset(" -")
_hasher = PasswordHasher()
# Checked when there is nobody to check: the answer then takes as long.
_NOBODY = _hasher.hash("nobody has this password")


_inside, _at_work = BoundedSemaphore(_MOST_AT_ONCE + _MOST_WAITING), BoundedSemaphore(_MOST_AT_ONCE)


BUSY = "Many people are signing in right now. Nothing was counted against you: wait a moment, then try again."


class Busy(Exception):  # noqa: N818 - an answer, not an error
    """Too many passwords are looked at just now."""


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn to hash; raises `Busy` if too many wait already, or for too long. `hashed`, `right` need it.

    Not to be taken twice by one caller.
    """
    if not _inside.acquire(blocking=False):
        raise Busy
    try:
        if not _at_work.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise Busy
        try:
            yield
        finally:
            _at_work.release()
    finally:
        _inside.release()


def fault(password: str, own: list[str], agencies: Iterable[str] = ()) -> str:
    """Say what is wrong with a password; empty if it will do.

    *own*: names and numbers of its owner, which it must not hold. *agencies*: theirs, which make it no stronger.
    """
    if len(password) < LEAST:
        return f"Choose at least {LEAST} characters. Four words that do not belong together are easy to remember."
    if len(password) > MOST:
        return f"Choose at most {MOST} characters."
    plain = password.casefold()
    words = [word.casefold() for one in own for word in one.split() if len(word) > 2]  # noqa: PLR2004
    if any(word in plain for word in words):
        return "This holds your own name or staff number. Choose something that others would not guess of you."
    if _guesses(password, [*words, *_names(agencies), *_EXPECTED_HERE]) < _GUESSES:
        return "This is one of the first that others would try. Choose four words that do not belong together."
    return ""


def _names(agencies: Iterable[str]) -> Iterator[str]:
    """The words of agencies' names, apart and joined."""
    for agency in agencies:
        words = agency.removeprefix("agencies/").split("-")
        yield from (*words, "".join(words), "".join((*words, "county")))


def _guesses(password: str, expected: list[str]) -> float:
    """How many guesses it stands, as a power of ten.

    zxcvbn takes each sign between two words for one that nobody knows. So the words are also estimated joined: each
    kind of sign that is not among the first makes that ten times as long, however often it stands there.
    """
    signs = set(_SIGN.findall(password)) - _FIRST_SIGNS
    typed, joined = (zxcvbn(one[:_ESTIMATED], expected).guesses_log10 for one in (password, _SIGN.sub("", password)))
    return min(typed, joined + len(signs))


def hashed(password: str) -> str:
    """Return what is kept of a password: argon2id, with a salt of its own."""
    return _hasher.hash(password)


def right(password: str, kept: str) -> bool:
    """Whether *password* is the one of which *kept* was kept; empty = nobody's, which takes as long to deny."""
    try:
        return _hasher.verify(kept or _NOBODY, password[:MOST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False
