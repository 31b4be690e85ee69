"""Pages by keyset (AIP-158): a page starts after the last row's key, so writes neither skip nor repeat rows.

A page token carries that key, and reaches a query: so it is sealed with a key of the service's database, which all its
replicas share. One that was not given by this list, with the same filters, is refused whatever it holds.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from cadre.options.v1 import options_pb2
from servicekit.refusals import InvalidField

R = TypeVar("R")

DEFAULT_SIZE = 50
MOST = 1000


@dataclass(frozen=True)
class Page:
    """What a list is asked for: at most *size* rows after the key *after* (None = from the start)."""

    size: int
    after: list[Any] | None
    list_digest: int
    seal_key: bytes = field(repr=False)

    def cut(self, rows: Sequence[R], key: Callable[[R], Sequence[Any]]) -> tuple[Sequence[R], str]:
        """Return those of *rows*, fetched one over the size, that are on this page, and the token of the next one.

        The next page starts after the *key* of this one's last row. The token is '' if there is none.
        """
        shown = rows[: self.size]
        return shown, self.token(key(shown[-1])) if len(rows) > self.size else ""

    def after_sql(self, word: str, beyond: str, /, **keys: str) -> str:
        """Return the condition by which the page starts after its key, '' for the first page; *values* fills it.

        *word* is WHERE or AND, *beyond* < or >, and *keys* are the columns of the order with their types.
        """
        if self.after is None:
            return ""
        values = ", ".join(f"%(after_{key})s::{kind}" for key, kind in keys.items())
        return f"{word} ({', '.join(keys)}) {beyond} ({values})"

    def values(self, *keys: str) -> dict[str, Any]:
        """Return what the condition is filled with, and the *limit*: one row over the size, for `cut`."""
        return {
            **dict(zip((f"after_{key}" for key in keys), self.after or (), strict=False)),
            "limit": self.size + 1,
        }

    def token(self, key: Sequence[Any]) -> str:
        """Return the token of the page that starts after *key*."""
        token = options_pb2.PageToken(key=json.dumps(list(key), default=str), list=self.list_digest)
        token.seal = _seal(token, self.seal_key)
        return base64.urlsafe_b64encode(token.SerializeToString()).decode()


def page_of(
    request: Message,
    seal_key: bytes,
    *,
    moving: Collection[str] = (),
    default: int = DEFAULT_SIZE,
    most: int = MOST,
) -> Page:
    """Read `page_size` and `page_token` of a List request; handlers do so by `Servicer.page_of`.

    A token is good for the list that gave it: the same method with the same filters, but for the fields *moving*, which
    may say something else for the next page.
    """
    size: int = request.page_size  # type: ignore[attr-defined]
    if size < 0:
        raise InvalidField("page_size", size, "must not be negative")
    filters = type(request)()
    filters.CopyFrom(request)
    for name in ("page_size", "page_token", *moving):
        filters.ClearField(name)
    named = request.DESCRIPTOR.full_name.encode() + filters.SerializeToString(deterministic=True)
    digest = int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
    after = None
    if given := request.page_token:  # type: ignore[attr-defined]
        try:
            token = options_pb2.PageToken.FromString(base64.b64decode(given, altchars=b"-_", validate=True))
        except (DecodeError, binascii.Error, ValueError):
            token = options_pb2.PageToken()
        if token.list != digest or not hmac.compare_digest(token.seal, _seal(token, seal_key)):
            raise InvalidField(
                "page_token", given, "must be one that this list gave, with the same filters: begin with the first page"
            )
        after = json.loads(token.key)
    return Page(min(size or default, most), after, digest, seal_key)


def _seal(token: options_pb2.PageToken, seal_key: bytes) -> bytes:
    return hmac.digest(seal_key, token.list.to_bytes(8, "big") + token.key.encode(), "sha256")
