"""The sender: what is due is put together, addressed by the directory, handed over, and noted. One process at a time.

Between its transactions it asks the directory and speaks to the mail server; killed there, the next one goes on, and a
mail that was in hand is sent again under the same Message-ID.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import structlog

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages import circuit, ladders, letters, mails, quiet, week
from notification.messages.circuit import Circuit
from notification.messages.composing import BOUNCE_KEY, Bounces, Writer, can_be_written_to, hash_of
from notification.messages.contacts import Contacts
from notification.messages.mails import Claimed, Failing, Item, Outcome, Went
from notification.messages.post import Server, hand_over
from notification.messages.rules.windows import Hours
from notification.messages.sink import sink
from servicekit import closed_days
from servicekit.background.jobs import each_alone
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db
from servicekit.rpc import keys
from servicekit.settings import Settings

log = structlog.get_logger()

# Mails that are in hand at a time: as many as one question to the directory answers for.
_IN_HAND = 500
# As many while it is not known whether the server takes any.
_FEW = 4
_TARGETS = 1_000
_ACTOR = "services/notification"
# What our own page catches has no limit.
_ALL = 1_000_000
_NO_SERVER = "NO_SERVER"


@dataclass(frozen=True)
class Way:
    """How mail leaves: *open* gives the server for as long as one run takes, None = it does not leave.

    *name* is SERVER, DEMONSTRATION or OFF; *a_minute* is how much the server takes.
    """

    name: str
    open: Callable[[Database], AbstractAsyncContextManager[Server]] | None
    a_minute: int


def way_of(settings: Settings) -> Way:
    """Return how mail leaves by the settings: by the server that they name, else in a demonstration to its page."""
    if settings.mail_host:
        server = Server(
            settings.mail_host,
            settings.mail_port,
            settings.mail_security,
            settings.mail_user,
            settings.mail_password,
        )
        return Way("SERVER", lambda _database: nullcontext(server), settings.mails_a_minute)
    return Way("DEMONSTRATION", sink, _ALL) if settings.demo else Way("OFF", None, 0)


def hours_of(db: Db, settings: Settings) -> Hours:
    """Return in which hours mail goes here."""
    return Hours(closed_days.known(db).as_far_as_known(), always=settings.mail_at_any_hour or settings.demo)


def writer_of(settings: Settings) -> Writer:
    """Return whose mail it is by the settings, and where what comes back of it comes back."""
    domain = settings.mail_bounce_domain
    return Writer(
        sent_by=settings.mail_from,
        pages=(settings.pages_url or settings.public_url or "http://localhost:8000").rstrip("/"),
        demonstration=settings.demo,
        bounces=Bounces(domain, keys.derived(settings.keys_dir, settings.service, BOUNCE_KEY)) if domain else None,
    )


class Sender:
    """Sends what is due. Made once a process, since it keeps a connection to the directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._way = way_of(settings)
        self._contacts: Contacts | None = None

    def climb(self, database: Database, now: datetime) -> None:
        """Say what is due or late under letters that are out, one rung after the other, each once.

        Raises:
            ExceptionGroup: some failed; they are tried again next time.
        """
        with database.read(now) as db:
            hours, today = hours_of(db, self._settings), pacific_date(now)
            out, known = letters.open_letters(db), ladders.levels(db)
            reached = [(letter, step) for letter in out for step in letters.steps(db, letter, hours, today, known)]
        each_alone(
            database,
            reached,
            lambda db, rung: letters.climb(db, *rung, hours),
            actor=_ACTOR,
            method="jobs/climb-ladders",
            at=now,
            failure="rungs were not climbed",
        )

    def say_week(self, database: Database, now: datetime) -> None:
        """Say in the first morning of a week what is due soon or past due, once."""
        with database.read(now) as db:
            hours = hours_of(db, self._settings)
            moment = week.goes_at(hours, now)
            if moment is None or week.said(db, moment):
                return
        with database.transaction(actor=_ACTOR, method="jobs/say-week", at=now) as db:
            week.say(db, hours, moment)

    def send(self, database: Database, now: datetime) -> None:
        """Put together and send all mail that is due."""
        with database.read(now) as db:
            hours = hours_of(db, self._settings)
            early = quiet.some_are_early(db)
        if early:
            with database.transaction(actor=_ACTOR, method="jobs/send-mail", at=now) as db:
                quiet.bring_forward(db)
        self._resolve(database, now)
        shut: Mapping[str, datetime] | None = None
        while people := self._due(database, now):
            if shut is None:
                shut = self._shut(database, hours, now)
            with database.transaction(actor=_ACTOR, method="jobs/send-mail", at=now) as db:
                quiet.put_off(db, people, shut)
                if self._way.open is None:
                    mails.hold_back(db, people, _NO_SERVER)
                else:
                    mails.put_together(db, people, hours)
        known = self._circuit(database)
        if self._way.open is None or known.closed(database.clock()):
            return
        while claimed := self._claim(database, few=bool(known.failures)):
            trouble, answered = self._send(database, self._way.open(database), claimed)
            # One that takes some of it is not away.
            known = self._note(database, known, known.after("" if answered else trouble, database.clock()))
            if trouble:
                # What it did not take waits; to try the next five hundred now would only be told the same.
                log.warning("mail_server_trouble", error=trouble, failures=known.failures)
                break

    def _circuit(self, database: Database) -> Circuit:
        """Return how the server took mail until now; another server than before is asked anew."""
        with database.read() as db:
            known = circuit.known(db)
        if (known.way, known.a_minute) == (self._way.name, self._way.a_minute):
            return known
        return self._note(database, known, Circuit(self._way.name, self._way.a_minute))

    def _note(self, database: Database, known: Circuit, stands: Circuit) -> Circuit:
        if stands != known:
            with database.transaction(actor=_ACTOR, method="jobs/send-mail") as db:
                circuit.note(db, stands)
        return stands

    def _shut(self, database: Database, hours: Hours, now: datetime) -> Mapping[str, datetime]:
        """Return the agencies whose people are not written to now, each with when they are again."""
        if hours.always:
            return {}
        closed = self._directory(database).closed_days(pacific_date(now))
        with database.read(now) as db:
            return quiet.shut(db, hours.calendar, closed, now)

    def _resolve(self, database: Database, now: datetime) -> None:
        while asked := self._unresolved(database, now):
            holders = self._directory(database).holders(asked)
            with database.transaction(actor=_ACTOR, method="jobs/send-mail", at=now) as db:
                mails.resolve(db, asked, holders)

    def _unresolved(self, database: Database, now: datetime) -> list[mails.Unresolved]:
        with database.read(now) as db:
            return mails.unresolved(db, most=_TARGETS)

    def _due(self, database: Database, now: datetime) -> list[UUID]:
        with database.read(now) as db:
            return mails.due_people(db)

    def _claim(self, database: Database, *, few: bool) -> list[Claimed]:
        with database.transaction(actor=_ACTOR, method="jobs/send-mail") as db:
            return mails.claim(db, most=_FEW if few else _IN_HAND, a_minute=self._way.a_minute)

    def _send(
        self, database: Database, server: AbstractAsyncContextManager[Server], claimed: Sequence[Claimed]
    ) -> tuple[str, bool]:
        """Send what was claimed and note what became of it.

        Return the trouble with the server, '' if none, and whether it answered for any of it.
        """
        addresses = self._directory(database).addresses({mail.person_id for mail in claimed})
        with database.read() as db:
            items = _by_mail(mails.items(db, [mail.id for mail in claimed]))
            failing = mails.failing(db, [mail.person_id for mail in claimed])
        outcomes = {mail.id: _unreachable(addresses.get(mail.person_id), failing) for mail in claimed}
        to_send = [mail for mail in claimed if outcomes[mail.id] is None]
        at, write = database.clock(), self._writer.letter
        composed = [write(mail, items[mail.id], addresses[mail.person_id], at=at) for mail in to_send]
        sent, trouble = hand_over(server, composed) if composed else ({}, "")
        for mail in to_send:
            outcome = sent[mail.id]
            if outcome.address:
                outcome = Outcome(outcome.went, outcome.said, address=hash_of(addresses[mail.person_id].email))
            outcomes[mail.id] = outcome
        with database.transaction(actor=_ACTOR, method="jobs/send-mail") as db:
            mails.mark(db, claimed, {mail: outcome for mail, outcome in outcomes.items() if outcome is not None})
        return trouble, any(outcome.went is not Went.NOT_TRIED for outcome in sent.values())

    @cached_property
    def _writer(self) -> Writer:
        # A process that only answers calls has no key, and sends nothing.
        return writer_of(self._settings)

    def _directory(self, database: Database) -> Contacts:
        if self._contacts is None:
            self._contacts = Contacts(self._settings, database.clock)
        return self._contacts


def _unreachable(to: directory.PersonContact | None, failing: set[Failing]) -> Outcome | None:
    """Return why somebody cannot be written to; None if they can."""
    if to is None:
        return Outcome(Went.REFUSED, cause="LEFT")
    if not to.email:
        return Outcome(Went.REFUSED, cause="NO_ADDRESS")
    if not can_be_written_to(to.email):
        return Outcome(Went.REFUSED, cause="ADDRESS_FAILS")
    if Failing(UUID(to.person.removeprefix("people/")), hash_of(to.email)) in failing:
        return Outcome(Went.REFUSED, cause="ADDRESS_FAILS")
    return None


def _by_mail(items: Sequence[Item]) -> Mapping[UUID, list[Item]]:
    found: defaultdict[UUID, list[Item]] = defaultdict(list)
    for item in items:
        found[item.mail_id].append(item)
    return found
