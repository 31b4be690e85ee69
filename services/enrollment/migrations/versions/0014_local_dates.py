"""Earlier days that agencies gave their own people under notices."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "local_date",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", name="pk_local_date"),
    )
    needs_audit(op, "local_date")
