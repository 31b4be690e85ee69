"""From when staff see what a notice asks, and which agencies released it to them sooner."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; what was asked before stays seen as it was."""
    op.add_column("requirement", sa.Column("staff_release_date", sa.Date(), nullable=True))
    op.create_index("ix_requirement_staff_release_date", "requirement", ["staff_release_date"])
    op.create_table(
        "staff_release",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", name="pk_staff_release"),
    )
    needs_audit(op, "staff_release")
