"""The raw limit: the same rows written bare into twins of the real tables, on the same server in the same run.

A twin has the columns, checks, keys, indexes and storage of its table, and no triggers. Nothing is computed for it:
rows are copied that the product wrote before, so a ratio near 1 means that the product costs nothing but its rows.
"""

import queue
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from cadre_tools.bench import callers
from cadre_tools.bench.callers import CALLERS
from cadre_tools.bench.servers import driver_url

Connection = psycopg.Connection[tuple[Any, ...]]

_RECIPIENTS = "INSERT INTO raw_recipient SELECT * FROM recipient WHERE notice_id = %s"
_ASSIGNMENTS = """
INSERT INTO raw_assignment
SELECT assignment.* FROM assignment JOIN requirement ON requirement.id = requirement_id WHERE notice_id = %s
"""

_REDATE = "UPDATE raw_recipient SET due_date = due_date + 1, read_at = NULL, confirmed_at = NULL"
_REDATE_TRAINING = "UPDATE raw_assignment SET due_date = due_date + 1"


class RawLetters:
    """Writes the rows of a letter once more, bare: recipients in one database, assignments in the other."""

    def __init__(self, database_urls: Mapping[str, str]) -> None:
        self._notification = connect(database_urls["notification"])
        self._enrollment = connect(database_urls["enrollment"])
        make_twin(self._notification, "recipient")
        make_twin(self._enrollment, "assignment")

    def write(self, notice_id: str) -> tuple[float, int, int]:
        """Write them, each table in a durable transaction of its own. Return seconds, recipients, assignments."""
        started = time.perf_counter()
        recipients = self._notification.execute(_RECIPIENTS, [notice_id]).rowcount
        assignments = self._enrollment.execute(_ASSIGNMENTS, [notice_id]).rowcount
        return time.perf_counter() - started, recipients, assignments

    def change(self) -> tuple[float, int, int]:
        """Give all that was written another day, as an amendment does. Return seconds, recipients, assignments."""
        started = time.perf_counter()
        recipients = self._notification.execute(_REDATE).rowcount
        assignments = self._enrollment.execute(_REDATE_TRAINING).rowcount
        return time.perf_counter() - started, recipients, assignments

    def close(self) -> None:
        """Close both connections."""
        self._notification.close()
        self._enrollment.close()


@dataclass(frozen=True)
class Rows:
    """Rows of a service's table: those for which *where*, with *value* in it, holds."""

    service: str
    table: str
    where: LiteralString
    value: str


def commit_one_by_one(database_urls: Mapping[str, str], chosen: Rows) -> tuple[float, int]:
    """Copy the rows into a twin of their table, by one durable commit each and as many callers.

    Return the seconds, and how many rows there were.
    """
    database_url, table = database_urls[chosen.service], chosen.table
    with connect(database_url) as connection:
        make_twin(connection, table)
        query = sql.SQL("SELECT * FROM {} WHERE {}").format(sql.Identifier(table), sql.SQL(chosen.where))
        cursor = connection.execute(query, [chosen.value])
        columns = cursor.description or []
        documents = {n for n, column in enumerate(columns) if column.type_code == psycopg.adapters.types["jsonb"].oid}
        rows = [
            [Jsonb(value) if n in documents and value is not None else value for n, value in enumerate(row)]
            for row in cursor
        ]
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(twin_of(table)),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with ExitStack() as stack:
        free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for _ in range(CALLERS):
            free.put(stack.enter_context(connect(database_url)))

        def write(row: list[Any]) -> None:
            connection = free.get()
            connection.execute(insert, row, prepare=True)
            free.put(connection)

        return callers.run(write, rows).seconds, len(rows)


def connect(database_url: str) -> Connection:
    """Open a connection on which each statement is a transaction."""
    return psycopg.connect(driver_url(database_url), autocommit=True)


def twin_of(table: str) -> str:
    """Name the twin."""
    return f"raw_{table}"


def make_twin(connection: Connection, table: str) -> None:
    """Make an empty twin of *table*, in place of an earlier one."""
    original, twin = sql.Identifier(table), sql.Identifier(twin_of(table))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(twin))
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(twin, original))
    # LIKE leaves the fill factor out.
    row = connection.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table]).fetchone()
    for option in (row and row[0]) or ():
        name, _, value = option.partition("=")
        connection.execute(
            sql.SQL("ALTER TABLE {} SET ({} = {})").format(twin, sql.Identifier(name), sql.Literal(value))
        )
