"""Pages by keyset (AIP-158): a page starts after the last row's key, so writes neither skip nor repeat rows."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, Message

from cadre.options.v1 import options_pb2
from servicekit.refusals import InvalidField

DEFAULT_SIZE = 50
MOST = 1000


@dataclass(frozen=True)
class Page:
    """What a list is asked for: at most *size* rows after the key *after* (None = from the start)."""

    size: int
    after: list[Any] | None
    list_digest: int

    def next_token(self, rows: Sequence[Any], key: Sequence[Any]) -> str:
        """Return the token after *key* if *rows* (fetched one over the size) go on beyond this page, else ''."""
        if len(rows) <= self.size:
            return ""
        token = options_pb2.PageToken(key=json.dumps(list(key), default=str), list=self.list_digest)
        return base64.urlsafe_b64encode(token.SerializeToString()).decode()


def page_of(request: Message, *, default: int = DEFAULT_SIZE, most: int = MOST) -> Page:
    """Read `page_size` and `page_token` of a List request.

    A token is good for the list that gave it: the same method with the same filters.
    """
    size: int = request.page_size  # type: ignore[attr-defined]
    if size < 0:
        raise InvalidField("page_size", size, "must not be negative")
    filters = type(request)()
    filters.CopyFrom(request)
    filters.ClearField("page_size")
    filters.ClearField("page_token")
    named = request.DESCRIPTOR.full_name.encode() + filters.SerializeToString(deterministic=True)
    digest = int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
    after = None
    if given := request.page_token:  # type: ignore[attr-defined]
        try:
            token = options_pb2.PageToken.FromString(base64.urlsafe_b64decode(given))
            after = json.loads(token.key)
        except (DecodeError, binascii.Error, ValueError):
            token = options_pb2.PageToken()
        if token.list != digest or not isinstance(after, list):
            raise InvalidField("page_token", given, "must be one that this list gave, with the same filters")
    return Page(min(size or default, most), after, digest)
