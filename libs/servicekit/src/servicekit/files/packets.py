"""Packets: files in one ZIP that say of themselves what holds of them, so that anybody can check it without us.

`SHA256SUMS` names each file with its hash, as `sha256sum -c` reads it. `manifest.json` says what more must hold:

- *texts*: of each row of a table, that the hash in one column is that of the file in another;
- *references*: that what stands in some columns of a table stands in columns of another;
- *figures*: that a number is what one gets by counting rows of a table. `summary.csv` says the same numbers.

A packet is what its files make of it, byte for byte: nothing is compressed, no entry has a date, so writing it again
gives the same ZIP. Whoever checks one knows it whole, and also that nothing is hidden between its files.
"""

import csv
import hashlib
import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any, cast

from servicekit.files import sheets

FORMAT = "cadre-packet/1"
SUMS, MANIFEST, SUMMARY = "SHA256SUMS", "manifest.json", "summary.csv"
_BLOCK = 1024 * 1024
# Of a file in a ZIP: its size stands behind it.
_SIZE_BEHIND = 0x08
_SAID = ("figure", "value")
# What reading a ZIP of which something is bent may raise.
_DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, KeyError, IndexError),
    *(struct.error, csv.Error, TypeError, AttributeError),
)


@dataclass(frozen=True)
class Text:
    """In each row of *table* the column *sha256* is the hash of the file that the column *file* names."""

    table: str
    file: str = "file"
    sha256: str = "sha256"


@dataclass(frozen=True)
class Reference:
    """What stands in *columns* of *table* stands in those of the table *to*."""

    table: str
    columns: Sequence[str]
    to: str


@dataclass(frozen=True)
class Figure:
    """A number: the rows of *table* that say what *where* does, and of which the columns *filled* are."""

    name: str
    value: int
    table: str
    where: Mapping[str, str] = field(default_factory=dict)
    filled: Sequence[str] = ()

    def counts(self, row: Mapping[str, str]) -> bool:
        """Whether *row* is one of those that are counted."""
        return all(row[name] == value for name, value in self.where.items()) and all(row[name] for name in self.filled)


class Onward(io.RawIOBase):
    """A target that is never wound back: what is written goes on to *write*, such as to who downloads it.

    The ZIP says the size of a file behind it then, not before it.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self._write = write

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever bytes are written from
        """Hand it on."""
        content = bytes(data)
        self._write(content)
        return len(content)


class Packer:
    """Writes a packet to *target*, file by file; `seal` writes what is said of them, and ends it."""

    def __init__(self, target: IO[bytes] | Onward) -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", target), "w", zipfile.ZIP_STORED)
        self.sums: dict[str, str] = {}

    def add(self, name: str, content: Iterable[bytes]) -> str:
        """Add a file of *content*, piece by piece; return its hash."""
        for _ in self.adding(name, content):
            pass
        return self.sums[name]

    def adding(self, name: str, content: Iterable[bytes]) -> Iterator[None]:
        """Add a file a step at a time, a piece with each: whoever is given the packet takes it between them."""
        digest = hashlib.sha256()
        with self._zip.open(_entry(name), "w") as file:
            for piece in content:
                digest.update(piece)
                file.write(piece)
                yield
        self.sums[name] = digest.hexdigest()

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add a table."""
        self.add(name, sheets.pieces(columns, rows))

    def seal(
        self,
        about: Mapping[str, Any],
        *,
        texts: Sequence[Text],
        references: Sequence[Reference],
        figures: Sequence[Figure],
    ) -> None:
        """Add the summary, the manifest and the sums."""
        self.table(SUMMARY, _SAID, [(one.name, one.value) for one in figures])
        manifest = {
            "format": FORMAT,
            "about": about,
            "files": self.sums,
            "texts": [vars(one) for one in texts],
            "references": [vars(one) for one in references],
            "figures": [vars(one) for one in figures],
        }
        self.add(MANIFEST, [json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()])
        self.add(SUMS, [_sums(self.sums)])
        self._zip.close()


@dataclass(frozen=True)
class Checked:
    """What was found: the hash of the whole, what the packet says it is about, its figures, and what is wrong."""

    sha256: str
    about: Mapping[str, Any]
    figures: Mapping[str, int]
    problems: Sequence[str]


def check(path: Path, scratch: Path | None = None) -> Checked:
    """Check the packet at *path*: it is trusted in nothing but that hashes are hard to meet.

    It is written again in the folder *scratch*, or where the machine has such things, and gone after that.
    """
    problems: list[str] = []
    about: dict[str, Any] = {}
    figures: dict[str, int] = {}
    try:
        with zipfile.ZipFile(path) as packet:
            problems += _files(packet)
            if not problems:
                manifest = json.loads(packet.read(MANIFEST))
                about, figures = manifest["about"], {one["name"]: one["value"] for one in manifest["figures"]}
                problems += _manifest(packet, manifest)
            if not problems:
                problems += _same_when_written(packet, path, scratch)
    except _DAMAGE as damage:
        problems.append(f"the packet is damaged: {damage or type(damage).__name__}")
    with path.open("rb") as file:
        return Checked(_sha256(file), about, figures, problems)


def _files(packet: zipfile.ZipFile) -> Iterator[str]:
    """Hold every file against the sums."""
    entries = [one.filename for one in packet.infolist()]
    for name in sorted({one for one in entries if entries.count(one) > 1}):
        yield f"{name}: there are several of this name"
    if any(one.compress_type != zipfile.ZIP_STORED for one in packet.infolist()):
        yield "the packet was packed anew: its files are compressed"
        return
    if SUMS not in entries:
        yield f"{SUMS}: is missing"
        return
    written = packet.read(SUMS)
    sums = {name: sha256 for sha256, _, name in (line.partition("  ") for line in written.decode().splitlines())}
    if written != _sums(sums):
        yield f"{SUMS}: is not written as it was"
    yield from (f"{name}: is missing" for name in sorted({*sums, MANIFEST, SUMMARY} - set(entries)))
    for name in sorted(set(entries) - {SUMS}):
        if name not in sums:
            yield f"{name}: was added, {SUMS} does not name it"
        elif (found := _read(packet, name)) != sums[name]:
            yield f"{name}: is not what it was, its SHA-256 is {found}"


def _manifest(packet: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Hold what the manifest says against the files."""
    if manifest["format"] != FORMAT:
        yield f"{MANIFEST}: is of another format, {manifest['format']}"
        return
    sums = {name: _read(packet, name) for name in packet.namelist() if name not in (SUMS, MANIFEST)}
    if manifest["files"] != sums:
        wrong = sorted(
            name for name in sums.keys() | manifest["files"].keys() if sums.get(name) != manifest["files"].get(name)
        )
        yield f"{MANIFEST}: names other files than there are: {', '.join(wrong)}"
        return
    for text in (Text(**one) for one in manifest["texts"]):
        for row in _rows(packet, text.table):
            if sums.get(row[text.file]) != row[text.sha256]:
                yield f"{text.table}: the hash of {row[text.file]} is not {row[text.sha256]}"
    for one in (Reference(**one) for one in manifest["references"]):
        known = {tuple(row[name] for name in one.columns) for row in _rows(packet, one.to)}
        strange = {tuple(row[name] for name in one.columns) for row in _rows(packet, one.table)} - known
        yield from (f"{one.table}: {', '.join(values)} stands not in {one.to}" for values in sorted(strange))
    yield from _figures(packet, [Figure(**one) for one in manifest["figures"]])


def _figures(packet: zipfile.ZipFile, figures: Sequence[Figure]) -> Iterator[str]:
    """Count again."""
    counted = {one.name: 0 for one in figures}
    for table in sorted({one.table for one in figures}):
        of_table = [one for one in figures if one.table == table]
        for row in _rows(packet, table):
            for one in of_table:
                counted[one.name] += one.counts(row)
    for one in figures:
        if counted[one.name] != one.value:
            yield f"{MANIFEST}: {one.name} is {one.value}, and {one.table} gives {counted[one.name]}"
    said = {row["figure"]: row["value"] for row in _rows(packet, SUMMARY)}
    if said != {one.name: str(one.value) for one in figures}:
        yield f"{SUMMARY}: says other figures than {MANIFEST}"


def _same_when_written(packet: zipfile.ZipFile, path: Path, scratch: Path | None) -> Iterator[str]:
    """Write the packet again, and compare."""
    with tempfile.TemporaryFile(dir=scratch) as again, path.open("rb") as file:
        # As it was written: on to somebody, or to where one can wind back.
        onward = any(entry.flag_bits & _SIZE_BEHIND for entry in packet.infolist())
        target_of = cast("IO[bytes]", Onward(again.write)) if onward else again
        with zipfile.ZipFile(target_of, "w", zipfile.ZIP_STORED) as written:
            for entry in packet.infolist():
                with written.open(_entry(entry.filename), "w") as target:
                    for piece in _pieces_of(packet, entry.filename):
                        target.write(piece)
        again.seek(0)
        if any(mine != theirs for mine, theirs in zip_longest(_pieces(again), _pieces(file))):
            yield "the packet holds something beside its files, or was packed anew"


def _sums(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())).encode()


def _entry(name: str) -> zipfile.ZipInfo:
    """Return what the ZIP says of a file: nothing that another writing would say otherwise."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _rows(packet: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    with packet.open(name) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        yield from csv.DictReader(text, strict=True)


def _read(packet: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        for piece in _pieces_of(packet, name):
            digest.update(piece)
    except zipfile.BadZipFile:
        return "not to be read"
    return digest.hexdigest()


def _pieces_of(packet: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with packet.open(name) as file:
        yield from _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_BLOCK):
        yield piece


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return digest.hexdigest()
