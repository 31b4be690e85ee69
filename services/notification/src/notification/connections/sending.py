"""The sender: makes the calls that are due, many at a time and one of each connection, and notes what came back.

Between its transactions it speaks to strangers. One that hangs holds one place of many for ten seconds, and nobody
else's calls. Killed there, the next process calls again under the same ids: at least once.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property

import structlog
from standardwebhooks import Webhook

from notification.connections import webhooks
from notification.connections.calling import Caller, Way
from notification.connections.rules.payload import CONTENT_TYPE, payload
from notification.connections.rules.trying import Answer, Reason
from notification.connections.rules.which import Which
from notification.connections.secrets import Secrets, digest
from notification.connections.webhooks import Claimed, WentOff
from notification.messages import ledger
from notification.messages.ledger import Wanted
from notification.messages.rules.kinds import CONNECTION_OFF
from notification.messages.rules.windows import Window
from notification.messages.sending import hours_of
from servicekit.background.runner import InHand, NotNowError
from servicekit.data.db import Database
from servicekit.settings import Settings

log = structlog.get_logger()

# Calls under way at a time: more than there are agencies.
PLACES = 64
_LOOK_SECONDS = 0.1
_ACTOR = "services/notification"
_METHOD = "tasks/call-connections"


def way_of(settings: Settings) -> Way:
    """Return how calls leave by the settings."""
    return Way(this_machine=settings.webhooks_to_this_machine)


class Sender:
    """Makes calls. Made once a process."""

    def __init__(self, settings: Settings, way: Way | None = None) -> None:
        self._settings = settings
        self._given = way
        self._secrets: Secrets | None = None
        # A name server that does not answer holds a thread: there are as many as there are places.
        self._resolvers = ThreadPoolExecutor(PLACES, thread_name_prefix="resolve")

    def run(self, task: InHand) -> None:
        """Make all calls that are due."""
        asyncio.run(self._run(task.database))
        with task.step() as db:
            if webhooks.is_due(db):
                # Told or come due since the last look.
                raise NotNowError
            task.end(db)

    @cached_property
    def _way(self) -> Way:
        # It reads whom the machine trusts, for which a process that calls nobody need not wait.
        return way_of(self._settings)

    async def _run(self, database: Database) -> None:
        caller = Caller(self._given or self._way, self._resolvers)
        under_way: dict[asyncio.Task[Answer], Claimed] = {}
        looked = 0.0
        try:
            while not database.stopping.begun:
                if len(under_way) < PLACES and time.monotonic() - looked >= _LOOK_SECONDS:
                    looked = time.monotonic()
                    for one in await asyncio.to_thread(self._claim, database, PLACES - len(under_way)):
                        under_way[asyncio.create_task(self._call(caller, one, database.clock()))] = one
                if not under_way:
                    return
                done, _ = await asyncio.wait(under_way, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    answers = [(under_way.pop(one), one.result()) for one in done]
                    await asyncio.to_thread(self._note, database, answers)
                    looked = 0.0
        finally:
            if under_way:
                await self._leave(database, under_way)

    async def _leave(self, database: Database, under_way: dict[asyncio.Task[Answer], Claimed]) -> None:
        """Let go of what is under way: whoever comes next calls again."""
        for one in under_way:
            one.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        ids = [one.id for one in under_way.values()]

        def put_back() -> None:
            with database.transaction(actor=_ACTOR, method=_METHOD) as db:
                webhooks.put_back(db, ids)

        await asyncio.to_thread(put_back)

    def _claim(self, database: Database, most: int) -> Sequence[Claimed]:
        with database.read() as db:
            if not webhooks.is_due(db):
                return ()
        with database.transaction(actor=_ACTOR, method=_METHOD) as db:
            return webhooks.claim(db, most=most)

    def _note(self, database: Database, answers: Sequence[tuple[Claimed, Answer]]) -> None:
        with database.transaction(actor=_ACTOR, method=_METHOD) as db:
            hours = hours_of(db, self._settings)
            for off in webhooks.note(db, answers):
                log.warning("connection_off", connection=Which(off.agency_id, off.id).name, why=off.why)
                ledger.want(db, _told(off, db.at, hours.goes_at(Window.NOW, db.at)))
        failed = [answer for _, answer in answers if answer.reason]
        log.info("connections_called", calls=len(answers), failed=len(failed))

    async def _call(self, caller: Caller, one: Claimed, at: datetime) -> Answer:
        body = payload(one.told, connection=Which(one.owner, one.connection_id).name)
        signed = [Webhook(secret).sign(str(one.id), at, body) for secret in self._secrets_of(one)]
        if not signed:
            return Answer(Reason.NO_SECRET)
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "Cadre",
            "webhook-id": str(one.id),
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signed),
        }
        return await caller.call(one.address, headers, body.encode())

    def _secrets_of(self, one: Claimed) -> Iterator[str]:
        """Give the secrets that are good, the newest first; none whose key was lost: nobody could check by it."""
        if self._secrets is None:
            self._secrets = Secrets(self._settings.keys_dir)
        for number, known in ((one.secret_number, one.secret_sha256), (one.secret_number - 1, one.earlier_sha256)):
            secret = self._secrets.of(one.connection_id, number)
            if known == digest(secret):
                yield secret


def _told(off: WentOff, at: datetime, goes_at: datetime) -> Wanted:
    """Return what whoever made a connection hears when it goes off."""
    name = Which(off.agency_id, off.id).name
    return Wanted(
        once=f"{name}/off/{at.isoformat()}",
        kind=CONNECTION_OFF,
        about=name,
        facts={"connection": off.title, "why": off.why},
        goes_at=goes_at,
        people=[off.created_by],
    )
