"""The envelope sender of each mail: an address of its own, signed, to which what comes back of it comes back.

`bounce+<token>@domain`. The token is 32 bytes in base32, since servers may change small and capital letters: the mail's
id, the day, the beginning of the hash of the address that it went to, and a signature, so that nobody can have a mail
marked that came back to nobody.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

# What comes back later than that is nobody's.
GOOD_FOR = timedelta(days=10)
_MAILBOX = "bounce+"
_EPOCH = date(2020, 1, 1)
_FORM = struct.Struct(">16sH6s")
_SIGNATURE = 8
_BYTES = _FORM.size + _SIGNATURE


@dataclass(frozen=True)
class Sender:
    """Of which mail an address is the envelope sender, since which *day*, and to what address that went."""

    mail_id: UUID
    day: date
    to: bytes

    def went_to(self, address_sha256: str) -> bool:
        """Whether the mail went to the address with this hash."""
        return self.to == _beginning(address_sha256)


def address(key: bytes, domain: str, mail_id: UUID, address_sha256: str, day: date) -> str:
    """Return the envelope sender of a mail that goes on *day* to the address with this hash."""
    said = _FORM.pack(mail_id.bytes, (day - _EPOCH).days, _beginning(address_sha256))
    token = base64.b32encode(said + _signature(key, said)).decode().rstrip("=").lower()
    return f"{_MAILBOX}{token}@{domain}"


def read(key: bytes, domain: str, given: str, today: date) -> Sender | None:
    """Return whose envelope sender *given* is; None if it is not ours, was not signed by us, or is too old."""
    mailbox, _, given_domain = given.rpartition("@")
    if given_domain.casefold() != domain.casefold() or not mailbox.casefold().startswith(_MAILBOX):
        return None
    token = mailbox[len(_MAILBOX) :].upper()
    try:
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    said = raw[: _FORM.size]
    if len(raw) != _BYTES or not hmac.compare_digest(raw[_FORM.size :], _signature(key, said)):
        return None
    mail, days, to = _FORM.unpack(said)
    day = _EPOCH + timedelta(days=days)
    return Sender(UUID(bytes=mail), day, to) if day <= today <= day + GOOD_FOR else None


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, said, hashlib.sha256).digest()[:_SIGNATURE]


def _beginning(address_sha256: str) -> bytes:
    return bytes.fromhex(address_sha256)[:6]
