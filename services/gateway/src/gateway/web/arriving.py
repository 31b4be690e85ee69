"""A form with a large file, taken as it arrives: never whole in memory, and on no disk of the pages' own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from gateway.web import forms
from gateway.web.bodies import MOST_TYPED_BYTES, Body, Unreadable, boundary_of, refuse_too_large, require_storable
from gateway.web.forms import SentForm, form_of
from gateway.web.visit import Forged, Visit, same
from servicekit.rpc.client import Refused


class Taker(Protocol):
    """Who takes the file. Both are called in a thread; what they refuse is raised once all has been sent."""

    def start(self, filename: str, most_bytes: int) -> None:
        """Take a file of at most so many bytes."""

    def add(self, content: bytes) -> None:
        """Take what follows of it."""


@dataclass
class _Part:
    """A field of the form, or a file: its head, and what came of it and is not taken yet."""

    head: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)
    name: str = ""
    filename: str = ""
    # Also where none was chosen. (A field may be called `filename`.)
    is_file: bool = False


class _Reader:
    """What the parser says, as parts; those that are complete stand in `body`."""

    def __init__(self, large: str) -> None:
        self._large = large
        self._label = self._value = b""
        self._part = _Part()
        self.body = Body()
        self.file: _Part | None = None
        self.typed = 0

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """Return what the parser calls."""
        names = ("part_begin", "header_field", "header_value", "header_end", "headers_finished", "part_data")
        return {f"on_{name}": getattr(self, name) for name in (*names, "part_end")}

    def part_begin(self) -> None:
        self._part = _Part()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._label += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._part.head[self._label.lower()] = self._value
        self._label = self._value = b""

    def headers_finished(self) -> None:
        _, options = parse_options_header(self._part.head.get(b"content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode()
        self._part.filename = options.get(b"filename", b"").decode()
        self._part.is_file = b"filename" in options
        if self._part.name == self._large and self._part.filename:
            self.file = self._part

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._part.content += data[start:end]
        if self._part is not self.file:
            self.typed += end - start

    def part_end(self) -> None:
        part = self._part
        if part is self.file:
            return
        if part.is_file:
            self.body.files.append((part.name, part.filename, bytes(part.content)))
        else:
            self.body.fields.append((part.name, part.content.decode()))

    def taken(self) -> bytes:
        """Give what came of the large file since the last time."""
        if self.file is None or not self.file.content:
            return b""
        content = bytes(self.file.content)
        self.file.content.clear()
        return content


async def read(request: Request, visit: Visit, large: str, taker: Taker, most_bytes: int) -> SentForm:
    """Read a form of a page of ours of at most *most_bytes*; the file of its field *large* goes to *taker*.

    What proves that the form is ours stands before the file, so nothing is taken of another one. Raises `Forged`,
    `TooLarge`, `Unreadable`, and what the taker refuses.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        # One that was kept for its owner comes again without its file.
        form = await forms.read(request)
        _require_ours(form, visit)
        return form
    await refuse_too_large(request, most_bytes)
    reader = _Reader(large)
    parser = MultipartParser(boundary_of(options), reader.callbacks())  # type: ignore[arg-type]
    started, trouble = False, None
    try:
        async for chunk in request.stream():
            parser.write(chunk)
            if reader.typed > MOST_TYPED_BYTES:
                raise Unreadable
            content = reader.taken()
            if trouble or not content or reader.file is None:
                continue
            if not started:
                _require_ours(form_of(request, reader.body), visit)
            try:
                if not started:
                    started = True
                    await run_in_threadpool(taker.start, reader.file.filename, int(request.headers["content-length"]))
                await run_in_threadpool(taker.add, content)
            except Refused as error:
                # A browser shows an answer only once it has sent everything.
                trouble = error
        parser.finalize()
    except (MultipartParseError, UnicodeDecodeError):
        raise Unreadable from None
    require_storable(reader.body)
    form = form_of(request, reader.body)
    _require_ours(form, visit)
    if trouble:
        form.values.setdefault(large, [""])
        form.refuse(trouble)
        form.errors = {large: next(iter(form.errors.values()))}
    return form


def _require_ours(form: SentForm, visit: Visit) -> None:
    if not same(form.text("csrf"), visit.csrf):
        raise Forged
