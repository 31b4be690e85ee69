"""Children that cannot outlive us, and what the embedded servers share: ports, folder locks, errors."""

import contextlib
import fcntl
import json
import os
import pwd
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")
_POLL_SECONDS = 0.02
_TAIL_LINES = 20

_MENDS = (
    ("No space left on device", "Free space on the disk that holds the data folder."),
    (
        "Address already in use",
        "Another program has the port: end it, or choose another port.",
    ),
    (
        "address already in use",
        "Another program has the port: end it, or choose another port.",
    ),
    (
        "could not be recovered",
        "The files of a stream are damaged. What to do: docs/runbook/bus.md, A stream is damaged.",
    ),
    ("has wrong ownership", "The data folder must belong to the user who starts the server."),
    (
        "Permission denied",
        (
            "The data folder must belong to this user. As root without user namespaces, it and the Python environment "
            "must also be readable by the account 'nobody'."
        ),
    ),
    (
        "requested to compress",
        "Remove the setting, or use a PostgreSQL built with this compression.",
    ),
    (
        "could not resize shared memory",
        "Give the container more shared memory (docker run --shm-size).",
    ),
)


class ServerError(RuntimeError):
    """A server could not be started or asked; says why, how to mend it, and shows the end of its log."""

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        end = tail(log) if log else ""
        mend = next((mend for sign, mend in _MENDS if sign in end or sign in message), "")
        parts = [message, mend, f"The end of {log}:\n{end}" if end else ""]
        super().__init__("\n".join(part for part in parts if part))


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """Give the last *lines* of a log, or nothing if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def free_port(avoid: Sequence[int] = ()) -> int:
    """Find a port on 127.0.0.1 that nobody has, below those that the kernel lends to outgoing connections.

    A server that is restarted wants its port back. One from the lent range may meanwhile be the near end of
    somebody's connection; worse, a client that keeps asking for the absent server may be connected to itself.
    """
    lowest, highest = 15_000, _first_lent_port() - 1
    for _ in range(200):
        port = lowest + secrets.randbelow(highest - lowest)
        if port not in avoid and port_is_free(port):
            return port
    message = f"No free port between {lowest} and {highest} on 127.0.0.1."
    raise ServerError(message)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether a server could listen on *port* now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _first_lent_port() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768


def unprivileged_account() -> str | None:
    """Name the account for servers that refuse to be root; none if we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not names:
        message = "There is no account but root. Add one: useradd --system nobody"
        raise ServerError(message)
    return "nobody" if "nobody" in names else min(names)


def write_private(path: Path, text: str) -> None:
    """Write *text* so that only we can read it, and so that a reader sees the old file or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
        "w",
        encoding="utf-8",
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def make_private(folder: Path) -> None:
    """Make *folder* where there is none, and close it to everybody but us.

    As root we let others pass through without looking: the account that a server runs as must reach its own folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _open_log(path: Path) -> IO[bytes]:
    """Open a log to add to it: readable by us alone, also if an earlier release made it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    os.fchmod(file.fileno(), 0o600)
    return file


class FolderLock:
    """The right to use a folder, held by one process at a time and lost when it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody has it; say whether we hold it."""
        if self._file:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        # Only for whoever asks: the lock holds without it, and must also be had on a full disk.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        return True

    @property
    def holder(self) -> str:
        """The id of the process that holds the lock, or held it last."""
        with contextlib.suppress(FileNotFoundError):
            return self._path.read_text(encoding="ascii").strip()
        return ""

    def release(self) -> None:
        """Let another have the folder."""
        if self._file:
            with contextlib.suppress(OSError):  # it could not write who holds it
                self._file.close()
            self._file = None


class _Spawner:
    """Starts every child from one thread that lives as long as the process.

    The kernel takes the *thread* that started a child for its parent: started from a thread that ends, the child
    would get its death signal while we live.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._owner = 0
        self._calls: queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], Callable[[], subprocess.Popen[bytes]]]]

    def spawn(self, call: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._mutex:
            if self._owner != os.getpid():  # the first call, or the first after a fork
                self._owner = os.getpid()
                self._calls = queue.SimpleQueue()
                threading.Thread(target=self._serve, args=(self._calls,), name="spawner", daemon=True).start()
        future: Future[subprocess.Popen[bytes]] = Future()
        self._calls.put((future, call))
        return future.result()

    @staticmethod
    def _serve(
        calls: "queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], Callable[[], subprocess.Popen[bytes]]]]",
    ) -> None:
        while True:
            future, call = calls.get()
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 - it belongs to the caller, who waits for it
                future.set_exception(error)


_spawner = _Spawner()


class GuardedProcess:
    """A child in a session of its own that the kernel ends when we end, also by ``kill -9``.

    *death_signal* is what it gets then. Its output is appended to *log*. With *unprivileged* it is no root even if
    we are; *own* are the paths that it must then be able to write. Not for use by several threads at once.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        death_signal: signal.Signals = signal.SIGKILL,
        unprivileged: bool = False,
        own: Sequence[Path] = (),
    ) -> None:
        orders = {
            "parent": os.getpid(),
            "death_signal": int(death_signal),
            "account": unprivileged_account() if unprivileged else None,
            "own": [str(path) for path in own],
        }
        guarded = [
            sys.executable,
            "-I",
            "-S",
            str(_GUARD),
            json.dumps(orders),
            *command,
        ]
        with _open_log(log) as output:
            self._popen = _spawner.spawn(
                lambda: subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
                    guarded,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=env,
                    cwd=cwd,
                    umask=0o077,  # what it writes is ours alone
                    start_new_session=True,  # Ctrl-C is for us: we decide the order in which children stop
                )
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def poll(self) -> int | None:
        """Give the exit code, or none while the child runs."""
        return self._popen.poll()

    def wait(self, timeout: float) -> bool:
        """Wait *timeout* seconds for the child to end; say whether it has."""
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the child has ended."""
        self._popen.send_signal(number)

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Ask the child to end by each of *steps* (signal, seconds of patience) in turn, then end it."""
        for number, patience in steps:
            self.send(number)
            if self.wait(patience):
                return
        self._popen.kill()
        self._popen.wait()


def until(deadline: float) -> Iterator[None]:
    """Go round until ``time.monotonic()`` is *deadline*, pausing a little between rounds."""
    while time.monotonic() < deadline:
        yield
        time.sleep(_POLL_SECONDS)
