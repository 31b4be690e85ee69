"""An installation: its databases, their schemas and clocks, the bus, and the keys by which callers are known."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives import serialization

from cadre_cli import processes as table
from cadre_cli import schema, site
from cadre_cli.backup import streams
from cadre_cli.backup.manifest import BackupError
from cadre_cli.doctor.finding import Finding
from cadre_cli.installation import Installation
from servicekit import clock
from servicekit.events.relay import driver_url
from servicekit.rpc import keys

# Tokens live five minutes, and events carry the time: beyond this, people wonder.
_SKEW_SECONDS = 2.0
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_CONNECT_SECONDS = 5


def databases(installation: Installation) -> Iterator[Finding]:
    """Each database: whether it answers and has the schema of this release; of the server, its clock and its care."""
    asked_server = False
    for service, url in installation.database_urls.items():
        check = f"Database of {service}"
        try:
            with psycopg.connect(driver_url(url), connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection:
                if not asked_server:
                    yield _clock(connection)
                    yield _durability(connection)
                    asked_server = True
            yield _schema(service, url)
        except psycopg.OperationalError as error:
            yield Finding(check, _first_line(error), _mend(service, error))


def bus(installation: Installation) -> Finding:
    """Whether NATS answers and keeps events."""
    try:
        with streams.connect(installation.nats_url) as bus:
            if bus.keeps_events():
                return Finding("NATS", "answers, with JetStream")
    except BackupError as error:
        return Finding("NATS", str(error), "Start NATS, or correct its address, account and password.")
    mend = "Start nats-server with JetStream: the file nats.conf of `cadre secrets` turns it on."
    return Finding("NATS", "answers, but keeps no events: JetStream is off", mend)


def key_files(folder: Path) -> Iterator[Finding]:
    """Whether each private key is the one that `public.json` knows by its name."""
    mend = f"Restore {folder / keys.PUBLIC_FILE} and the .pem files of the same installation, or make all anew."
    try:
        known = keys.load_public(folder)
    except FileNotFoundError:
        yield Finding("Keys", f"{folder / keys.PUBLIC_FILE} is missing", "Run: cadre up, or: cadre secrets FOLDER")
        return
    except (ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
        yield Finding("Keys", f"{folder / keys.PUBLIC_FILE} cannot be read: {error}", mend)
        return
    wrong = [path for path in sorted(folder.glob("*.pem")) if not _fits(folder, path.stem, known)]
    for path in wrong:
        yield Finding("Keys", f"{path.name} is not the key that {keys.PUBLIC_FILE} knows: its tokens are refused", mend)
    if not wrong:
        yield Finding("Keys", f"{len(known)} known; each private key fits")


def _schema(service: str, url: str) -> Finding:
    check, newest, found = f"Schema of {service}", schema.head(service), schema.current(url)
    if found == newest:
        return Finding(check, found or "empty")
    folder = schema.migrations(service)
    known = {step.revision for step in ScriptDirectory(str(folder)).walk_revisions()} if folder else set()
    if found and found not in known:
        return Finding(check, found, f"A later release made it: run that one. This one knows up to {newest}.")
    return Finding(check, found or "empty", f"Run: cadre up, or: python -m {service} migrate (it migrates to {newest})")


def _clock(connection: psycopg.Connection[tuple[Any, ...]]) -> Finding:
    """Compare the server's clock with ours, at the middle of asking."""
    before = clock.utc()
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    middle = before + (clock.utc() - before) / 2
    skew = (row[0] - middle).total_seconds() if row else 0.0
    if abs(skew) <= _SKEW_SECONDS:
        return Finding("Clocks", f"this machine and PostgreSQL differ by {abs(skew):.2f} s")
    words = "ahead of" if skew > 0 else "behind"
    mend = "Let both machines keep time by NTP (timedatectl set-ntp true), then start the services again."
    return Finding("Clocks", f"PostgreSQL is {abs(skew):.0f} s {words} this machine", mend)


def _durability(connection: psycopg.Connection[tuple[Any, ...]]) -> Finding:
    lax = [name for name in _DURABLE if connection.execute(f"SHOW {name}").fetchone() == ("off",)]
    if lax:
        said = f"{', '.join(lax)} off: what was committed can be lost"
        return Finding("Durability", said, f"Set {' and '.join(f'{name} = on' for name in lax)} in PostgreSQL.")
    return Finding("Durability", "a commit is on disk before it is answered")


def _mend(service: str, error: psycopg.OperationalError) -> str:
    words = str(error)
    if "password authentication failed" in words:
        return f"The password is not the role's: ALTER ROLE {service} PASSWORD '…' to the one in its URL."
    if "does not exist" in words:
        return f"Run: cadre up (it makes the database), or make it: CREATE DATABASE {service} OWNER {service}"
    return "Start PostgreSQL, or correct the host and port in the URL of the database."


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _fits(folder: Path, name: str, known: dict[str, keys.KnownKey]) -> bool:
    try:
        public = keys.load_private(folder, name).public_key()
    except (ValueError, TypeError):
        return False
    raw = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return name in known and known[name].public.public_bytes(*raw) == public.public_bytes(*raw)


def each_ones_secrets(folder: Path) -> Iterator[Finding]:
    """Whether the whole folder of `cadre secrets` has what each process is to be given.

    A container that looks after an installation is shown its own files only: then there is nothing to say of others.
    """
    shown = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    if not shown - {*site.keeper_secrets(), *site.desk_secrets()}:
        return
    given = {
        process.name if role == "serve" else f"{process.name}-{role}": site.secrets(process, role)
        for process in table.PROCESSES
        for role in (*site.roles(process), "migrate")
    }
    for name, files in given.items():
        if missing := sorted(set(files) - shown):
            mend = f"Run: cadre secrets {folder}, or bring the file back from your copy; then make {name} anew."
            yield Finding(f"Secrets of {name}", f"{', '.join(missing)} missing in {folder}", mend)


def peers_of(rows: dict[str, int]) -> dict[str, str]:
    """Give the addresses of the back ends among running processes (name -> port)."""
    return {name: f"127.0.0.1:{port}" for name, port in rows.items() if name in table.BACK_ENDS}
