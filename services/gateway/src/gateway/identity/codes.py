"""The second factor: codes of half a minute from a telephone (RFC 6238), and codes on paper for when it is lost."""

import hashlib
import hmac
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from servicekit.rpc import keys

ON_PAPER = 10
_STEP_SECONDS = 30
_NONCE_BYTES = 12
_TITLE = "Cadre"


class Box:
    """Seals secrets with a key beside the database: a copy of the database alone makes no code."""

    def __init__(self, keys_dir: Path) -> None:
        self._cipher = ChaCha20Poly1305(keys.derived(keys_dir, "gateway", b"sign-in: secrets of codes"))

    def seal(self, secret: str, person: str) -> bytes:
        """Return *secret* sealed, for *person* alone."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), person.encode())

    def open(self, sealed: bytes, person: str) -> str:
        """Return what was sealed for *person*; empty if it was sealed with another key or for somebody else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], person.encode()).decode()
        except InvalidTag:
            return ""


def new_secret() -> str:
    """Return a secret for a telephone: 160 bits in base 32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, at: datetime) -> int:
    """Return the half minute that *code* is of: this one, the one before or after; 0 if it is of none.

    All three are compared, however early one fits.
    """
    now = int(at.timestamp()) // _STEP_SECONDS
    codes, given, found = pyotp.TOTP(secret or pyotp.random_base32()), re.sub(r"\s", "", code), 0
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(codes.generate_otp(step).encode(), given.encode()):
            found = step
    return found if secret else 0


def address(secret: str, staff_number: str) -> str:
    """Return what the picture holds: an `otpauth:` address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff_number, issuer_name=_TITLE)


def picture(secret: str, staff_number: str) -> str:
    """Return the QR code as SVG, for a page without script and without pictures from elsewhere."""
    return segno.make(address(secret, staff_number), error="m").svg_inline(
        scale=5, border=4, light="#fff", title="QR code for the authenticator app"
    )


def in_fours(text: str) -> str:
    """`ABCD EFGH`: easier to type."""
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def on_paper() -> list[str]:
    """Return new codes for paper, 80 bits each: too many to be guessed, so a plain hash keeps them."""
    return [pyotp.random_base32()[:16] for _ in range(ON_PAPER)]


def digest(code: str) -> bytes:
    """By what a code on paper is known; blanks and capital letters do not matter."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).upper().encode()).digest()


def new_token() -> str:
    """Return the secret part of a link."""
    return secrets.token_urlsafe(32)
