"""What is looked at before a page: an answer that is kept, and from which message somebody arrives.

A link in a mail, and the button of a message, name the message. Who arrives by it signed in has seen it, and goes on
to the same address without that name. It changes what the bell counts, and nothing that binds anybody. Programs that
open the links of a mail are not signed in and mark nothing; what a browser fetches ahead, or for a picture in somebody
else's page, was seen by nobody.
"""

from collections.abc import Callable
from uuid import uuid4

import structlog
from fastapi import Request

from cadre.notification.v1 import message_service_pb2 as message_pb
from gateway.identity import answers
from gateway.web.clients import Clients
from servicekit.rpc.client import Refused

log = structlog.get_logger()

# In the address of a link: by which message it was followed.
MESSAGE = "message"


class Answered(Exception):  # noqa: N818
    """What is asked for is a page that answered a form, and is kept."""

    def __init__(self, page: answers.Page) -> None:
        super().__init__()
        self.page = page


class Arrived(Exception):  # noqa: N818
    """Somebody followed a message: they go on to *path*, which names it no more."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


def follows(request: Request) -> bool:
    """Whether somebody follows a message themselves."""
    return (
        request.method == "GET"
        and MESSAGE in request.query_params
        and "prefetch" not in request.headers.get("sec-purpose", "")
        and request.headers.get("sec-fetch-dest", "document") == "document"
    )


def seen(request: Request, clients: Clients, heard: Callable[[int], None]) -> Arrived:
    """Mark the message as read, if it is one of the visitor's; return where they go on."""
    names = [f"messages/{request.query_params[MESSAGE]}"]
    ask = message_pb.OpenMessagesRequest(names=names, request_id=str(uuid4()))
    try:
        heard(clients.messages.OpenMessages(ask).unopened_count)
    except Refused as error:
        # Whoever wants to read a letter must not wait for the bell.
        log.info("message_not_marked", reason=error.reason)
    url = request.url.remove_query_params(MESSAGE)
    return Arrived(f"{url.path}?{url.query}" if url.query else url.path)
