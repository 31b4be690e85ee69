"""What is done with a release: planned, changed, announced, decided, live or cancelled."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from notification.checklists import queries as checklists
from notification.releases import queries
from notification.releases.queries import name_of
from notification.releases.rules import items as item_rules
from notification.releases.rules import releases
from notification.releases.rules.releases import ReleaseAnnounced, ReleaseNumberTaken, Said, State, Step
from notification.releases.tables import ReleaseRow
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_UNIQUE_NUMBER = "uq_release_number"
_DECIDE = """
INSERT INTO release_decision (id, release_id, number, go, reason, decided_by, decided_at, items_sha256, item_count,
  readiness)
SELECT %(id)s, %(release)s, coalesce(max(number), 0) + 1, %(go)s, %(reason)s, %(by)s, %(at)s, %(sha256)s, %(items)s,
  %(readiness)s
FROM release_decision WHERE release_id = %(release)s
"""


def create(db: Db, said: Said, *, writer: UUID) -> UUID:
    """Plan a release."""
    releases.check(said)
    row = ReleaseRow(id=uuid4(), state=State.PLANNED, writers=[writer], created_at=db.at, **asdict(said))
    db.add(row)
    _flush(db, said.number)
    db.changed(name_of(row.id), after=facts_of(row))
    return row.id


def update(db: Db, release_id: UUID, said: Said, *, etag: str, writer: UUID) -> None:
    """Replace what a release says; a go holds no more for other days."""
    releases.check(said)
    row = load_to_write(db, release_id, etag)
    before, days = facts_of(row), said_of(row).days
    for field, value in asdict(said).items():
        setattr(row, field, value)
    wrote(db, row, writer, undecided=said.days != days)
    _flush(db, said.number)
    db.changed(name_of(release_id), before=before, after=facts_of(row))


def announce(db: Db, release_id: UUID, *, etag: str, by: UUID) -> None:
    """Show a release with its items to agencies from now on."""
    row = load(db, release_id)
    releases.check_step(Step.ANNOUNCE, name_of(release_id), row.state)
    releases.check_etag(name_of(release_id), etag, row.revision)
    releases.check_items(name_of(release_id), len(queries.items(db, release_id)))
    if row.announced_at is not None:
        raise ReleaseAnnounced("It was announced.", release=name_of(release_id), at=row.announced_at.isoformat())
    row.announced_at, row.announced_by = db.at, by
    row.revision += 1
    db.changed(name_of(release_id), before={"announced": False}, after={"announced": True})


def decide(db: Db, release_id: UUID, *, go: bool, reason: str, etag: str, by: UUID) -> None:
    """Decide go or no-go, and keep what was known: the items, and how far each agency is with each letter."""
    row = load(db, release_id)
    releases.check_step(Step.DECIDE, name_of(release_id), row.state)
    releases.check_etag(name_of(release_id), etag, row.revision)
    releases.check_decider(name_of(release_id), by, row.writers)
    reason = releases.check_reason(reason)
    known = queries.items(db, release_id)
    releases.check_items(name_of(release_id), len(known))
    sha256 = item_rules.digest(known, said_of(row).days)
    db.run(
        _DECIDE,
        id=uuid4(),
        release=release_id,
        go=go,
        reason=reason,
        by=by,
        at=db.at,
        sha256=sha256,
        items=len(known),
        readiness=Jsonb(standing(db, release_id)),
    )
    before, row.state = row.state, State.GO if go else State.PLANNED
    row.revision += 1
    db.changed(
        name_of(release_id),
        before={"state": before},
        after={"state": row.state, "go": go, "items_sha256": sha256},
        reason=reason,
    )


def standing(db: Db, release_id: UUID) -> list[dict[str, Any]]:
    """Return how far each agency is with each letter that is out: staff, confirmation, checklist."""
    rows = queries.readiness(db, release_id)
    lists = {(one.notice_id, one.agency_id): one for one in checklists.summaries(db, {row.notice_id for row in rows})}
    found = []
    for row in rows:
        listed = lists.get((row.notice_id, row.agency_id))
        found.append(
            {
                **row._asdict(),
                "notice_id": str(row.notice_id),
                "done": listed.tally.done if listed else 0,
                "of": listed.tally.of if listed else 0,
                "blocked": [one.reason for one in listed.blocked] if listed else [],
            }
        )
    return found


def complete(db: Db, release_id: UUID, *, etag: str) -> None:
    """Note that a release is in production."""
    _end(db, release_id, Step.COMPLETE, State.LIVE, etag=etag)


def cancel(db: Db, release_id: UUID, *, reason: str, etag: str) -> None:
    """Say that a release does not come. Its letters stay: each is withdrawn by itself."""
    _end(db, release_id, Step.CANCEL, State.CANCELLED, etag=etag, reason=releases.check_reason(reason))


def load(db: Db, release_id: UUID) -> ReleaseRow:
    """Return a release, locked: steps of one happen one after the other."""
    row = db.exec(select(ReleaseRow).where(ReleaseRow.id == release_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(name_of(release_id))
    return row


def load_to_write(db: Db, release_id: UUID, etag: str) -> ReleaseRow:
    """Return a release, locked, for somebody who writes on it as they last read it."""
    row = load(db, release_id)
    releases.check_step(Step.WRITE, name_of(release_id), row.state)
    releases.check_etag(name_of(release_id), etag, row.revision)
    return row


def wrote(db: Db, row: ReleaseRow, writer: UUID, *, undecided: bool) -> None:
    """Note that *writer* changed it: they cannot decide; *undecided*: what a go was about is something else now."""
    if writer not in row.writers:
        row.writers = [*row.writers, writer]
    if undecided:
        row.state = State.PLANNED
        row.items_changed_at = db.at
    row.revision += 1


def said_of(row: ReleaseRow) -> Said:
    """Return what a release says."""
    return Said(**{name: getattr(row, name) for name in Said.__dataclass_fields__})


def facts_of(row: ReleaseRow) -> dict[str, Any]:
    """Return what the audit trail keeps of a change."""
    days = {name: str(day or "") for name, day in said_of(row).days.items()}
    return {"state": str(row.state), "number": row.number, "revision": row.revision, **days}


def _end(db: Db, release_id: UUID, step: Step, state: State, *, etag: str, reason: str = "") -> None:
    row = load(db, release_id)
    releases.check_step(step, name_of(release_id), row.state)
    releases.check_etag(name_of(release_id), etag, row.revision)
    before, row.state = row.state, state
    ended: datetime = db.at
    if state == State.LIVE:
        row.live_at = ended
    else:
        row.cancelled_at, row.cancel_reason = ended, reason
    row.revision += 1
    db.changed(name_of(release_id), before={"state": before}, after={"state": state}, reason=reason)


def _flush(db: Db, number: str) -> None:
    """Write the row; a number belongs to one release."""
    try:
        db.flush()
    except IntegrityError as error:
        if _UNIQUE_NUMBER not in str(error.orig):
            raise
        raise ReleaseNumberTaken("Another release has it.", field="release.number", number=number) from error
