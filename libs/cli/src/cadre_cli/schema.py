"""Which revision a service's database has, and which its migrations lead to."""

import importlib.util
from pathlib import Path

import psycopg

from servicekit.data import revisions


def migrations(service: str) -> Path | None:
    """Find the service's folder of migrations: in its package, or beside its ``src`` in the source tree."""
    package = importlib.util.find_spec(service)
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent
    places = (folder / "migrations", folder.parent.parent / "migrations")
    return next((place for place in places if (place / "env.py").exists()), None)


def head(service: str) -> str | None:
    """Give the newest revision that the service's migrations know; none if it has none."""
    folder = migrations(service)
    return revisions.newest(folder) if folder else None


def current(database_url: str) -> str | None:
    """Give the revision that a database has; none if nothing was ever migrated there."""
    url = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, connect_timeout=5) as connection:
        table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if table is None or table[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def is_current(service: str, database_url: str) -> bool:
    """Say whether the database has the newest revision, so that a start need not wait for migrations."""
    newest = head(service)
    return newest is not None and current(database_url) == newest
