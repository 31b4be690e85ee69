"""Large files on a disk, each named by the SHA-256 of its content: there as a whole, or not there.

A file comes in pieces, into a part that nobody reads. Once it is complete it is given its name in one step, after its
bytes are on the disk. What a name stands for never changes, so a copy of the folder is good whenever it is taken.
Several processes may use one folder: who adds to a part, and who removes what is kept, sees to it that nobody else
does so at the same time, by a row that they lock.
"""

import errno
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from servicekit.refusals import Kind, NotFound, Refusal

# What comes in one call, and goes out in one: below what a message may have.
PIECE_BYTES = 4 * 1024 * 1024
# What the machine needs for other things.
_SPARE_BYTES = 256 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT)
# Whoever backs the folder up may be another account; who may reach it at all is decided by the folder above.
_FOLDER, _FILE = 0o755, 0o644


class StoreFull(Refusal):
    """There is no room for the file: the store holds what it may, or its disk is full. `free` says how many bytes."""


class UploadOutOfPlace(Refusal):
    """A piece does not follow what has come before; `received` says where to go on."""

    kind = Kind.STALE


@dataclass(frozen=True)
class Complete:
    """A part as it is measured: digest and size."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Store:
    """The files in *folder*, which is made when it is first written to; together at most *quota_bytes*."""

    folder: Path
    quota_bytes: int

    def require_room(self, size_bytes: int, *, held_bytes: int) -> None:
        """Refuse a file of *size_bytes* beside those of *held_bytes* that are kept or on their way: `StoreFull`."""
        self.folder.mkdir(_FOLDER, parents=True, exist_ok=True)
        on_disk = shutil.disk_usage(self.folder).free - _SPARE_BYTES
        free = max(0, min(self.quota_bytes - held_bytes, on_disk))
        if size_bytes > free:
            raise _full(free)

    def add(self, part: uuid.UUID, offset: int, content: bytes) -> int:
        """Put *content* at *offset* of a part, on the disk when this returns; give the part's new size.

        Nothing stays behind *offset* of what an earlier try left there. Raises `UploadOutOfPlace`, `StoreFull`.
        """
        path = self._part(part)
        path.parent.mkdir(_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE)
        try:
            state = os.fstat(descriptor)
            if state.st_size < offset or state.st_nlink > 1:
                # Shorter than it is known to be, or kept already.
                raise UploadOutOfPlace("The piece does not follow what is there.", received=state.st_size)
            os.ftruncate(descriptor, offset)
            try:
                _write(descriptor, offset, content)
                os.fsync(descriptor)
            except OSError as error:
                with suppress(OSError):
                    os.ftruncate(descriptor, offset)
                if error.errno in _FULL:
                    raise _full(shutil.disk_usage(self.folder).free) from error
                raise
        finally:
            os.close(descriptor)
        return offset + len(content)

    def measure(self, part: uuid.UUID) -> Complete:
        """Read a part from end to end. Raises `NotFound`."""
        digest, size = hashlib.sha256(), 0
        with self.open_part(part) as file:
            while block := os.read(file, _BLOCK_BYTES):
                digest.update(block)
                size += len(block)
        return Complete(digest.hexdigest(), size)

    @contextmanager
    def open_part(self, part: uuid.UUID) -> Iterator[int]:
        """Give a descriptor to read a part by. Raises `NotFound`."""
        try:
            descriptor = os.open(self._part(part), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFound(f"uploads/{part}") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def keep(self, part: uuid.UUID, sha256: str) -> None:
        """Give a part its name. What is there by this name already is the same, and stays; so a repeat does nothing.

        The part is there until it is dropped: who keeps it may fail after this, and come again.
        """
        target = self._kept(sha256)
        target.parent.mkdir(_FOLDER, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.link(self._part(part), target)
        for folder in (target.parent, self.folder):
            _sync(folder)

    def drop(self, part: uuid.UUID) -> None:
        """Remove a part, if it is there; what was kept of it stays."""
        self._part(part).unlink(missing_ok=True)

    def read(self, sha256: str, offset: int, limit: int) -> bytes:
        """Give at most *limit* bytes from *offset* on. Raises `NotFound`."""
        try:
            with self._kept(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(limit)
        except FileNotFoundError:
            raise NotFound(f"files/{sha256}") from None

    def path(self, sha256: str) -> Path:
        """Where a file is, for whoever copies it."""
        return self._kept(sha256)

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is there."""
        self._kept(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Give the names of all files, in their order."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))

    def parts_before(self, moment: datetime) -> Iterator[uuid.UUID]:
        """Give the parts to which nothing was added since *moment*."""
        for path in self.folder.glob("parts/*"):
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                    yield uuid.UUID(path.name)

    def _part(self, part: uuid.UUID) -> Path:
        return self.folder / "parts" / str(part)

    def _kept(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise NotFound(f"files/{sha256}")
        return self.folder / sha256[:2] / sha256


def _full(free: int) -> StoreFull:
    return StoreFull("There is no room for this file.", free=free)


def _write(descriptor: int, offset: int, content: bytes) -> None:
    """Write all of *content*: a disk that is nearly full takes some of it."""
    rest = memoryview(content)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        offset, rest = offset + written, rest[written:]


def _sync(folder: Path) -> None:
    """Have the names in *folder* on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
