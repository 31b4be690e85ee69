"""The box that reactions wait in, sealed, and the tickets that let one into it.

Both keys come from the private key of this service, a file beside the database and not in it: whoever has the whole
database can neither read an answer that waits nor make a ticket.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from evaluation.quality.rules import LONGEST_COMMENT, TicketInvalid
from servicekit.rpc import keys

KEY_NAME = "evaluation"
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_KEY_BYTES = 32
_SEED_BYTES = 16
# Every rating is as long as every other, and every comment, also an empty one, as long as every other.
RATING_BYTES = 512
COMMENT_BYTES = RATING_BYTES + 6 * LONGEST_COMMENT


class Box:
    """Seals an answer, so that only this service can read it again; what is sealed all looks alike."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, content: dict[str, Any], size: int) -> bytes:
        """Return *content* sealed and filled up to *size* bytes."""
        said = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        nonce = os.urandom(_NONCE_BYTES)
        filled = (len(said).to_bytes(_LENGTH_BYTES, "big") + said).ljust(size, b"\0")
        if len(filled) > size:
            raise ValueError("the content is longer than what hides its length")
        return nonce + self._cipher.encrypt(nonce, filled, None)

    def open(self, sealed: bytes) -> dict[str, Any] | None:
        """Return what was sealed; None if it was sealed with another key, or changed."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            filled = self._cipher.decrypt(nonce, rest, None)
        except InvalidTag:
            return None
        length = int.from_bytes(filled[:_LENGTH_BYTES], "big")
        content: dict[str, Any] = json.loads(filled[_LENGTH_BYTES : _LENGTH_BYTES + length])
        return content


class Tickets:
    """Gives tickets, each good for one answer about one version of a course.

    A ticket is random to everybody but this process: it is made of the person, the course and a secret that lives in
    the memory of the process alone. Whoever opens the form twice gets the same one again, and no table and no
    key file ever leads from a ticket to a person.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._secret = secrets.token_bytes(_KEY_BYTES)

    def give(self, person: str, course_version: str) -> str:
        """Return the ticket of *person* for a version of a course."""
        seed = hmac.digest(self._secret, f"{person}\0{course_version}".encode(), hashlib.sha256)[:_SEED_BYTES]
        return base64.urlsafe_b64encode(seed + self._mark(seed, course_version)).decode().rstrip("=")

    def digest(self, ticket: str, course_version: str) -> bytes:
        """Return the digest by which a ticket is known to be spent; refuse one that we did not give for this course."""
        try:
            given = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        except (binascii.Error, ValueError):
            given = b""
        seed, mark = given[:_SEED_BYTES], given[_SEED_BYTES:]
        if not hmac.compare_digest(mark, self._mark(seed, course_version)):
            raise TicketInvalid(
                "The ticket was not given for this course.", field="ticket", course_version=course_version
            )
        return hashlib.sha256(given).digest()

    def _mark(self, seed: bytes, course_version: str) -> bytes:
        return hmac.digest(self._key, seed + course_version.encode(), hashlib.sha256)


def box_of(keys_dir: Path) -> Box:
    """Return the box that the service's key opens."""
    return Box(keys.derived(keys_dir, KEY_NAME, b"reactions: box"))


def tickets_of(keys_dir: Path) -> Tickets:
    """Return the tickets that the service's key marks."""
    return Tickets(keys.derived(keys_dir, KEY_NAME, b"reactions: tickets"))
