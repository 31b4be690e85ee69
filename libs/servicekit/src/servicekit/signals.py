"""Waiting for a signal, so that none is missed."""

import threading

_LOOK_SECONDS = 0.2


def wait(told: threading.Event) -> None:
    """Wait in the main thread until a signal's handler has set *told*.

    Python runs handlers in the main thread, between two of its steps. A signal that comes just before a wait begins,
    or to another thread, does not end that wait: so this one ends and begins again, several times a second.
    """
    while not told.wait(_LOOK_SECONDS):
        pass
