"""Keeping one child running: start it, see that it answers, start it again when it ends or hangs."""

import contextlib
import enum
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from servicekit import clock
from servicekit.embedded.process import ServerError

# From the standard library: it goes on even where nothing can be written.
_logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
HEALTHY_AFTER_SECONDS = 10.0
_READY_POLL_SECONDS = 0.05
_ALIVE_POLL_SECONDS = 0.1


class Child(Protocol):
    """What a keeper keeps: an embedded server or a service. Only the keeper's thread calls it."""

    @property
    def pid(self) -> int | None:
        """The process id, none if it does not run."""

    @property
    def exit_code(self) -> int | None:
        """How it ended, none while it runs."""

    def start(self) -> None:
        """Start it.

        Raises:
            ServerError: it could not be started.
        """

    def is_ready(self) -> bool:
        """Ask it whether it is ready to work."""

    def complaint(self, patience: float) -> str:
        """Say why it must be started again, asking it for *patience* seconds; '' if it need not.

        What it needs may be down: that is no reason.
        """

    def stop(self) -> None:
        """Stop it in good order; do nothing if it does not run."""

    def end(self) -> None:
        """End it although it does not react, after a short warning."""


class State(enum.StrEnum):
    """Where a child is in its life."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Status:
    """A child at one moment; *problem* is why it ended last."""

    state: State
    pid: int | None
    started_at: datetime | None
    restarts: int
    problem: str = ""


@dataclass(frozen=True)
class Watch:
    """How a child that runs is watched: asked every so often, and restarted after so many silences in a row.

    The defaults give a child half a minute. Its calls end after ten seconds, so one that is merely busy answers in it.
    *silences* counts what it complains of otherwise too.
    """

    every_seconds: float = 5.0
    patience_seconds: float = 5.0
    silences: int = 3


class Pauses:
    """How long to wait before the next start: 0.2 s, then twice as long each time up to 5 s, until it goes well."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE_SECONDS

    def after(self, ready_seconds: float) -> float:
        """Give the pause after a life of which the child was ready *ready_seconds*; 10 s of them are a fresh start."""
        if ready_seconds >= HEALTHY_AFTER_SECONDS:
            self._next = FIRST_PAUSE_SECONDS
        pause = self._next
        self._next = min(2 * pause, LONGEST_PAUSE_SECONDS)
        return pause


class Keeper:
    """A thread that keeps *child* running until it is told to stop; *on_change* is told each new status from it."""

    def __init__(
        self, name: str, child: Child, on_change: Callable[[str, Status], None], watch: Watch | None = None
    ) -> None:
        self.name = name
        self.status = Status(State.STOPPED, None, None, 0)
        self._child = child
        self._on_change = on_change
        self._watch = watch or Watch()
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._keep, name=f"keeper of {name}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def wait_ready(self, timeout: float, *, patient: bool = True) -> bool:
        """Wait *timeout* seconds for the child to be ready, but unless *patient* only until it fails; say if it is."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self.status.state is not State.READY:
                left = deadline - time.monotonic()
                if left <= 0 or (self.status.state is State.RESTARTING and not patient):
                    return False
                self._changed.wait(left)
        return True

    def request_stop(self) -> None:
        """Tell the keeper to stop the child; returns at once."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until the child has stopped."""
        if self._thread.ident:
            self._thread.join()

    def _keep(self) -> None:
        pauses = Pauses()
        while True:
            self._change(State.STARTING)
            problem, ready_seconds = self._survive()
            if not problem:
                break
            self._change(State.RESTARTING, problem)
            if self._stopping.wait(pauses.after(ready_seconds)):
                break
        self._change(State.STOPPING)
        self._child.stop()
        self._change(State.STOPPED)

    def _survive(self) -> tuple[str, float]:
        """Go through one life of the child; whatever goes wrong around it is a problem of that life, not our end."""
        try:
            return self._live()
        except Exception as error:
            _logger.exception("the keeper of %s failed and goes on", self.name)
            with contextlib.suppress(Exception):
                self._child.end()
            return f"could not be watched: {type(error).__name__}: {error}", 0.0

    def _live(self) -> tuple[str, float]:
        """Go through one life of the child: why it ended (nothing if we were told to stop), and its ready seconds."""
        try:
            self._child.start()
        except (ServerError, OSError) as error:
            return str(error), 0.0
        self._change(State.STARTING)  # it has a process id now
        while not self._child.is_ready():
            if self._stopping.wait(_READY_POLL_SECONDS):
                return "", 0.0
            if self._child.pid is None:
                return f"ended with {_words(self._child.exit_code)} before it was ready", 0.0
        self._change(State.READY)
        ready_at = asked_at = time.monotonic()
        silences, complaint = 0, ""
        while not self._stopping.wait(_ALIVE_POLL_SECONDS):
            if self._child.pid is None:
                return f"ended with {_words(self._child.exit_code)}", time.monotonic() - ready_at
            if time.monotonic() - asked_at >= self._watch.every_seconds:
                complaint = self._child.complaint(self._watch.patience_seconds)
                silences = silences + 1 if complaint else 0
                asked_at = time.monotonic()
            # A child that ended in the meantime did not hang: the next round says how it ended.
            if silences >= self._watch.silences and self._child.pid is not None:
                self._child.end()
                return f"{complaint} {silences} times in a row", 0.0
        return "", 0.0

    def _change(self, state: State, problem: str = "") -> None:
        before = self.status
        pid = self._child.pid
        fresh = pid is not None and pid != before.pid
        self.status = Status(
            state=state,
            pid=pid,
            started_at=clock.utc() if fresh else before.started_at,
            restarts=before.restarts + (state is State.RESTARTING),
            problem=problem or before.problem,
        )
        try:
            self._on_change(self.name, self.status)
        except Exception:
            # Telling others may need a disk or a terminal that is not there. What died is restarted all the same.
            _logger.exception("the change of %s to %s was not told", self.name, state)
        with self._changed:
            self._changed.notify_all()


def _words(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code}"
    return f"exit code {exit_code}"
