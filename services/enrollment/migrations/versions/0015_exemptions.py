"""Units of agencies to which the training of letters does not apply."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the table, and the mark of those who are excused by it."""
    op.create_table(
        "exemption",
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exempted_by", sa.Uuid(), nullable=False),
        sa.Column("exempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_exemption_reason")),
        sa.PrimaryKeyConstraint("requirement_id", "agency_id", "unit", name="pk_exemption"),
    )
    needs_audit(op, "exemption")
    op.add_column("assignment", sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.text("false")))
