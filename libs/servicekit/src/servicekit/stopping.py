"""Work that takes long and that the stop of a process ends early: whoever starts next takes it up again."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection

# A cancelled statement ends at once; what runs between two statements ends with the next one.
_AGAIN_SECONDS = 0.1


class StoppedError(Exception):
    """The process stops: what takes long is not begun, and not gone on with."""


class Stopping:
    """The long transactions of a process, until it stops."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: set[psycopg.Connection[Any]] = set()
        self.begun = False

    @contextmanager
    def ends(self, connection: Connection) -> Iterator[None]:
        """Let a stop of the process end what is done on *connection*: its statement is cancelled.

        Raises:
            StoppedError: the process stops already.
        """
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        with self._changed:
            self.require_going_on()
            self._under_way.add(driver)
        try:
            yield
        finally:
            with self._changed:
                self._under_way.discard(driver)
                self._changed.notify_all()

    def require_going_on(self) -> None:
        """Raise `StoppedError` if the process stops; asked between the steps of long work that is no statement."""
        if self.begun:
            raise StoppedError

    def begin(self) -> None:
        """Let nothing long begin any more, end what is under way, and return once it has ended."""
        with self._changed:
            self.begun = True
            while self._under_way:
                for driver in self._under_way:
                    # A server that is gone ends the statement too.
                    with contextlib.suppress(psycopg.Error):
                        driver.cancel()
                self._changed.wait(_AGAIN_SECONDS)
