"""Handing mail to a server by SMTP: many at a time on a few kept connections, and what became of each.

A server that cannot be reached, closes or says that it goes away (421) has refused nothing: what it did not answer for
is sent again later, under the same Message-ID.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import aiosmtplib

from notification.messages.mails import Outcome, Went
from notification.messages.rules.answers import without_addresses

_CONNECTIONS = 4
_GOES_AWAY = 421
_FOR_GOOD = 500

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, as whom, and how the way there is kept private."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    # Its certificate, where it is not one that the machine trusts.
    context: ssl.SSLContext | None = None
    # How long one answer may take.
    patience_seconds: float = 30.0


@dataclass(frozen=True)
class Letter:
    """A mail as it is handed over: *sender* and *to* of the envelope, and *content* with lines as the protocol's."""

    id: UUID
    sender: str
    to: str
    content: bytes = field(repr=False)


def hand_over(
    opened: contextlib.AbstractAsyncContextManager[Server], letters: Sequence[Letter]
) -> tuple[dict[UUID, Outcome], str]:
    """Hand *letters* to the server that is *opened*; return what became of each, and its trouble, '' if none."""

    async def run() -> tuple[dict[UUID, Outcome], str]:
        async with opened as server:
            return await _hand_over(server, letters)

    return asyncio.run(run())


async def _hand_over(server: Server, letters: Sequence[Letter]) -> tuple[dict[UUID, Outcome], str]:
    waiting = list(reversed(letters))
    outcomes: dict[UUID, Outcome] = {}
    troubles: list[str] = []

    async def work() -> None:
        """Send one after the other on one connection, until nothing waits or the server does not go on."""
        try:
            async with _connected(server) as client:
                while waiting:
                    letter = waiting.pop()
                    outcome = outcomes[letter.id] = await _send(client, letter)
                    if outcome.went is Went.NOT_TRIED:
                        troubles.append(outcome.said)
                        return
        except (aiosmtplib.SMTPException, OSError) as error:
            troubles.append(without_addresses(f"{type(error).__name__}: {error}")[:300])

    await asyncio.gather(*(work() for _ in range(min(_CONNECTIONS, len(letters)))))
    trouble = troubles[0] if troubles else ""
    for letter in letters:
        outcomes.setdefault(letter.id, Outcome(Went.NOT_TRIED, trouble))
    return outcomes, trouble


@contextlib.asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[aiosmtplib.SMTP]:
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=server.context,
        timeout=server.patience_seconds,
    )
    try:
        await client.connect()
        yield client
        with contextlib.suppress(aiosmtplib.SMTPException):
            await client.quit()
    finally:
        client.close()


async def _send(client: aiosmtplib.SMTP, letter: Letter) -> Outcome:
    """Send one mail; a connection that was lost on the way leaves open whether it went."""
    try:
        await client.sendmail(letter.sender, [letter.to], letter.content)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        (one,) = refused.recipients
        return _refused(one.code, one.message, recipient=True)
    except aiosmtplib.SMTPResponseException as refused:
        return _refused(refused.code, refused.message, recipient=False)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Outcome(Went.NOT_TRIED, without_addresses(f"{type(error).__name__}: {error}"))
    return Outcome(Went.SENT)


def _refused(code: int, answer: str, *, recipient: bool) -> Outcome:
    said = without_addresses(f"{code} {answer}")
    if code == _GOES_AWAY:
        return Outcome(Went.NOT_TRIED, said)
    if code < _FOR_GOOD:
        return Outcome(Went.LATER, said)
    # That there is no such address is said of the recipient; of anything else the next mail may be taken.
    return Outcome(Went.REFUSED, said, address="refused" if recipient else "")
