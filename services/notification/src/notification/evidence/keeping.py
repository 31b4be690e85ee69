"""Packets of letters: asked for, made by a task, kept for a while. One function is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.evidence.layout import KEPT_DAYS
from notification.letters.rows import name_of
from servicekit.background import tasks
from servicekit.background.tasks import Task
from servicekit.data.db import Database, Db
from servicekit.files.store import Store
from servicekit.paging import Page
from servicekit.refusals import NotFound
from servicekit.rpc.calls import Scope

TASK = "packet"
_ABANDONED = timedelta(days=1)
_COLUMNS = """
p.id, p.notice_id, p.agency_id, p.asked_by, p.asked_at, p.state, p.completed_at, p.cause, p.sha256, p.size_bytes,
p.dropped_at, coalesce(g.step, '') AS step
"""
_FROM = "FROM packet AS p LEFT JOIN packet_progress AS g ON g.packet_id = p.id"
_ONE = f"SELECT {_COLUMNS} {_FROM} WHERE p.id = %(id)s"
_LIST = f"""
SELECT * FROM (
  SELECT {_COLUMNS} {_FROM} WHERE p.notice_id = %(notice)s AND p.agency_id = %(agency)s
) AS listed {{page}}
ORDER BY asked_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Whoever asks while one is being made waits for that one.
_ASK = """
INSERT INTO packet (id, notice_id, agency_id, asked_by, asked_at, state, size_bytes)
VALUES (%(id)s, %(notice)s, %(agency)s, %(person)s, %(at)s, 'RUNNING', 0)
ON CONFLICT (notice_id, agency_id) WHERE state = 'RUNNING' DO NOTHING
RETURNING id
"""
_RUNNING = """
SELECT id FROM packet WHERE notice_id = %(notice)s AND agency_id = %(agency)s AND state = 'RUNNING'
"""
_BEGIN = "INSERT INTO packet_progress (packet_id, step, done, total) VALUES (%(id)s, 'WAITING', 0, 0)"
_STEP = "UPDATE packet_progress SET step = %(step)s WHERE packet_id = %(id)s"
_READY = """
UPDATE packet SET state = 'READY', sha256 = %(sha256)s, size_bytes = %(size)s, completed_at = %(at)s
WHERE id = %(id)s AND state = 'RUNNING'
"""
_FAILED = """
UPDATE packet SET state = 'FAILED', cause = %(cause)s, completed_at = %(at)s WHERE id = %(id)s AND state = 'RUNNING'
"""
_HELD = "SELECT coalesce(sum(size_bytes), 0)::bigint FROM packet WHERE state = 'READY'"
_DROP = """
UPDATE packet SET state = 'DROPPED', sha256 = '', dropped_at = %(at)s
WHERE state = 'READY' AND completed_at < %(before)s
"""
_KEPT = "SELECT sha256 FROM packet WHERE state = 'READY'"


class Packet(NamedTuple):
    """A packet of a letter for an agency ('' = for the state), and what it is at while it is made."""

    id: UUID
    notice_id: UUID
    agency_id: str
    asked_by: UUID
    asked_at: datetime
    state: str
    completed_at: datetime | None
    cause: str
    sha256: str
    size_bytes: int
    dropped_at: datetime | None
    step: str


def name(packet: Packet) -> str:
    """Return the resource name."""
    return f"{name_of(packet.notice_id)}/packets/{packet.id}"


def ask(db: Db, notice_id: UUID, agency_id: str, *, person_id: UUID, actor: str) -> Packet:
    """Have a packet made; the one that is being made, if one is."""
    given = {"notice": notice_id, "agency": agency_id}
    made: list[UUID] = db.values(_ASK, id=uuid4(), person=person_id, at=db.at, **given)
    for packet_id in made:
        db.run(_BEGIN, id=packet_id)
        tasks.defer(db, TASK, str(packet_id), actor=actor)
    found = find(db, made[0] if made else db.value(_RUNNING, **given))
    # Who has names put together is on record with whose they are.
    db.changed(name(found), after={"agency": agency_id, "names": bool(agency_id), "made_already": not made})
    return found


def find(db: Db, packet_id: UUID) -> Packet:
    """Return a packet."""
    found = db.maybe(Packet, _ONE, id=packet_id)
    if found is None:
        raise NotFound(f"packets/{packet_id}")
    return found


def own(db: Db, notice_id: UUID, packet_id: UUID, scope: Scope) -> Packet:
    """Return a packet that *scope* reaches; of another's nothing tells that there is one.

    A right for the whole state reaches the state's, and no agency's: its names are for who answers for it.
    """
    packet = find(db, packet_id)
    mine = f"agencies/{packet.agency_id}" in scope.resources if packet.agency_id else scope.whole
    if packet.notice_id != notice_id or not mine:
        raise NotFound(f"{name_of(notice_id)}/packets/{packet_id}")
    return packet


def kept(db: Db, notice_id: UUID, packet_id: UUID, scope: Scope) -> Packet:
    """Return one whose file is there."""
    packet = own(db, notice_id, packet_id, scope)
    if packet.state != "READY":
        raise NotFound(name(packet))
    return packet


def listed(db: Db, notice_id: UUID, agency_id: str, page: Page) -> list[Packet]:
    """Return the packets of a letter for an agency, the newest first, one more than the page holds."""
    sql = _LIST.format(page=page.after_sql("WHERE", "<", asked_at="timestamptz", id="uuid"))
    return db.all(Packet, sql, notice=notice_id, agency=agency_id, **page.values("asked_at", "id"))


def at(database: Database, packet_id: UUID, step: str) -> None:
    """Say beside any transaction what a packet is at."""
    database.stopping.require_going_on()
    with database.read() as db:
        db.run(_STEP, id=packet_id, step=step)


def held_bytes(db: Db) -> int:
    """Return how much is kept."""
    return int(db.value(_HELD))


def ready(db: Db, packet: Packet, *, sha256: str, size_bytes: int) -> None:
    """Note the file of a packet: from now on it can be had."""
    db.run(_READY, id=packet.id, sha256=sha256, size=size_bytes, at=db.at)
    db.changed(name(packet), after={"state": "READY", "sha256": sha256, "size_bytes": size_bytes})


def fail(db: Db, packet: Packet, cause: str) -> None:
    """Note that a packet cannot be made."""
    db.run(_FAILED, id=packet.id, cause=cause, at=db.at)
    db.changed(name(packet), after={"state": "FAILED", "cause": cause})


def give_up(db: Db, task: Task) -> bool:
    """End a packet that failed too often: an error of ours, which was logged."""
    fail(db, find(db, UUID(task.key)), "ERROR")
    return False


def drop_old(database: Database, store: Store, now: datetime) -> None:
    """Drop the files of packets that are old enough, and what was left by makers that were killed."""
    with database.transaction(actor="services/notification", method="jobs/drop-packets", at=now) as db:
        # Nobody gives a file its name meanwhile: whoever does so changes a row first.
        db.run("LOCK TABLE packet IN SHARE ROW EXCLUSIVE MODE")
        dropped = db.run(_DROP, before=now - timedelta(days=KEPT_DAYS), at=now)
        kept = set(db.values(_KEPT))
        strays = [one for one in store.names() if one not in kept]
        db.changed("packets", after={"dropped": dropped, "files": len(strays)})
    for one in strays:
        store.remove(one)
    for part in list(store.parts_before(now - _ABANDONED)):
        store.drop(part)


@contextmanager
def snapshot(database: Database, moment: datetime) -> Iterator[Db]:
    """Give what one moment of the database has: everything that is read sees the same."""
    with database.read(moment) as db:
        db.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield db
        finally:
            db.run("ROLLBACK")
