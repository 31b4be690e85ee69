"""Threads that do what is due: they sleep until somebody wakes them.

A service has many of them. Were each to ask the database whether anything is due, they would ask it all day long; so
one looks out for all, and wakes those for whom something is.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

# What another process made due is seen within this time; what this one did wakes it.
LOOK_SECONDS = 1.0
_SHORTEST_SECONDS = 0.05


class Lane(ABC):
    """One thread that does what is due, one after the other. What goes wrong is logged, and looked at again."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    @abstractmethod
    def look(self) -> float | None:
        """Do what is due, as long as it is not *stopping*; return after how many seconds to look again, unless woken.

        None = only if woken.
        """

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something may be due."""
        self._wake.set()

    def request_stop(self) -> None:
        """Begin no more."""
        self.stopping = True
        self._wake.set()

    def join(self) -> None:
        """Return once nothing is under way."""
        if self._thread.ident is not None:
            self._thread.join()

    def _loop(self) -> None:
        while not self.stopping:
            self._wake.clear()
            pause: float | None = LOOK_SECONDS
            try:
                pause = self.look()
            except SQLAlchemyError as error:
                # It comes back; what waits for it needs no other care.
                log.warning("lane_without_database", lane=self.name, error=type(error).__name__)
            except Exception:
                log.exception("lane_stumbled", lane=self.name)
            if not self.stopping:
                self._wake.wait(pause)


def until_due(seconds_left: Iterable[float]) -> float:
    """Return in how many seconds to look out again, given in how many each thing is due; what is due is under way."""
    return min([LOOK_SECONDS, *(max(_SHORTEST_SECONDS, each) for each in seconds_left if each > 0)])
