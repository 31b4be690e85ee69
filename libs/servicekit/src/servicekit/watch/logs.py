"""structlog for every process: one JSON object a line, event names constant, ids instead of people.

What a database error says of the values of rows, names and addresses among them, is in no line: a traceback has its
frames, and of each error what `said` says.

Bind what belongs to a unit of work with `structlog.contextvars.bound_contextvars` in a `with`, in the outermost place:
threads are reused, and what is bound without an end leaks into the next request.
"""

import contextlib
import logging
import sys
import textwrap
import traceback
from typing import TextIO, cast

import structlog

from servicekit.data.driver import said

_CAUSED = "\nThe above exception was the direct cause of the following exception:\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n"


class _Unfailing:
    """A file that takes what it can: on a full disk a line is lost, and not the work that it tells of."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


def configure(service: str, *, json: bool) -> None:
    """Set up logging of the process: to standard error, as JSON for machines or as text for people."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(lambda raised: _traceback(raised[1])),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    # Libraries log through the standard library: their warnings come out in the same form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _traceback(error: BaseException) -> str:
    """Return the frames of *error*, with what came before it and, of a group, what is in it."""
    told: list[str] = []
    seen: set[int] = set()
    latest: BaseException | None = error
    while latest is not None and id(latest) not in seen:
        seen.add(id(latest))
        parts = [line.rstrip("\n") for line in traceback.format_tb(latest.__traceback__)]
        parts = ["Traceback (most recent call last):", *parts] if parts else []
        parts.append(said(latest))
        if isinstance(latest, BaseExceptionGroup):
            parts += [textwrap.indent(_traceback(each), "  | ") for each in latest.exceptions]
        told.insert(0, "\n".join(parts))
        if latest.__cause__ is not None:
            latest, between = latest.__cause__, _CAUSED
        else:
            latest, between = None if latest.__suppress_context__ else latest.__context__, _MEANWHILE
        if latest is not None and id(latest) not in seen:
            told.insert(0, between)
    return "\n".join(told)
