"""Which revision a database has, and which the software was written for.

Every start asks, and the operator's page does; without Alembic, whose import takes a tenth of a start.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

_HAS_ANY = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_CURRENT = text("SELECT version_num FROM alembic_version")


class SchemaIsOldError(RuntimeError):
    """The database's schema is not the one this code was written for."""


def current(connection: Connection) -> str:
    """Return the revision of a database; empty if nothing was ever migrated there."""
    if not connection.execute(_HAS_ANY).scalar_one():
        return ""
    return str(connection.execute(_CURRENT).scalar() or "")


def newest(folder: Path) -> str:
    """Return the last revision in a folder of migrations, whose files begin with theirs (`0002_jobs.py`)."""
    return max((path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*_*.py")), default="")


@cache
def head(folder: Path) -> str:
    """Return the newest revision of *folder*: the schema that this process was written for."""
    return newest(folder)


def check(connection: Connection, folder: Path) -> str:
    """Return the database's revision; raise `SchemaIsOldError` if it is not the newest of *folder*."""
    revision, needed = current(connection), head(folder)
    if revision != needed:
        raise SchemaIsOldError(f"schema {revision or 'none'}, this code needs {needed}: run the role `migrate` first")
    return needed
