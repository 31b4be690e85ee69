"""Taking a backup, while Cadre runs or stands still."""

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cadre_cli import schema
from cadre_cli.backup import cut, databases, files, manifest, streams
from cadre_cli.backup.manifest import BackupError, DatabaseCopy, Manifest, StreamCopy
from cadre_cli.installation import STREAMS, Installation

# It holds the names of staff.
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600
_AT_ONCE = 2

Tell = Callable[[str], None]


def take(installation: Installation, folder: Path, tell: Tell = lambda _: None) -> Manifest:
    """Back everything up into the new *folder*, which appears when it is complete.

    Raises:
        BackupError: the folder exists or cannot be made, a service has no schema yet, a server does not answer.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already. Name a new folder.")
    for service, url in installation.database_urls.items():
        if schema.current(url) is None:
            raise BackupError(f"The database of {service} was never migrated: there is nothing to back up.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        message = (
            f"{folder.parent} cannot be written by this account (id {os.geteuid()}): {error.strerror}. Give it that "
            "folder; in containers name the folder's owner: CADRE_BACKUP_USER=ID:GROUP in the file .env."
        )
        raise BackupError(message) from error
    part.chmod(_PRIVATE)
    try:
        made = _write(installation, part, tell)
        (part / manifest.NAME).write_text(made.model_dump_json(indent=2), encoding="utf-8")
        for path in part.rglob("*"):
            path.chmod(_PRIVATE if path.is_dir() else _PRIVATE_FILE)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return made


def _write(installation: Installation, folder: Path, tell: Tell) -> Manifest:
    (folder / "databases").mkdir()
    (folder / "streams").mkdir()
    with (
        streams.connect(installation.nats_url) as bus,
        cut.moment(installation.database_urls, lambda: bus.positions(STREAMS)) as moment,
    ):
        tell(f"One moment of all: {moment.at:%Y-%m-%d %H:%M:%S} UTC; writes waited {moment.still_seconds:.3f} s.")

        def copy(service: str) -> DatabaseCopy:
            snapshot = moment.snapshots[service]
            url, file = installation.database_urls[service], folder / "databases" / f"{service}.dump"
            databases.dump(url, snapshot.name, file)
            rows = databases.counts(snapshot.connection)
            tell(f"{service}: {sum(rows.values())} rows")
            return DatabaseCopy(file=manifest.describe(folder, file), revision=schema.current(url) or "", rows=rows)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            copies = dict(zip(moment.snapshots, pool.map(copy, moment.snapshots), strict=True))
        # After the databases: so what a database has published is surely in its stream.
        saved = {name: _save(bus, name, position, folder) for name, position in moment.observed.items()}
        tell(f"{len(saved)} streams, {sum(one.last for one in saved.values())} events")
        # After the databases, too: what a row names was there before the row, and never changes.
        kept = {
            service: files.save(service, source, folder, folder.parent)
            for service, source in installation.files_dirs.items()
        }
        tell(f"{sum(map(len, kept.values()))} large files")
        return Manifest(
            moment=moment.at, still_seconds=moment.still_seconds, databases=copies, streams=saved, files_of=kept
        )


def _save(bus: streams.Streams, name: str, position: streams.Position, folder: Path) -> StreamCopy:
    file = folder / "streams" / f"{name}.snapshot"
    config, state = bus.save(name, file)
    return StreamCopy(
        file=manifest.describe(folder, file),
        config=config,
        state=state,
        last=position.last,
        consumers=position.consumers,
    )
