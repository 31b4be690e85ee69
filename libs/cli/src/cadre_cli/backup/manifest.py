"""What a backup says about itself: what it holds, of which moment, and by which sums it is known to be whole."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = 1
NAME = "manifest.json"
_BLOCK_BYTES = 1024 * 1024


class BackupError(RuntimeError):
    """The backup cannot be made or brought back; says why and what to do."""


class File(BaseModel):
    """A file of the backup, by its path inside it."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    sha256: str


class DatabaseCopy(BaseModel):
    """A service's database: its schema's revision and how many rows each table had."""

    model_config = ConfigDict(frozen=True)

    file: File
    revision: str
    rows: dict[str, int]


class ConsumerCopy(BaseModel):
    """A durable consumer: its configuration, and the last event of the stream up to which it had handled all."""

    model_config = ConfigDict(frozen=True)

    config: dict[str, Any]
    handled: int


class StreamCopy(BaseModel):
    """A service's stream: events up to *last* belong to the moment of the backup, later ones do not."""

    model_config = ConfigDict(frozen=True)

    file: File
    config: dict[str, Any]
    state: dict[str, Any]
    last: int
    consumers: dict[str, ConsumerCopy]


class Manifest(BaseModel):
    """The whole backup."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    moment: datetime
    still_seconds: float
    databases: dict[str, DatabaseCopy]
    streams: dict[str, StreamCopy]
    # Large files, by service. None in a backup of before there were any.
    files_of: dict[str, list[File]] = {}

    def files(self) -> list[File]:
        """Give every file but the manifest itself."""
        copies = [*(copy.file for copy in self.databases.values()), *(copy.file for copy in self.streams.values())]
        return [*copies, *(file for files in self.files_of.values() for file in files)]


def describe(folder: Path, path: Path) -> File:
    """Measure the file at *path* in the backup *folder*."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return File(path=str(path.relative_to(folder)), bytes=path.stat().st_size, sha256=digest.hexdigest())


def read(folder: Path) -> Manifest:
    """Read the manifest in *folder* and hold every file against it.

    Raises:
        BackupError: it is no backup, one of a later format, or damaged.
    """
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError) as error:
        raise BackupError(f"{folder} holds no backup that this release can read.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has format {manifest.format}, this release reads {FORMAT}: use a later release.")
    for file in manifest.files():
        path = folder / file.path
        if not path.exists():
            raise BackupError(f"{path} is missing: the backup is incomplete. Take another one.")
        if describe(folder, path) != file:
            raise BackupError(f"{path} is not what was written: the backup is damaged. Take another one.")
    return manifest
