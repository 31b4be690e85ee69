"""What a file is, by its content; its name is not asked. What we do not know is no kind."""

import struct
from dataclasses import dataclass
from typing import Final

import puremagic

# As much of a file as its kind is read from.
HEAD_BYTES: Final = 64 * 1024
# The types that browsers show, as `puremagic` calls them, and how we do.
_SHOWN: Final = {
    "image/png": "image/png",
    "image/jpeg": "image/jpeg",
    "image/jpg": "image/jpeg",
    "video/mp4": "video/mp4",
    "audio/wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/mpeg": "audio/mpeg",
    "audio/mp3": "audio/mpeg",
    "application/pdf": "application/pdf",
}
# What these are is said by the names in them, which `puremagic` reads from the first ones.
_OFFICE: Final = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_ZIP: Final = b"PK\x03\x04"
# What stands first in a film or a recording of this family; one of QuickTime's own is shown by few browsers.
_BRANDS: Final = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": ""}
_PNG_HEAD: Final = struct.Struct(">8sI4sII")
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Size:
    """How large a picture is, in pixels; 0 by 0 if its head does not say."""

    width: int = 0
    height: int = 0


def media_type(head: bytes) -> str:
    """Return what begins with *head*, of the types that we know; '' if none."""
    if head.startswith(_ZIP):
        return next((said for name, said in _OFFICE.items() if name in head), "")
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return _text(head)
    return next((_SHOWN[match.mime_type] for match in matches if match.mime_type in _SHOWN), _text(head))


def size(head: bytes) -> Size:
    """Return how large the picture is that begins with *head*."""
    if head.startswith(b"\x89PNG") and len(head) >= _PNG_HEAD.size:
        *_, width, height = _PNG_HEAD.unpack_from(head)
        return Size(width, height)
    at = 2
    while head.startswith(b"\xff\xd8") and at + 9 <= len(head) and head[at : at + 1] == b"\xff":
        if head[at + 1] in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return Size(width, height)
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return Size()


def _text(head: bytes) -> str:
    """Return the type of plain text; what only begins like it, and goes on in signs that nobody types, is none."""
    try:
        said = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sign may be cut at the end of what we were given.
        if error.start < len(head) - 4:
            return ""
        said = head[: error.start].decode("utf-8")
    typed = all(sign.isprintable() or sign in "\t\r\n\f" for sign in said)
    return "text/plain" if said and typed and not said.lstrip().startswith("<") else ""
