"""What the audits found: a table of the kit, as every service has it."""

from alembic import op

from servicekit.data import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the kit's table of findings."""
    migrations.create_finding_table(op)
