"""Which letters supersede which. The job that keeps letters findable fills it, as it cuts their words anew."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "letter_link",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "series", "number", name="pk_letter_link"),
    )
    op.create_index("ix_letter_link_series_number", "letter_link", ["series", "number"])
    needs_audit(op, "letter_link")
