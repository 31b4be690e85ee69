"""Makes packets, in the background: reads, packs, checks what it packed, and only then lets it be had.

Killed anywhere, the next process begins again, and nothing half made is ever there: a file has its name once it is
whole, and its row says so in the same transaction.
"""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from notification.evidence import keeping, packing
from notification.evidence.keeping import Packet
from notification.evidence.packing import Asked
from notification.evidence.reading import people_of
from notification.letters.queries import issued
from notification.messages.contacts import Contacts
from servicekit.background.jobs import Job
from servicekit.background.runner import InHand, Kind
from servicekit.data.db import Database
from servicekit.files.packets import check
from servicekit.files.store import PIECE_BYTES, Store, StoreFull
from servicekit.settings import Settings

_DROP_EVERY = timedelta(hours=6)


class PacketWrongError(RuntimeError):
    """What was packed does not hold: its figures are not those of its tables."""


def store_of(settings: Settings) -> Store:
    """Return where packets are."""
    return Store(settings.files_dir, settings.files_gib * 1024**3)


class Maker:
    """Makes packets. Made once a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = store_of(settings)

    def run(self, task: InHand) -> None:
        """Make the packet of a task."""
        database = task.database
        with database.read() as db:
            packet = keeping.find(db, UUID(task.task.key))
        if packet.state != "RUNNING":
            with task.step() as db:
                task.end(db)
            return
        try:
            self._make(task, packet)
        except StoreFull:
            with task.step() as db:
                keeping.fail(db, packet, "STORE_FULL")
                task.end(db)
        finally:
            self._store.drop(packet.id)

    def _make(self, task: InHand, packet: Packet) -> None:
        database, store = task.database, self._store
        names = self._names(database, packet)
        store.folder.mkdir(0o755, parents=True, exist_ok=True)
        # On the disk of the store: what is large does not fit elsewhere. It goes with the process.
        with tempfile.NamedTemporaryFile(dir=store.folder, prefix="packing-") as file:
            moment = database.clock()
            self._write(database, file, packet, names, moment)
            keeping.at(database, packet.id, "CHECKING")
            checked, size = check(Path(file.name), store.folder), Path(file.name).stat().st_size
            if checked.problems:
                raise PacketWrongError("; ".join(checked.problems[:5]))
            keeping.at(database, packet.id, "KEEPING")
            with database.read() as db:
                held = keeping.held_bytes(db)
            store.require_room(size, held_bytes=held)
            # What an earlier try left.
            store.drop(packet.id)
            file.seek(0)
            offset = 0
            while piece := file.read(PIECE_BYTES):
                offset = store.add(packet.id, offset, piece)
        with task.step() as db:
            keeping.ready(db, packet, sha256=checked.sha256, size_bytes=size)
            store.keep(packet.id, checked.sha256)
            task.end(db)

    def _write(
        self, database: Database, file: IO[bytes], packet: Packet, names: dict[UUID, str], moment: datetime
    ) -> None:
        with keeping.snapshot(database, moment) as db:
            notice = issued(db, packet.notice_id)
            demonstration = notice.demonstration or self._settings.demo
            asked = Asked(packet.id, notice, packet.agency_id, moment, demonstration, names)
            packing.write(db, file, asked, lambda step: keeping.at(database, packet.id, step))
        file.flush()

    def _names(self, database: Database, packet: Packet) -> dict[UUID, str]:
        """Ask the directory what the people of an agency are called; the state needs no names."""
        if not packet.agency_id:
            return {}
        keeping.at(database, packet.id, "NAMES")
        with database.read() as db:
            people = people_of(db, issued(db, packet.notice_id), packet.agency_id)
        contacts = Contacts(self._settings, database.clock)
        try:
            return {person: one.display_name for person, one in contacts.addresses(people).items()}
        finally:
            contacts.close()


def tasks(settings: Settings) -> Sequence[Kind]:
    """Return the tasks of a process with these settings."""
    return (Kind(keeping.TASK, Maker(settings).run, keeping.give_up, pauses=(2.0, 10.0, 60.0)),)


def jobs(settings: Settings) -> Sequence[Job]:
    """Return the jobs of a process with these settings."""
    store = store_of(settings)

    def drop_packets(database: Database, now: datetime) -> None:
        """Drop packets that are old enough, with what makers left that were killed."""
        keeping.drop_old(database, store, now)

    return (Job("drop-packets", _DROP_EVERY, drop_packets),)
