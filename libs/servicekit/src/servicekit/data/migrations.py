"""Schema by Alembic: a folder `migrations/` in each service, run by the role `migrate`, checked by every start.

A service's `migrations/env.py` is two lines: import its metadata and call `run_env`.
"""

import secrets
from pathlib import Path

from alembic import command, context
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from servicekit.data import revisions
from servicekit.data.tables import (
    AUDIT_FUNCTIONS,
    AUDIT_TRIGGER,
    FIRST_KIT_TABLES,
    needs_audit_trigger,
    service_metadata,
)

# Another process may migrate the same database at the same time: the second waits and finds nothing to do.
_LOCK = 7_463_201
# By default every role of the server may connect to every database: here only the one that owns it.
_OWNERS_ALONE = """
DO $$ BEGIN EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$
"""


def run_env(metadata: MetaData) -> None:
    """Body of a service's `env.py`: run the migrations on the connection that was handed over."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
    with context.begin_transaction():
        # A migration that waits for a lock makes everybody behind it wait: better to fail and try again.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


def upgrade(url: str, folder: Path, to: str = "head") -> None:
    """Bring the database at *url* to the newest revision of *folder*, or to the one that is named."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        # Looked up again: a migration may have been written since this process last asked.
        if revisions.current(connection) != revisions.newest(folder):
            config = _config(folder)
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            connection.commit()
        connection.execute(text(_OWNERS_ALONE))
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()
    engine.dispose()


def make_revision(url: str, folder: Path, metadata: MetaData, message: str) -> Path:
    """Write the next migration into *folder*: the difference between *metadata* and the database at *url*.

    It is a draft to be read and cleaned: what Alembic cannot see (triggers, moved data) is for its author to add.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        before = revisions.current(connection)
        found = produce_migrations(MigrationContext.configure(connection), metadata).upgrade_ops
    engine.dispose()
    if found is None or found.is_empty():
        raise ValueError("The tables are as the migrations make them: there is nothing to write.")
    # Alembic indents every line but the first.
    body = "    " + render_python_code(found, sqlalchemy_module_prefix="sa.")
    taken = [int(path.name.partition("_")[0]) for path in (folder / "versions").glob("[0-9]*_*.py")]
    number = f"{max([int(before or 0), *taken]) + 1:04d}"
    path = folder / "versions" / f"{number}_{'_'.join(message.lower().split())}.py"
    path.write_text(
        f'"""{message.capitalize()}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "{number}"\ndown_revision = "{before}"\n\n\n'
        f'def upgrade() -> None:\n    """{message.capitalize()}."""\n{body}\n',
        encoding="utf-8",
    )
    return path


def create_kit_tables(op: Operations) -> None:
    """In the first migration of a service: the kit's tables, and the rules that guard the audit trail."""
    metadata = service_metadata()
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in FIRST_KIT_TABLES])
    op.execute(AUDIT_FUNCTIONS)
    op.execute(AUDIT_TRIGGER)
    # Compressing the events of one letter to 10,000 people took 7 ms of the tenth of a second that it takes to arrive.
    op.execute("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL")


def create_job_table(op: Operations) -> None:
    """In a later migration of a service: what its timers do, for operators to see and to steer."""
    service_metadata().tables["background_job"].create(op.get_bind())


def create_finding_table(op: Operations) -> None:
    """In a later migration of a service: what its audits found, for operators and metrics."""
    service_metadata().tables["audit_finding"].create(op.get_bind())


def create_task_table(op: Operations) -> None:
    """In a later migration of a service: what it is to do later or at length."""
    service_metadata().tables["task"].create(op.get_bind())


def create_page_key(op: Operations) -> None:
    """In a later migration of a service: a random key for its page tokens, which all its replicas share."""
    table = service_metadata().tables["page_key"]
    table.create(op.get_bind())
    op.get_bind().execute(table.insert().values(key=secrets.token_bytes(32)))


def needs_audit(op: Operations, *tables: str) -> None:
    """In the migration that makes them: changes of *tables* fail unless their transaction holds an audit row."""
    for table in tables:
        op.execute(needs_audit_trigger(table))


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config
