"""The children that keepers keep: the two embedded servers, and services as the process table describes them."""

import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from cadre_cli.processes import Answer, Process
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import GuardedProcess
from servicekit.watch.probe import answers_grpc, answers_http

_PROBE_SECONDS = 1.0
_DRAIN_SECONDS = 15.0
_WARNING_SECONDS = 1.0
# From here on a full disk is no longer full, however big it is.
_LEAST_FREE = 0.05
_ENOUGH_FREE_BYTES = 1024**3


class Server:
    """An embedded server, which is ready once it has started."""

    def __init__(self, server: PostgresServer | NatsServer) -> None:
        self._server = server

    def complaint(self, patience: float) -> str:
        """Say whether NATS has given up storing though there is room.

        Slowness is none: databases and streams mend themselves, and ending one that is slow would do more harm. NATS
        does not go on by itself after a write that failed; while the disk is full, starting it again would not help.
        """
        if not isinstance(self._server, NatsServer):
            return ""
        said = self._server.stores_nothing(patience)
        return f"stored nothing ({said}) though the disk has room," if said and _has_room(self._server.data_dir) else ""

    @property
    def pid(self) -> int | None:
        """The process id, none if it does not run."""
        return self._server.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, none while it runs."""
        return self._server.exit_code

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._server.start()

    def is_ready(self) -> bool:
        """Say whether it still runs: it answered when it started."""
        return self._server.pid is not None

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()

    def end(self) -> None:
        """Stop it."""
        self._server.stop()


class Service:
    """A process of the table; *port* is where it answers."""

    def __init__(self, process: Process, port: int, environment: Mapping[str, str], log: Path) -> None:
        self._process = process
        self._port = port
        self._environment = environment
        self._log = log
        self._child: GuardedProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process id, none if it does not run."""
        return self._child.pid if self._child and self._child.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """How it ended, none while it runs."""
        return self._child.poll() if self._child else None

    def start(self) -> None:
        """Start it; it is ready some time later."""
        self._child = GuardedProcess(self._process.command, log=self._log, env=self._environment)

    def is_ready(self) -> bool:
        """Ask it as its row in the table says."""
        return _listens(self._port) and self._answers(_PROBE_SECONDS)

    def complaint(self, patience: float) -> str:
        """Say whether it gives no sign of life for *patience* seconds."""
        return "" if self._answers(patience) else "did not answer"

    def _answers(self, patience: float) -> bool:
        if self._process.answer is Answer.HTTP:
            return answers_http(self._port, patience=patience)
        return answers_grpc(self._port, patience=patience)

    def stop(self) -> None:
        """Let it finish what it is doing, for some seconds."""
        if self._child:
            self._child.stop((signal.SIGTERM, _DRAIN_SECONDS))

    def end(self) -> None:
        """Warn it, then kill it: it hangs, and what it was doing is done again by the next one."""
        if self._child:
            self._child.stop((signal.SIGTERM, _WARNING_SECONDS))


def _has_room(folder: Path) -> bool:
    disk = shutil.disk_usage(folder)
    return disk.free >= min(disk.total * _LEAST_FREE, _ENOUGH_FREE_BYTES)


def _listens(port: int) -> bool:
    """Look whether anything listens: cheap enough to ask many times while services start."""
    try:
        socket.create_connection(("127.0.0.1", port), _PROBE_SECONDS).close()
    except OSError:
        return False
    return True
