"""The secrets by which calls are signed; none is kept.

Each follows from the key of this service, a file beside the database, from the connection and from a number that grows.
A copy of the database signs nothing.
"""

import base64
import hashlib
import hmac
from pathlib import Path
from uuid import UUID

from servicekit.rpc import keys

_PURPOSE = b"connections: secrets of calls"


class Secrets:
    """Makes the secrets of connections."""

    def __init__(self, keys_dir: Path) -> None:
        self._key = keys.derived(keys_dir, "notification", _PURPOSE)

    def of(self, connection_id: UUID, number: int) -> str:
        """Return the secret with that number, in the form of the Standard Webhooks."""
        made = hmac.digest(self._key, f"{connection_id}/{number}".encode(), hashlib.sha256)
        return f"whsec_{base64.b64encode(made).decode()}"


def digest(secret: str) -> str:
    """Return what a secret is known again by."""
    return hashlib.sha256(secret.encode()).hexdigest()
