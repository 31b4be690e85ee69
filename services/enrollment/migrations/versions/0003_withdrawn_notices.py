"""Withdrawn notices, and whether a local briefing counts."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what is known of notices; for those issued before, every briefing counted."""
    op.add_column("requirement", sa.Column("briefing_counts", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.drop_constraint(op.f("ck_requirement_state"), "requirement")
    op.create_check_constraint(op.f("ck_requirement_state"), "requirement", "state IN ('WAITING', 'OPEN', 'WITHDRAWN')")
    op.create_table(
        "withdrawn_notice",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_withdrawn_notice"),
    )
    needs_audit(op, "withdrawn_notice")
