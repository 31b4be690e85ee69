"""The schema that migrations make is the one that the tables say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from directory.base import metadata
from servicekit.data.tables import KIT_TABLES

# What a roster file is at, and wrong guesses, are written beside the transaction that they tell of: no facts.
UNGUARDED = {"alembic_version", "name_guess", "roster_progress", *KIT_TABLES}


# SQLAlchemy has no name for the type of the audit's transaction number; the kit guards that table.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_the_migrations_make_the_tables_that_the_models_say(empty):
    with empty.running.runtime.database.engine.connect() as connection:
        context = MigrationContext.configure(connection)

        assert len(metadata.tables) > len(KIT_TABLES)
        assert compare_metadata(context, metadata) == []


def test_every_table_of_the_field_refuses_a_change_without_an_audit_row(empty):
    with empty.running.connect() as connection:
        tables = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        guarded = {
            row[0]
            for row in connection.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'needs_audit_row'"
            )
        }

    assert len(guarded) == 27
    assert tables - UNGUARDED == guarded
