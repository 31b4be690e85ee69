"""What the audits found, for operators and metrics."""

from alembic import op

from servicekit.data import migrations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the kit's table of findings."""
    migrations.create_finding_table(op)
