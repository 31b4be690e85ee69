"""Tasks."""

from alembic import op

from servicekit.data.migrations import create_task_table

revision = "0005"
down_revision = "0004"


def upgrade():
    create_task_table(op)
