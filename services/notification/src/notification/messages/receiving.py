"""Mail that comes back: taken by SMTP for the envelope senders of our own mail, and for nobody else.

Anybody may knock, so everything has an end: connections at a time, the time of one, its commands, the size of a mail.
It relays nothing and answers nothing by mail. What is no report is taken and changes nothing: a machine that says that
somebody is away must not hear that its mail failed.
"""

import asyncio
import threading
from datetime import datetime
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from notification.messages import canaries, mails
from notification.messages.composing import BOUNCE_KEY, hash_of
from notification.messages.contacts import Contacts, Unanswered
from notification.messages.encrypting import certificate_of
from notification.messages.rules import bounces, verp
from notification.messages.rules.bounces import Bounce
from servicekit.calendar import pacific_date
from servicekit.data.db import Database
from servicekit.rpc import keys
from servicekit.settings import Settings

log = structlog.get_logger()

_CONNECTIONS = 20
_SECONDS_SILENT, _SECONDS_IN_ALL = 30.0, 120.0
_COMMANDS = 30
# A report may bring the whole mail that came back, which is smaller.
_MOST_BYTES = 256 * 1024
_TAKEN, _LATER = "250 taken", "451 4.3.0 not now, try again later"
_NO_SUCH, _ONE = "550 5.1.1 no such address", "452 4.5.3 one recipient at a time"


class Receiver:
    """Takes what comes back, in a thread of its own, as long as the process works."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self.certificate = certificate_of(settings)
        self._key = keys.derived(settings.keys_dir, settings.service, BOUNCE_KEY)
        self._contacts = Contacts(settings, database.clock)
        self._connections = 0

    def start(self) -> None:
        """Listen from now on."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bounces", daemon=True)
        self._thread.start()
        self._listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port: int = self._listening.sockets[0].getsockname()[1]
        log.info("bounces_are_taken", port=self.port, encrypted=self.certificate is not None)

    def stop(self) -> None:
        """Listen no more, and leave what is under way: who was not answered comes again."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._contacts.close()

    async def _listen(self) -> asyncio.Server:
        where = self._settings.listen_host, self._settings.mail_bounce_port
        return await self._loop.create_server(lambda: _Connection(self, self._loop), *where)

    async def _close(self) -> None:
        self._listening.close()
        under_way = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    def came(self) -> bool:
        """Count a connection that came; return whether there is room for it."""
        self._connections += 1
        return self._connections <= _CONNECTIONS

    def went(self) -> None:
        """Count a connection that is gone."""
        self._connections -= 1

    def of(self, address: str) -> verp.Sender | None:
        """Return of which mail an address is the envelope sender; None if it is not one of ours."""
        today = pacific_date(self._database.clock())
        return verp.read(self._key, self._settings.mail_bounce_domain, address, today)

    # The names below are those of the library.

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take what is for one of our own envelope senders."""
        if self.of(address) is None:
            return _NO_SUCH
        if envelope.rcpt_tos:
            return _ONE
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Read a report, and note what it says."""
        sender, content = self.of(envelope.rcpt_tos[0]), cast("bytes", envelope.original_content)
        if sender is None:
            return _NO_SUCH
        return await asyncio.to_thread(self._take, sender, content)

    async def handle_exception(self, error: Exception) -> str:
        """Say nothing of what went wrong here to whoever is there."""
        log.error("bounce_not_taken", error=type(error).__name__)
        return _LATER

    def _take(self, sender: verp.Sender, content: bytes) -> str:
        bounce = bounces.read(content)
        if bounce is None:
            return _TAKEN
        with self._database.read() as db:
            mail = mails.sent(db, sender.mail_id)
        if mail is None:
            self._canary(sender, self._database.clock())
            return _TAKEN
        if mail.state == "SENDING":
            return _LATER
        try:
            address = self._to_blame(sender, bounce, mail)
        except Unanswered:
            return _LATER
        with self._database.transaction(actor="services/notification", method="mail/bounce") as db:
            news = mails.bounced(db, sender.mail_id, bounce.said, address)
        if news:
            log.info("mail_came_back", mail=str(sender.mail_id), said=bounce.said, blames=bool(address))
        return _TAKEN

    def _to_blame(self, sender: verp.Sender, bounce: Bounce, mail: mails.Sent) -> str:
        """Return the hash of the address that does not work: theirs, if it is still the one that the mail went to."""
        to = self._contacts.addresses([mail.person_id]).get(mail.person_id) if bounce.blames else None
        address = hash_of(to.email) if to is not None and to.email else ""
        return address if address and sender.went_to(address) else ""

    def _canary(self, sender: verp.Sender, at: datetime) -> None:
        with self._database.transaction(actor="services/notification", method="mail/bounce", at=at) as db:
            canaries.came_back(db, sender.mail_id)


class _Connection(SMTP):
    """One connection, which ends after a while whatever it does."""

    def __init__(self, receiver: Receiver, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            receiver,
            data_size_limit=_MOST_BYTES,
            hostname=receiver._settings.mail_bounce_domain,  # noqa: SLF001 - its own
            ident="Cadre",
            timeout=_SECONDS_SILENT,
            command_call_limit=_COMMANDS,
            loop=loop,
            tls_context=receiver.certificate.context() if receiver.certificate else None,
            require_starttls=receiver._settings.mail_bounce_tls_required,  # noqa: SLF001 - its own
        )
        self._receiver = receiver
        self._counted = False
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer, or say that there are too many."""
        if self._counted:  # the same one, encrypted from now on
            super().connection_made(transport)
            return
        self._counted = True
        within, given = self._receiver.came(), cast("asyncio.Transport", transport)
        self._end = self.loop.call_later(_SECONDS_IN_ALL if within else 0, given.close)
        if not within:
            given.write(b"421 4.7.0 too many connections, try again later\r\n")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room; where a connection cannot be encrypted, the library says so once more."""
        if self._counted:
            self._counted = False
            self._receiver.went()
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(error)
