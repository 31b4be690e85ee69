"""Tasks: what is done later or at length."""

from alembic import op

from servicekit.data import migrations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add their table."""
    migrations.create_task_table(op)
