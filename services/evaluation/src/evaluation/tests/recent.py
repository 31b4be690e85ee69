"""What a process need not ask the database again, because it never changes."""

from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers the values set last, at most *most* of them. For threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return the value, or None if it was never set or is forgotten."""
        return self._values.get(key)

    def set(self, key: K, value: V) -> None:
        """Remember the value; the oldest goes if there are too many."""
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                del self._values[next(iter(self._values))]
