"""A file is read apart from the service, two at a time: the service goes on whatever is in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import structlog

from notification.attachments.contents.answers import from_json
from notification.attachments.contents.bounds import BOUNDS
from notification.attachments.rules.files import Content, FileReadersBusy, FileTooComplex, check_size
from servicekit import apart

log = structlog.get_logger()

_AT_ONCE, _WAIT_SECONDS = 2, 1.0
_RULE = f"must be readable within {BOUNDS.cpu_seconds} seconds and {BOUNDS.memory_bytes // 1024 // 1024} MB of memory"

_places = BoundedSemaphore(_AT_ONCE)


def examine(content: bytes) -> Content:
    """Return what a file is, and what was found in it.

    Raises:
        FileEmpty, FileTooLarge, FileTypeNotAllowed, FileDamaged, FileEncrypted: it cannot be attached.
        FileTooComplex: it cannot be read within its bounds.
        FileReadersBusy: others are being read.
    """
    check_size(len(content))
    with _place():
        ended = apart.run("notification.attachments.contents", content, BOUNDS)
    if ended.code != 0:
        log.warning("file_not_read", code=ended.code, size=len(content))
        raise FileTooComplex(len(content), _RULE)
    return from_json(ended.answer)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=_WAIT_SECONDS):
        raise FileReadersBusy("Other files are being read.")
    try:
        yield
    finally:
        _places.release()
