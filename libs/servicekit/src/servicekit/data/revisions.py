"""Which revision a database has, and which the software was written for.

Every start asks, and the operator's page does; without Alembic, whose import takes a tenth of a start.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

_HAS_ANY = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_CURRENT = text("SELECT version_num FROM alembic_version")
_OWN = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


class SchemaIsOldError(RuntimeError):
    """The database's schema is not the one this code was written for."""


def current(connection: Connection) -> str:
    """Return the revision of a database; empty if nothing was ever migrated there."""
    if not connection.execute(_HAS_ANY).scalar_one():
        return ""
    return str(connection.execute(_CURRENT).scalar() or "")


def newest(folder: Path) -> str:
    """Return the last revision in a folder of migrations: the one that none comes after.

    Their numbers do not say it: of two that are written at the same time the higher one may be the first that is done.
    """
    texts = [path.read_text("utf-8") for path in (folder / "versions").glob("[0-9]*_*.py")]
    before = {found for text_ in texts for found in _BEFORE.findall(text_)}
    return max((found for text_ in texts for found in _OWN.findall(text_) if found not in before), default="")


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
