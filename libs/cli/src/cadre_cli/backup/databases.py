"""Databases: dumped by `pg_dump` from a snapshot, brought back by `pg_restore` into an empty schema, and counted."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from cadre_cli.backup.manifest import BackupError
from servicekit.embedded.postgres import binaries
from servicekit.events.relay import driver_url

Connection = psycopg.Connection[tuple[Any, ...]]

_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# A backend of PostgreSQL is seen for a moment after its client is gone.
_LEAVING_SECONDS = 2.0
_PAUSE_SECONDS = 0.05
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def connect(url: str) -> Connection:
    """Connect to a service's database as its owner."""
    return psycopg.connect(driver_url(url), connect_timeout=10, application_name="cadre backup")


def dump(url: str, snapshot: str, file: Path) -> None:
    """Write what *snapshot* of the database shows to *file*, in PostgreSQL's own archive format."""
    _run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-acl", f"--file={file}")


def restore(url: str, file: Path) -> None:
    """Bring the archive *file* into an empty database, whole or not at all; the tables are the connecting role's."""
    arguments = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    _run("pg_restore", url, *arguments, f"--dbname={conninfo_to_dict(driver_url(url))['dbname']}", str(file))
    with connect(url) as connection:
        # Plans of the first minutes would be made blind.
        connection.autocommit = True
        connection.execute("ANALYZE")


def counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table, as *connection* sees them."""
    return {name: _count(connection, name) for (name,) in connection.execute(_TABLES).fetchall()}


def tables(url: str) -> list[str]:
    """Name the tables that are there."""
    with connect(url) as connection:
        return [name for (name,) in connection.execute(_TABLES).fetchall()]


def refuse_if_used(service: str, url: str) -> None:
    """Refuse to go on while anybody else is connected to the database; wait for whoever has just left."""
    deadline = time.monotonic() + _LEAVING_SECONDS
    with connect(url) as connection:
        connection.autocommit = True
        while others := connection.execute(_OTHERS).fetchall()[0][0]:
            if time.monotonic() > deadline:
                noun = "connection" if others == 1 else "connections"
                raise BackupError(f"The database of {service} has {others} other {noun}. Stop Cadre first.")
            time.sleep(_PAUSE_SECONDS)


def empty(url: str) -> None:
    """Throw away everything in the database. Its owner may, since the schema `public` is the owner's."""
    with connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _count(connection: Connection, name: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name))).fetchone()
    return int(row[0]) if row else 0


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which other users cannot read."""
    parts = conninfo_to_dict(driver_url(url))
    told = {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
    done = subprocess.run(  # noqa: S603 - our own program and arguments
        [binaries() / program, *arguments], env=os.environ | told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-2000:]}")
