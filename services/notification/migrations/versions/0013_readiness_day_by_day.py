"""How ready people were is kept day by day; of days before it, a job counts again what is known."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make room for the days, and note from now on when somebody is excused."""
    op.add_column("recipient", sa.Column("excuse_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "readiness_day",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("listed", "at_work", "ready", "not_started", "overdue")
        ),
        sa.CheckConstraint(
            "num_nulls(listed, at_work, ready, not_started, overdue) IN (0, 5)",
            name=op.f("ck_readiness_day_all_or_none"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", "day", name="pk_readiness_day"),
    )
    op.create_table(
        "readiness_kept",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audience_revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_readiness_kept"),
    )
    needs_audit(op, "readiness_day", "readiness_kept")
