"""How often somebody may fail: by staff number, whether there is such a person or not, and by address."""

import hashlib
import ipaddress
from datetime import datetime, timedelta
from typing import NamedTuple

from servicekit.data.db import Database

WINDOW = timedelta(minutes=15)
MOST_BY_NUMBER = 5
# A county office goes out by one address.
MOST_BY_ADDRESS = 60
_FORGOTTEN = timedelta(days=1)


class _Counted(NamedTuple):
    key_sha256: bytes
    tries: int


def too_many(database: Database, staff_number: str, address: str, at: datetime) -> bool:
    """Count one more try, before anything is compared, and say whether it is one too many.

    A try that is refused prolongs nothing: the window begins with its first.
    """
    limits = {_key("number", staff_number): MOST_BY_NUMBER, _key("address", _net(address)): MOST_BY_ADDRESS}
    with database.read(at) as db:
        counted = db.all(
            _Counted,
            """
            WITH forgotten AS (DELETE FROM sign_in_tries WHERE since < %(old)s AND key_sha256 <> ALL(%(keys)s::bytea[]))
            INSERT INTO sign_in_tries AS kept (key_sha256, since, tries)
            SELECT key, %(at)s, 1 FROM unnest(%(keys)s::bytea[]) AS key ORDER BY key
            ON CONFLICT (key_sha256) DO UPDATE SET
              since = CASE WHEN kept.since > %(window)s THEN kept.since ELSE excluded.since END,
              tries = CASE WHEN kept.since > %(window)s THEN kept.tries + 1 ELSE 1 END
            RETURNING key_sha256, tries
            """,
            keys=list(limits),
            at=at,
            window=at - WINDOW,
            old=at - _FORGOTTEN,
        )
    return any(one.tries > limits[one.key_sha256] for one in counted)


def forget(database: Database, staff_number: str) -> None:
    """Start over for a staff number: its owner is in."""
    with database.read() as db:
        db.run("DELETE FROM sign_in_tries WHERE key_sha256 = %(key)s", key=_key("number", staff_number))


def _net(address: str) -> str:
    """Return what one visitor has: an IPv4 address, or a network of IPv6 (/64), in which addresses cost nothing."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


def _key(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{value.strip().casefold()}".encode()).digest()
