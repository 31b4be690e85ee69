"""Pictures: what is seen on them no scan reads, so a person looks. What is written beside it is scanned."""

import re
import struct
import zlib
from collections.abc import Iterator

from notification.attachments.rules.files import (
    JPEG,
    PNG,
    READABLE,
    Burden,
    Carried,
    Content,
    FileDamaged,
    check_pixels,
)
from notification.attachments.rules.scan import Passage, scan

_PNG_BEGIN, _JPEG_BEGIN = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_NOTE = "the properties of the picture"
_MOST_NOTE_BYTES = 1024 * 1024
_WRITTEN = re.compile(rb"[\t\n\r\x20-\x7e]{9,}")
# Markers of a JPEG that stand alone, and those of frames, which say how large the picture is.
# Zero says that the byte before it is of the picture.
_ALONE = {0x00, 0x01, *range(0xD0, 0xD9)}
_FILLING = 0xFF
_NOTES = range(0xE0, 0xFF)
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END = 0xD9


def read(content: bytes) -> Content:
    """Return what is beside the picture in a PNG or a JPEG."""
    return _png(content) if content.startswith(_PNG_BEGIN) else _jpeg(content)


def written(content: bytes) -> str:
    """Return what is written in bytes of any kind, in one or two bytes a sign."""
    return "\n".join(run.decode("ascii") for run in _WRITTEN.findall(content.replace(b"\0", b"")))


def _png(content: bytes) -> Content:
    """Return what is beside the picture in a PNG: its notes, and what comes after its end."""
    notes: list[bytes] = []
    at, width, height = len(_PNG_BEGIN), 0, 0
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        data, at = content[at + 8 : at + 8 + size], at + 12 + size
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", data)
        elif kind in {b"zTXt", b"iTXt"}:
            notes += [data, _unpacked(data)]
        elif kind not in {b"IDAT", b"PLTE"}:
            notes.append(data)
        if kind == b"IEND":
            return _picture(PNG, width, height, notes, content[at:])
    raise FileDamaged("no end", READABLE["pictures"])


def _jpeg(content: bytes) -> Content:
    """Return what is beside the picture in a JPEG: its notes, and what comes after its end."""
    notes: list[bytes] = []
    width = height = 0
    for marker, data, end in _segments(content):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, 1)
        elif marker == _END:
            return _picture(JPEG, width, height, notes, content[end:])
        elif marker in _NOTES:
            notes.append(data)
    raise FileDamaged("no end", READABLE["pictures"])


def _segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Give each marker of a JPEG with its data, and where that ends."""
    at = 2
    while at + 2 <= len(content):
        at = content.find(b"\xff", at)
        if at < 0 or at + 2 > len(content):
            return
        marker = content[at + 1]
        if marker in _ALONE:
            at += 2
            continue
        if marker == _FILLING:
            at += 1
            continue
        size = 0 if marker == _END or at + 4 > len(content) else int.from_bytes(content[at + 2 : at + 4])
        end = at + 2 + size
        yield marker, content[at + 4 : end], end
        at = end


def _picture(media_type: str, width: int, height: int, notes: list[bytes], rest: bytes) -> Content:
    if not width or not height:
        raise FileDamaged("no size", READABLE["pictures"])
    check_pixels(width * height)
    # A telephone may add a second picture, such as a brighter one.
    appended = rest.strip(b"\0\r\n\t ") and not (media_type == JPEG and rest.startswith(_JPEG_BEGIN))
    return Content(
        media_type,
        findings=tuple(scan(Passage(_NOTE, written(note)) for note in (*notes, rest))),
        unreadable="the picture",
        carried=(Carried(Burden.APPENDIX, "the picture"),) if appended else (),
    )


def _unpacked(note: bytes) -> bytes:
    """Return the packed part of a PNG's note: after its keyword, and what else is there to tell."""
    for start in re.finditer(rb"[\x08\x18\x28\x38\x48\x58\x68\x78]", note[:200]):
        try:
            return zlib.decompressobj().decompress(note[start.start() :], _MOST_NOTE_BYTES)
        except zlib.error:
            continue
    return b""
