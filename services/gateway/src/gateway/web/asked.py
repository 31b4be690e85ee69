"""What is asked for is looked at before any page sees it: an address that is no text is refused in one place."""

import re
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.every_page import say

_MOST_FIELDS = 1000
_HOST = re.compile(r"([0-9A-Za-z._-]{0,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


class Readable:
    """Wraps the application: refuses addresses that hold what no page, no service and no database takes for text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not (_is_text(scope["path"], scope["query_string"]) and _is_named(scope)):
            # The page is made without what cannot be read.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"host"]
            answer = await say(
                Request(scope, receive, send),
                HTTPStatus.BAD_REQUEST,
                "This address cannot be read",
                "It holds something that is no text: perhaps it was cut or changed on its way to you. Ask for the link"
                " again, or start from your home page.",
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_named(scope: Scope) -> bool:
    """Whether the host that is asked for is a name or an address; one that is not can be no part of an address."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return all(_HOST.fullmatch(host) for host in hosts)


def _is_text(path: str, query: bytes) -> bool:
    # What is no UTF-8 in a path arrives as the sign for what cannot be shown.
    if "\0" in path or "\ufffd" in path:
        return False
    try:
        fields = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return False
    return not any("\0" in part for field in fields for part in field)
