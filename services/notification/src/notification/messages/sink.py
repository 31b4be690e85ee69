"""The mail of a demonstration: taken by SMTP as a server would, and kept for a page instead of going anywhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from notification.messages.composing import mail_of
from notification.messages.post import Server
from servicekit.data.db import Database

_CATCH = """
INSERT INTO caught_mail (id, at, "to", subject, text, html)
VALUES (%(id)s, %(at)s, %(to)s, %(subject)s, %(text)s, %(html)s)
ON CONFLICT (id) DO NOTHING
"""
_HOST = "127.0.0.1"


class _Sink:
    """Takes every mail; the same one again is the same one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the protocol's
        content = cast("bytes", envelope.original_content)
        await asyncio.to_thread(self._keep, message_from_bytes(content, policy=default))
        return "250 kept for the page of the demonstration"

    def _keep(self, message: EmailMessage) -> None:
        with self._database.transaction(actor="services/notification", method="mail/catch") as db:
            db.run(
                _CATCH,
                id=mail_of(message["Message-ID"]),
                at=db.at,
                to=message["To"],
                subject=message["Subject"],
                text=_body(message, "plain"),
                html=_body(message, "html"),
            )


def _body(message: EmailMessage, kind: str) -> str:
    part = cast("EmailMessage", message.get_body((kind,)))
    text: str = part.get_content()
    return text


@asynccontextmanager
async def sink(database: Database) -> AsyncIterator[Server]:
    """Take mail as long as this lasts, on a port of this machine that nobody else knows."""
    loop, catcher = asyncio.get_running_loop(), _Sink(database)
    listening = await loop.create_server(lambda: SMTP(catcher, loop=loop, hostname="cadre"), _HOST, 0)
    try:
        yield Server(_HOST, listening.sockets[0].getsockname()[1], security="none")
    finally:
        listening.close()
        await listening.wait_closed()
