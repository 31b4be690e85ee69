"""The W3C `traceparent` of the work in hand: one id from the page to the last consumer, in every log line and event.

A process that exports its traces (`spans.py`) makes a span of each piece of work as well; one that does not pays for
passing the id on, and for nothing else.
"""

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar, Token
from enum import Enum
from types import TracebackType
from typing import Protocol, Self

HEADER = "traceparent"
# Of an event: the other traces that it came of, by commas, where several caused it together.
ALSO = "cadre-also-of"
current: ContextVar[str] = ContextVar("traceparent", default="")
_FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

Value = str | int | float | bool


class Kind(Enum):
    """What a span stands for; the values are OpenTelemetry's names."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"


class Span(Protocol):
    """A piece of work that is being recorded."""

    traceparent: str

    def name(self, name: str) -> None:
        """Name it, once its name is known."""

    def note(self, key: str, value: Value) -> None:
        """Add a fact: an id or a count, never a name of a person."""

    def end(self, error: str) -> None:
        """Close it; *error* is what went wrong, empty if nothing did."""


class Recorder(Protocol):
    """Makes spans."""

    def begin(self, name: str, kind: Kind, parent: str, links: Iterable[str]) -> Span:
        """Begin a span under *parent* (a traceparent, '' for none), related to *links*."""


class _Recording:
    recorder: Recorder | None = None


def record(recorder: Recorder | None) -> None:
    """Make spans with *recorder* from now on, in the whole process; None = make none."""
    _Recording.recorder = recorder


def is_one(value: str) -> bool:
    """Whether *value* is a traceparent."""
    return bool(_FORM.fullmatch(value))


def accept(value: str) -> str:
    """Return *value* if it is a traceparent, else a new one."""
    return value if is_one(value) else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id() -> str:
    """Return the id of the trace in hand, as log lines carry it."""
    return current.get()[3:35]


class work:  # noqa: N801 - used as a function: `with work("…")`
    """The work inside belongs to the trace of *parent*: a traceparent, '' for a new trace, None for the one in hand."""

    __slots__ = ("_args", "_error", "_parent", "_span", "_token")

    def __init__(
        self, name: str, kind: Kind = Kind.INTERNAL, *, parent: str | None = "", links: Iterable[str] = ()
    ) -> None:
        self._args = (name, kind, links)
        self._parent = parent
        self._error = ""
        self._span: Span | None = None

    def __enter__(self) -> Self:
        """Begin."""
        parent = current.get() if self._parent is None else self._parent
        recorder = _Recording.recorder
        if recorder is None:
            self._token: Token[str] = current.set(accept(parent))
        else:
            name, kind, links = self._args
            self._span = recorder.begin(name, kind, parent if is_one(parent) else "", links)
            self._token = current.set(self._span.traceparent)
        return self

    def name(self, name: str) -> None:
        """Name it, once its name is known."""
        if self._span is not None:
            self._span.name(name)

    def note(self, key: str, value: Value) -> None:
        """Add a fact to what is recorded: an id or a count, never a name of a person."""
        if self._span is not None:
            self._span.note(key, value)

    def failed(self, error: str) -> None:
        """Say what went wrong, where it is no exception."""
        self._error = error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End."""
        current.reset(self._token)
        if self._span is not None:
            self._span.end(self._error or ("" if kind is None else kind.__name__))
