"""Roster files: sent in pieces, then checked and applied in the background. `work.py` does that work."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import desc, tuple_
from sqlmodel import select

from directory.agencies.tables import AgencyRow
from directory.people.queries import Person
from directory.rosters import queries
from directory.rosters.tables import RosterChunkRow, RosterErrorRow, RosterImportRow, RosterNameRow
from servicekit.background import tasks
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import InvalidField, Kind, NotFound, Refusal
from servicekit.rpc.calls import Scope

RECEIVING, RUNNING, CHECKED, APPLIED, REFUSED = "RECEIVING", "RUNNING", "CHECKED", "APPLIED", "REFUSED"
TASK = "roster"
LARGEST_CHUNK = 1024 * 1024
MOST_CHUNKS = 64


class ChunkMissing(Refusal):
    """A piece of the file has not come: `expected` is the number of the next one."""

    kind = Kind.PRECONDITION


class ChunkDiffers(Refusal):
    """The piece of this number came before with other content."""

    kind = Kind.PRECONDITION


class RosterImportClosed(Refusal):
    """The import takes no more pieces, or cannot be applied: it runs or has ended."""

    kind = Kind.PRECONDITION


class RosterFileGone(Refusal):
    """The file was checked so long ago that it is no longer kept: send it again."""

    kind = Kind.PRECONDITION


# Written beside the transaction that works on the file; here only so that there is a row to update.
_WAITING = """
INSERT INTO roster_progress (import_id, step, rows) VALUES (%(id)s, 'WAITING', 0)
ON CONFLICT (import_id) DO UPDATE SET step = excluded.step, rows = 0
"""


# What is left says what is done, and cannot disagree with it.
_PROGRESS = """
SELECT step, rows, CASE WHEN step = 'APPLYING' THEN rows - waiting ELSE 0 END AS rows_done
FROM roster_progress
CROSS JOIN (
  SELECT coalesce(sum(cardinality(lines)), 0)::int AS waiting FROM roster_part WHERE import_id = %(id)s
) AS part
WHERE import_id = %(id)s
"""


class Progress(NamedTuple):
    """What an import is at, how many rows were read, and with how many of them it is done."""

    step: str
    rows: int
    rows_done: int


def create(db: Db, *, agency_id: str, dry_run: bool, actor: str, at: datetime) -> RosterImportRow:
    """Open an import for one agency, or (empty id) for the whole state."""
    if agency_id and db.get(AgencyRow, agency_id) is None:
        raise NotFound(f"agencies/{agency_id}")
    row = RosterImportRow(id=uuid4(), agency_id=agency_id, state=RECEIVING, dry_run=dry_run, actor=actor, created_at=at)
    db.add(row)
    db.flush()
    db.changed(f"rosterImports/{row.id}", after={"agency": agency_id, "dry_run": dry_run})
    return row


def append(db: Db, *, import_id: UUID, index: int, content: bytes, scope: Scope) -> RosterImportRow:
    """Keep a piece of the file. The same piece again is accepted and kept once."""
    if len(content) > LARGEST_CHUNK:
        raise InvalidField("content", len(content), f"must be at most {LARGEST_CHUNK} bytes")
    if not 0 <= index < MOST_CHUNKS:
        raise InvalidField("index", index, f"must be from 0 to {MOST_CHUNKS - 1}")
    row = _locked(db, import_id, scope)
    if row.state != RECEIVING:
        raise RosterImportClosed("The import takes no more pieces.", roster_import=import_id, state=row.state)
    if index > row.chunks:
        raise ChunkMissing("A piece before this one has not come.", field="index", expected=row.chunks)
    if index < row.chunks:
        known = db.get(RosterChunkRow, (import_id, index))
        if known is None or known.content != content:
            raise ChunkDiffers("The piece of this number came with other content.", field="index", index=index)
        return row
    db.add(RosterChunkRow(import_id=import_id, n=index, content=content))
    row.chunks += 1
    db.add(row)
    db.changed(f"rosterImports/{import_id}", after={"chunks": row.chunks})
    return row


def run(db: Db, *, import_id: UUID, chunks: int, actor: str, scope: Scope) -> RosterImportRow:
    """Say that the file is whole and may be worked on. Idempotent: an import that runs or has ended stays as it is."""
    row = _locked(db, import_id, scope)
    if row.state != RECEIVING:
        return row
    if chunks != row.chunks or not chunks:
        raise ChunkMissing("Not all pieces have come.", field="chunks", expected=row.chunks)
    row.state, row.actor = RUNNING, actor
    db.add(row)
    _defer(db, row)
    db.changed(f"rosterImports/{import_id}", after={"state": RUNNING})
    return row


def apply(db: Db, *, import_id: UUID, actor: str, scope: Scope) -> RosterImportRow:
    """Apply a file that was checked and found sound. Idempotent: one that is being applied, or was, stays as it is."""
    row = _locked(db, import_id, scope)
    if not row.dry_run and row.state in (RUNNING, APPLIED):
        return row
    if row.state != CHECKED:
        raise RosterImportClosed("The file was not checked.", roster_import=import_id, state=row.state)
    if db.exec(select(RosterChunkRow.n).where(RosterChunkRow.import_id == import_id)).first() is None:
        raise RosterFileGone("The file is no longer kept.", roster_import=import_id)
    row.state, row.actor, row.dry_run, row.completed_at = RUNNING, actor, False, None
    db.add(row)
    _defer(db, row)
    db.changed(f"rosterImports/{import_id}", before={"state": CHECKED}, after={"state": RUNNING})
    return row


def get(db: Db, import_id: UUID, scope: Scope) -> RosterImportRow:
    """Return an import within *scope*."""
    row = db.get(RosterImportRow, import_id)
    if row is None or not _within(row, scope):
        raise NotFound(f"rosterImports/{import_id}")
    return row


def progress(db: Db, import_id: UUID) -> Progress | None:
    """Return what an import is at; none if it was never run."""
    return db.maybe(Progress, _PROGRESS, id=import_id)


def of_agency(db: Db, agency_id: str, page: Page) -> list[RosterImportRow]:
    """Return a page of the agency's imports, newest first, one row more than its size if there are more."""
    query = select(RosterImportRow).where(RosterImportRow.agency_id == agency_id, RosterImportRow.state != RECEIVING)
    if page.after is not None:
        moment, last = datetime.fromisoformat(page.after[0]), UUID(page.after[1])
        query = query.where(tuple_(RosterImportRow.created_at, RosterImportRow.id) < (moment, last))
    return list(db.exec(query.order_by(desc("created_at"), desc("id")).limit(page.size + 1)).all())


def not_in_file(db: Db, import_id: UUID, scope: Scope, page: Page, *, day: date) -> tuple[list[Person], int]:
    """Return a page of those who were not in the file and work there still, by name, and how many there are."""
    get(db, import_id, scope)
    return queries.not_in_file(db, import_id, page, day=day)


def name_changes(db: Db, import_id: UUID, scope: Scope, page: Page) -> tuple[list[RosterNameRow], int]:
    """Return a page of the names that a file changes, by line, and how many there are."""
    total = get(db, import_id, scope).names_changed
    query = select(RosterNameRow).where(RosterNameRow.import_id == import_id)
    if page.after is not None:
        query = query.where(RosterNameRow.n > page.after[0])
    rows = db.exec(query.order_by(RosterNameRow.n).limit(page.size + 1)).all()  # type: ignore[arg-type]
    return list(rows), total


def errors(db: Db, import_id: UUID, scope: Scope, page: Page) -> list[RosterErrorRow]:
    """Return a page of what is wrong with the file, by line, one row more than its size if there are more."""
    get(db, import_id, scope)
    query = select(RosterErrorRow).where(RosterErrorRow.import_id == import_id)
    if page.after is not None:
        query = query.where(RosterErrorRow.n > page.after[0])
    return list(db.exec(query.order_by(RosterErrorRow.n).limit(page.size + 1)).all())  # type: ignore[arg-type]


def _defer(db: Db, row: RosterImportRow) -> None:
    db.run(_WAITING, id=row.id)
    tasks.defer(db, TASK, str(row.id), actor=row.actor)


def _locked(db: Db, import_id: UUID, scope: Scope) -> RosterImportRow:
    row = db.exec(select(RosterImportRow).where(RosterImportRow.id == import_id).with_for_update()).one_or_none()
    if row is None or not _within(row, scope):
        raise NotFound(f"rosterImports/{import_id}")
    return row


def _within(row: RosterImportRow, scope: Scope) -> bool:
    return scope.whole or row.agency_id in scope.ids("agencies")
