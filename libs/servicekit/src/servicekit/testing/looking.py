"""Looking into a database: for tests, which read what nobody reads otherwise."""

from typing import Any

from psycopg.rows import dict_row

from servicekit.data.db import Db


def dicts(db: Db, sql: str, /, **params: object) -> list[dict[str, Any]]:
    """Return the rows of a statement as dictionaries."""
    connection: Any = db.connection().connection.driver_connection
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(sql, params)
        return [] if cursor.rownumber is None else list(cursor.fetchall())
