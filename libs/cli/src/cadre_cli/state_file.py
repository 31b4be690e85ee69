"""What runs, as a file for others to read: whole or as it was before, and never a reason for what runs to stop."""

import json
import logging
import threading
from pathlib import Path
from typing import Any

_logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 2.0


class StateFile:
    """Writes the newest state to *path*. Where that fails, which is said once, it is tried again until it does not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._newest: dict[str, Any] = {}
        self._failing = False
        self._again = threading.Timer(0, self._write)

    def put(self, state: dict[str, Any]) -> None:
        """Write *state*, now or as soon as it can be."""
        with self._lock:
            self._newest = state
            self._write()

    def close(self) -> None:
        """Try no more."""
        self._again.cancel()

    def _write(self) -> None:
        with self._lock:
            fresh = self._path.with_suffix(".json.new")
            try:
                fresh.write_text(json.dumps(self._newest, indent=2), encoding="utf-8")
                fresh.replace(self._path)
            except OSError as error:
                if not self._failing:
                    _logger.warning("%s cannot be written, which is tried again: %s", self._path, error)
                self._failing = True
                self._again.cancel()
                self._again = threading.Timer(_AGAIN_SECONDS, self._write)
                self._again.daemon = True
                self._again.start()
            else:
                self._failing = False
