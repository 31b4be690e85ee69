"""What a browser sends with a form: its fields and files. Read strictly: nothing is guessed.

Browsers send UTF-8, since our pages are in it. What is not is refused and not taken for another alphabet, as the
framework does: a name that was read wrongly would be stored wrongly, and nobody would see it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

# The largest form of the pages is a file of 20 MB with its fields; more is refused before it is read.
MOST_BYTES = 21 * 1024 * 1024
# The same of what was typed.
MOST_TYPED_BYTES = 4 * 1024 * 1024
# The same from somebody who did not say yet who they are: anybody can send it, at many browsers at once.
MOST_BYTES_OF_ANYBODY = 64 * 1024
_MOST_FIELDS = 5000
# A browser shows an answer only once it has sent everything: so much of what is too large is taken in and dropped.
_MOST_DROPPED_BYTES = 8 * MOST_BYTES

_TYPED, _WITH_FILE = b"application/x-www-form-urlencoded", b"multipart/form-data"
# RFC 2046, section 5.1.1.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")


class TooLarge(Exception):  # noqa: N818 - an answer, not an error
    """The form is larger than any page of ours makes it."""


class Unreadable(Exception):  # noqa: N818 - an answer, not an error
    """What came is no form that a page of ours makes; *sentence* says what to do."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence or (
            "What your browser sent did not arrive whole, or is not in the alphabet of our pages (UTF-8). Nothing was"
            " saved. Go back, open the page again, then send the form once more."
        )


@dataclass
class Body:
    """Fields in order, and files as name of the field, name of the file, content."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)


async def read(request: Request, most: int) -> Body:
    """Read what was sent, of *most* bytes; something else than a form is an empty one.

    Raises `TooLarge`, `Unreadable`.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    await refuse_too_large(request, min(most, MOST_TYPED_BYTES) if kind == _TYPED else most)
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise Unreadable
    body = Body()
    try:
        if kind == _TYPED:
            content = (await request.body()).decode("ascii")
            body.fields = parse_qsl(content, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        if kind == _WITH_FILE:
            body = await _parts(request, boundary_of(options))
    except (MultiPartException, ValueError):
        raise Unreadable from None
    require_storable(body)
    return body


def boundary_of(options: Mapping[bytes, bytes]) -> str:
    """Return what stands between the parts of a form with a file. Raises `Unreadable`."""
    boundary = options.get(b"boundary", b"").decode("latin-1")
    if not _BOUNDARY.fullmatch(boundary):
        raise Unreadable
    return boundary


async def _parts(request: Request, boundary: str) -> Body:
    """Read a form with a file. The parser decodes each byte to one sign, so that we see what it saw."""
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"; charset=latin-1'})
    parser = MultiPartParser(headers, request.stream(), max_files=1, max_fields=_MOST_FIELDS)
    body = Body()
    data = await parser.parse()
    try:
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                body.files.append((_text(name), _text(value.filename or ""), await value.read()))
            else:
                body.fields.append((_text(name), _text(value)))
    finally:
        await data.close()
    return body


def _text(bytewise: str) -> str:
    return bytewise.encode("latin-1").decode("utf-8")


def require_storable(body: Body) -> None:
    """Refuse what no database keeps."""
    for name, value in [*body.fields, *((name, filename) for name, filename, _ in body.files)]:
        if "\0" in name or "\0" in value:
            called = name.replace("\0", "").replace("_", " ").capitalize()
            raise Unreadable(
                f"The field {called} holds a sign that nobody sees and that cannot be kept (U+0000): often it comes"
                " along with pasted text. Nothing was saved. Go back, type that field anew, then send the form."
            )


async def refuse_too_large(request: Request, most: int) -> None:
    """Refuse by the size that the browser announces; the server holds it to that. Nothing of it is kept in memory."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) <= most:
        return
    dropped = 0
    async for part in request.stream():
        dropped += len(part)
        if dropped > _MOST_DROPPED_BYTES:
            break
    raise TooLarge
