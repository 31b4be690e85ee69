"""What strangers sent is read in a process of its own, with so much time and memory: whatever it does there ends there.

A new process each time, so that nothing of one reading is there at the next. It has no environment (so no secret) and
writes nothing but its answer. The kernel holds it to its bounds; Linux is needed.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# Libraries are files, too.
_MOST_OPEN = 32


@dataclass(frozen=True)
class Bounds:
    """How much a process may take: of the processor, by the clock (others need it, too), memory and answer."""

    cpu_seconds: int
    seconds: float
    memory_bytes: int
    answer_bytes: int


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, None if its time was over, and what it answered."""

    code: int | None
    answer: bytes


def run(module: str, given: bytes, bounds: Bounds) -> Ended:
    """Run a module as a program that reads *given* from its input. It calls `keep_to` with the same bounds first."""
    with _in_memory() as source, _in_memory() as answer:
        with open(source, "wb", closefd=False) as file:
            file.write(given)
        os.lseek(source, 0, os.SEEK_SET)
        # Isolated: the folder that it is started in does not count either. What it or a library says of an error could
        # repeat what it was given.
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-I", "-m", module],
            stdin=source,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        try:
            code: int | None = process.wait(bounds.seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            process.kill()
            process.wait()
        os.lseek(answer, 0, os.SEEK_SET)
        with open(answer, "rb", closefd=False) as file:
            return Ended(code, file.read())


def keep_to(bounds: Bounds) -> None:
    """Hold this process to *bounds* from here on: it opens few files, starts no process and leaves no core dump."""
    for what, most in (
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_FSIZE, bounds.answer_bytes),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MOST_OPEN),
    ):
        resource.setrlimit(what, (most, most))


@contextmanager
def _in_memory() -> Iterator[int]:
    """Give a file without a name, which no disk ever sees."""
    descriptor = os.memfd_create("apart", os.MFD_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
