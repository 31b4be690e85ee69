"""A file is read in a process of its own, with so much time and memory: whatever it does there, the service goes on.

A new process for each file: a start costs a fifth of a second, and nothing of one file is there when the next is read.
It has no environment (so no secret), opens no connection, and writes nothing but its answer.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import structlog

from notification.contents.answers import from_json
from notification.contents.bounds import CPU_SECONDS, MEMORY_BYTES, SECONDS
from notification.rules.files import Content, FileReadersBusy, FileTooComplex, check_size

log = structlog.get_logger()

_AT_ONCE, _WAIT_SECONDS = 2, 1.0
_BOUNDS = f"must be readable within {CPU_SECONDS} seconds and {MEMORY_BYTES // 1024 // 1024} MB of memory"

_places = BoundedSemaphore(_AT_ONCE)


def examine(content: bytes) -> Content:
    """Return what a file is, and what was found in it.

    Raises:
        FileEmpty, FileTooLarge, FileTypeNotAllowed, FileDamaged, FileEncrypted: it cannot be attached.
        FileTooComplex: it cannot be read within its bounds.
        FileReadersBusy: others are being read.
    """
    check_size(len(content))
    with _place(), _in_memory() as given, _in_memory() as answer:
        _fill(given, content)
        # The interpreter, isolated: neither the environment nor the folder that it is started in counts. What it or
        # a library says of an error could repeat what is in the file.
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "notification.contents"],
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        try:
            code: int | None = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            process.kill()
            process.wait()
        if code != 0:
            log.warning("file_not_read", code=code, size=len(content))
            raise FileTooComplex(len(content), _BOUNDS)
        os.lseek(answer, 0, os.SEEK_SET)
        with open(answer, "rb", closefd=False) as said:
            return from_json(said.read())


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=_WAIT_SECONDS):
        raise FileReadersBusy("Other files are being read.")
    try:
        yield
    finally:
        _places.release()


@contextmanager
def _in_memory() -> Iterator[int]:
    """Give a file without a name, which no disk ever sees."""
    descriptor = os.memfd_create("file", os.MFD_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(descriptor: int, content: bytes) -> None:
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
