"""Where the databases, the bus and the keys of an installation are, for the commands that look after it.

Either the folder of `cadre up`, whose servers run already or are started for as long as they are needed; or an
installation elsewhere, described by the files of `cadre secrets` in the folder CADRE_SECRETS_DIR.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cadre_cli import processes as table
from cadre_cli import secret_files
from cadre_cli.supervisor import read_state
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import FolderLock
from servicekit.settings import SECRETS_DIR

SERVICES = tuple(process.name for process in table.PROCESSES if process.database)
KEEP_FILES = tuple(process.name for process in table.PROCESSES if process.keeps_files)
STREAMS = tuple(process.name for process in table.PROCESSES if process.publishes)


class InstallationError(RuntimeError):
    """The installation is not there, or not in the state that the command needs; says how to mend it."""


@dataclass(frozen=True)
class Installation:
    """Where everything is: a database URL for each service, NATS as its operator, the folder of the keys.

    And for each service that keeps large files their folder.
    """

    database_urls: Mapping[str, str]
    nats_url: str
    keys_dir: Path
    files_dirs: Mapping[str, Path]


def secrets_dir() -> Path | None:
    """Give the folder of an installation elsewhere, if the environment names one."""
    named = os.environ.get(SECRETS_DIR)
    return Path(named) if named else None


@contextmanager
def open_installation(data_dir: Path, *, stopped: bool = False) -> Iterator[Installation]:
    """Give the installation that the environment names, or else the one in *data_dir*, with its servers running.

    Raises:
        InstallationError: it runs although it must be *stopped*; or it is incomplete.
        ServerError: an embedded server does not start.
    """
    if folder := secrets_dir():
        yield elsewhere(folder)
        return
    external = bool(os.environ.get("CADRE_POSTGRES_URL"))
    if not stopped and not external and not (data_dir / table.POSTGRES / "cluster").exists():
        raise InstallationError(f"There is no Cadre in {data_dir} yet.")
    with ExitStack() as stack:
        lock = FolderLock(data_dir.absolute() / "lock")
        running = not lock.acquire()
        if running and stopped:
            raise InstallationError(f"Cadre runs in {data_dir} (process {lock.holder}). Stop it first.")
        stack.callback(lock.release)
        yield _running(data_dir) if running else _started(data_dir, stack, make=stopped)


def elsewhere(folder: Path) -> Installation:
    """Read the files of `cadre secrets` in *folder*."""

    def read(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            message = f"{folder / name} is missing. Run: cadre secrets {folder}, or mount the file."
            raise InstallationError(message) from error

    urls = {name: read(secret_files.database_url(name)) for name in SERVICES}
    files = {name: table.FILES_ROOT / name for name in KEEP_FILES}
    return Installation(urls, read(secret_files.OPERATOR_NATS_URL), folder, files)


def _users() -> dict[str, tuple[str, ...]]:
    return {process.name: process.publishes for process in table.PROCESSES}


def _running(data_dir: Path) -> Installation:
    ports = {row["name"]: row["port"] for row in read_state(data_dir).get("processes", [])}
    postgres = PostgresServer(data_dir / table.POSTGRES, ports[table.POSTGRES]) if table.POSTGRES in ports else None
    nats = NatsServer(data_dir / table.NATS, _users(), ports[table.NATS]) if table.NATS in ports else None
    return _embedded(data_dir, postgres, nats, make=False)


def _started(data_dir: Path, stack: ExitStack, *, make: bool) -> Installation:
    postgres, nats = None, None
    if not os.environ.get("CADRE_POSTGRES_URL"):
        postgres = stack.enter_context(PostgresServer(data_dir / table.POSTGRES, log=data_dir / "log" / "postgres.log"))
    if not os.environ.get("CADRE_NATS_URL"):
        log = data_dir / "log" / "nats.log"
        nats = stack.enter_context(NatsServer(data_dir / table.NATS, _users(), log=log))
    return _embedded(data_dir, postgres, nats, make=make)


def _embedded(data_dir: Path, postgres: PostgresServer | None, nats: NatsServer | None, *, make: bool) -> Installation:
    """Describe the installation of *data_dir*; a server that is not embedded is the one that the environment names.

    With *make*, embedded databases that are missing are made, and the URLs are their owners'; else the superuser's.
    """

    def database_url(name: str) -> str:
        if postgres:
            return postgres.ensure_database(name, owner=name) if make else postgres.url(name)
        _, place, _, query, _ = urlsplit(os.environ.get("CADRE_POSTGRES_URL", ""))
        return urlunsplit(("postgresql+psycopg", place, f"/{name}", query, ""))

    urls = {name: database_url(name) for name in SERVICES}
    bus = nats.url() if nats else os.environ.get("CADRE_NATS_URL", "")
    files = {name: table.files_dir(data_dir.absolute(), name) for name in KEEP_FILES}
    return Installation(urls, bus, data_dir / "keys", files)
