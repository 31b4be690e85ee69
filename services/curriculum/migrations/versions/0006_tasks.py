"""Tasks: what is done later or at length."""

from alembic import op

from servicekit.data import migrations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add their table."""
    migrations.create_task_table(op)
