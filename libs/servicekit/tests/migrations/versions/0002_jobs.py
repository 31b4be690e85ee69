"""What the timers do."""

from alembic import op

from servicekit.data.migrations import create_job_table

revision = "0002"
down_revision = "0001"


def upgrade():
    create_job_table(op)
