"""Bringing a backup back, and holding what came back against what was saved."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory

from cadre_cli import schema
from cadre_cli.backup import databases, files, manifest, streams
from cadre_cli.backup.manifest import BackupError, Manifest
from cadre_cli.installation import STREAMS, Installation
from cadre_cli.roots import root_of
from servicekit import clock
from servicekit.data.db import Database

# What each service counts that its own transactions keep at zero, so that it is zero at every moment.
_ALWAYS_ZERO = (".drift", ".duplicates")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What was done: events after the moment removed, events known to be published already, sign-ins ended."""

    manifest: Manifest
    events_removed: int
    events_known: int
    sign_ins_ended: int


def restore(installation: Installation, folder: Path, *, replace: bool, tell: Tell = lambda _: None) -> Restored:
    """Bring the backup in *folder* back into *installation*, in which nothing runs but the servers.

    Everything that can be checked is checked before anything is changed.

    Raises:
        BackupError: the backup is damaged or of a later release; somebody is connected; data are there and are not to
            be *replace*d; or what came back is not what was saved.
    """
    backup = manifest.read(folder)
    _refuse_later_schema(backup)
    for service, url in installation.database_urls.items():
        databases.refuse_if_used(service, url)
    with streams.connect(installation.nats_url) as bus:
        _refuse_data(installation, bus, replace=replace)
        tell(f"The backup of {backup.moment:%Y-%m-%d %H:%M:%S} UTC is whole.")
        # Databases first: they say which events belong to them.
        for service, copy in backup.databases.items():
            url = installation.database_urls[service]
            databases.empty(url)
            databases.restore(url, folder / copy.file.path)
            _compare(service, url, copy.rows)
            tell(f"{service}: {sum(copy.rows.values())} rows")
        removed, known = 0, 0
        for name in bus.held(STREAMS):
            bus.delete(name)
        for name, saved in backup.streams.items():
            bus.restore(name, saved, folder / saved.file.path)
            outbox = _Outbox(installation.database_urls[name])
            trimmed = bus.trim(name, saved.last, outbox.committed(), outbox.unpublished_since())
            known += outbox.mark_published(trimmed.kept)
            removed += trimmed.removed
        tell(f"{len(backup.streams)} streams; {removed} events of later moments removed")
    for service, target in installation.files_dirs.items():
        saved_files = backup.files_of.get(service, [])
        files.restore(service, target, folder, saved_files)
        tell(f"{service}: {len(saved_files)} large files")
    for service, url in installation.database_urls.items():
        _refuse_drift(service, url)
    ended = _end_sign_ins(installation.database_urls["gateway"])
    return Restored(backup, removed, known, ended)


class _Outbox:
    """What a restored database knows of its events."""

    def __init__(self, url: str) -> None:
        self._url = url

    def committed(self) -> frozenset[str]:
        """Give the ids of all events that it still has."""
        with databases.connect(self._url) as connection:
            return frozenset(str(row[0]) for row in connection.execute("SELECT id FROM outbox"))

    def unpublished_since(self) -> datetime | None:
        """Say when the oldest event was committed that it does not know to be published."""
        with databases.connect(self._url) as connection:
            row = connection.execute("SELECT min(at) FROM outbox WHERE published_at IS NULL").fetchone()
        return row[0] if row else None

    def mark_published(self, ids: frozenset[str]) -> int:
        """Mark those of *ids* as published that are not: the stream has them, a second time would be one too many."""
        with databases.connect(self._url) as connection:
            return connection.execute(
                "UPDATE outbox SET published_at = at WHERE published_at IS NULL AND id = ANY(%s)",
                [[uuid.UUID(identity) for identity in ids if identity]],
            ).rowcount


def _refuse_later_schema(backup: Manifest) -> None:
    for service, copy in backup.databases.items():
        known = schema.migrations(service)
        revisions = {step.revision for step in ScriptDirectory(str(known)).walk_revisions()} if known else set()
        if copy.revision not in revisions:
            raise BackupError(
                f"The backup's schema of {service} is {copy.revision}, which this release does not know. "
                "Restore with the release that made the backup, or a later one."
            )


def _refuse_data(installation: Installation, bus: streams.Streams, *, replace: bool) -> None:
    if replace:
        return
    filled = [name for name, url in installation.database_urls.items() if databases.tables(url)]
    filled += [f"the stream {name}" for name, events in bus.held(STREAMS).items() if events]
    if filled:
        raise BackupError(f"There are data: {', '.join(filled)}. To lose them for the backup's, add --replace.")


def _compare(service: str, url: str, rows: dict[str, int]) -> None:
    with databases.connect(url) as connection:
        found = databases.counts(connection)
    different = {name for name in rows.keys() | found.keys() if rows.get(name) != found.get(name)}
    if different:
        raise BackupError(f"What came back of {service} is not what was saved, in: {', '.join(sorted(different))}.")


def _refuse_drift(service: str, url: str) -> None:
    """Let the service's own audits count again what must be zero at every moment."""
    app: Any = getattr(root_of(service), "APP", None)
    database = Database(url, pool_size=1, name="cadre-restore")
    try:
        with database.read() as db:
            for audit in app.audits if app else ():
                if audit.name.endswith(_ALWAYS_ZERO) and (count := audit.count(db)):
                    raise BackupError(f"The audit {audit.name} of {service} counts {count} and should count 0.")
    finally:
        database.dispose()


def _end_sign_ins(url: str) -> int:
    """End every sign-in: one that was ended after the backup would be good again otherwise."""
    database = Database(url, pool_size=1, name="cadre-restore")
    try:
        with database.transaction(actor="jobs/restore", method="restore", resource="signIns") as db:
            ended = db.run("UPDATE sign_in SET ended_at = %(at)s WHERE ended_at IS NULL", at=clock.utc())
            db.changed("signIns", after={"ended": ended}, reason="a backup was brought back")
            return ended
    finally:
        database.dispose()
