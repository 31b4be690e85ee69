"""What the timers do, for operators to see and to steer."""

from alembic import op

from servicekit.data import migrations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the kit's table of jobs."""
    migrations.create_job_table(op)
