"""What the audits found."""

from alembic import op

from servicekit.data.migrations import create_finding_table

revision = "0003"
down_revision = "0002"


def upgrade():
    create_finding_table(op)
