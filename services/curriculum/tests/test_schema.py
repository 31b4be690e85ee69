"""The schema that migrations make is the one that the tables say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from curriculum.base import metadata
from servicekit.data.tables import KIT_TABLES


# SQLAlchemy has no name for the type of the audit's transaction number; the kit guards that table.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_the_migrations_make_the_tables_that_the_models_say(curriculum):
    with curriculum.running.runtime.database.engine.connect() as connection:
        context = MigrationContext.configure(connection)

        assert len(metadata.tables) > len(KIT_TABLES)
        assert compare_metadata(context, metadata) == []
