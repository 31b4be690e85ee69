"""The kit's tables and one table to write to."""

from alembic import op

from servicekit.data.migrations import create_kit_tables, needs_audit

revision = "0001"
down_revision = None


def upgrade():
    create_kit_tables(op)
    op.execute("CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text NOT NULL)")
    needs_audit(op, "thing")
