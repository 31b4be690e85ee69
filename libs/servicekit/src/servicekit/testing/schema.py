"""Is the schema that the migrations make the one that the tables say? Alembic itself does not look at checks."""

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from servicekit.app import ServiceApp
from servicekit.data import migrations
from servicekit.embedded.postgres import PostgresServer

_DESCRIBE = """
SELECT format('%s.%s %s%s', relname, attname, format_type(atttypid, atttypmod),
  CASE WHEN attnotnull THEN ' NOT NULL' END)
FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def schema_differences(server: PostgresServer, app: ServiceApp) -> set[str]:
    """Return columns, constraints and indexes that only the migrations or only the tables of *app* have."""
    by_migrations = server.ensure_database(f"{app.name}_by_migrations")
    migrations.upgrade(by_migrations, app.migrations)
    by_tables = server.ensure_database(f"{app.name}_by_tables")
    engine = create_engine(by_tables, poolclass=NullPool)
    app.metadata.create_all(engine)
    return _described(by_migrations) ^ _described(by_tables)


def _described(url: str) -> set[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = {str(row[0]) for row in connection.execute(_DESCRIBE)}
    return {row for row in rows if "alembic_version" not in row}
