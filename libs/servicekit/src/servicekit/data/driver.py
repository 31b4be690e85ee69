"""What the database stands on: the pool of connections, and statements that are run on the driver itself."""

import select
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar, cast, get_type_hints

import psycopg
from psycopg.rows import RowFactory, RowMaker
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlmodel import SQLModel

R = TypeVar("R")


@dataclass(frozen=True)
class PoolStatus:
    """The connections of a process: open ones in use and idle, how many there may be, and who got none.

    *waiting* callers wait for one now; *timeouts* counts those that gave up since the process started.
    """

    in_use: int
    idle: int
    most: int
    waiting: int
    timeouts: int


class CountingPool(QueuePool):
    """SQLAlchemy's pool says what it holds, but not who waits."""

    waiting = 0
    timeouts = 0
    _counting = threading.Lock()

    def connect(self) -> PoolProxiedConnection:
        """Take a connection; whoever waits for one is counted while they wait."""
        with self._counting:
            self.waiting += 1
        try:
            return super().connect()
        except NoConnectionFree:
            with self._counting:
                self.timeouts += 1
            raise
        finally:
            with self._counting:
                self.waiting -= 1

    def distrust(self, lost: PoolProxiedConnection) -> None:
        """Reopen the other connections before their next use: what ended *lost* has mostly ended them all."""
        self._invalidate(lost, _checkin=False)


def made_as(row: type[R]) -> RowFactory[R]:
    """Give the row factory of *row*, a NamedTuple; a field that is one itself takes as many columns as that has.

    So does an SQLModel that is no table, but the base of one: then a table's columns are written down once.

    By position: rows of six columns take a third of the time that psycopg's `class_row` needs, and less than
    dictionaries. That each value comes into the field of its name is looked at once a statement.
    """
    fields, make = _shape(cast("Hashable", row))

    def factory(cursor: psycopg.Cursor[Any]) -> RowMaker[R]:
        result = cursor.pgresult
        columns = tuple((result.fname(n) or b"").decode() for n in range(result.nfields)) if result else fields
        if columns != fields:
            raise TypeError(f"{row.__qualname__} has the fields {fields}, and the statement gives {columns}")
        return make

    return factory


@cache
def _shape(row: Any) -> tuple[tuple[str, ...], RowMaker[Any]]:  # noqa: ANN401 - a class of rows
    """Return the columns that a row is made of, and how it is made of their values."""
    if issubclass(row, SQLModel):
        return _shape_of_model(row)
    hints = get_type_hints(row)
    columns: list[str] = []
    parts: list[tuple[slice, RowMaker[Any]]] = []
    nested = False
    for name in row._fields:
        inner = _is_row(hints[name])
        of_part, make = _shape(hints[name]) if inner else ((name,), itemgetter(0))
        parts.append((slice(len(columns), len(columns) + len(of_part)), make))
        columns += of_part
        nested = nested or inner

    def make_nested(values: Sequence[Any]) -> Any:  # noqa: ANN401 - a row
        return row._make([make(values[part]) for part, make in parts])

    return tuple(columns), make_nested if nested else row._make


def _is_row(hint: Any) -> bool:  # noqa: ANN401 - whatever a field is
    return hasattr(hint, "_fields") or (isinstance(hint, type) and issubclass(hint, SQLModel))


def _shape_of_model(model: type[SQLModel]) -> tuple[tuple[str, ...], RowMaker[Any]]:
    columns = tuple(model.model_fields)

    def make(values: Sequence[Any]) -> Any:  # noqa: ANN401 - a row
        # What comes from the database was checked when it was written: `model_construct` takes five times as long.
        made = model.__new__(model)
        made.__dict__.update(zip(columns, values, strict=True))
        return made

    return columns, make


def was_spoken_to(connection: "psycopg.Connection[Any]") -> bool:
    """Say whether the server sent anything that nobody has read yet."""
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def execute(connection: Connection, sql: str, params: Mapping[str, object], rows: RowFactory[R]) -> psycopg.Cursor[R]:
    """Run a statement on the driver itself: SQLAlchemy's own execution would take a third of a small write's Python.

    As with an execution of its own, listeners are told (so tests count statements), what fails is raised as its error,
    and after a lost connection the pool reopens its connections.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    cursor = driver.cursor(row_factory=rows)
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, sql, params, None, False)  # noqa: FBT003 - the event's signature
    try:
        return cursor.execute(sql.encode(), params)
    except psycopg.Error as error:
        if lost := driver.closed:
            cast("CountingPool", connection.engine.pool).distrust(connection.connection)
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error


def said(error: BaseException) -> str:
    """Say what *error* is; what came of PostgreSQL's own, only by its kind and first sentence.

    The rest of that (details, context, statement) repeats values of rows, and who raises another error from it may have
    put its whole text into theirs.
    """
    named, cause = error, _cause(error)
    while cause is not None and not isinstance(named, psycopg.Error):
        named, cause = cause, _cause(cause)
    if isinstance(named, psycopg.Error):
        wrapper = "" if isinstance(error, psycopg.Error | DBAPIError) else f"{type(error).__name__} of "
        return f"{wrapper}{type(named).__name__}: {named.diag.message_primary or 'no diagnosis'}"
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__}: no diagnosis"
    return f"{type(error).__name__}: {error}"


def _cause(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error.__cause__
