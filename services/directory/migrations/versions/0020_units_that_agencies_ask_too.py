"""Units that agencies ask beside those whom an audience is for, and who is in it by that alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data.migrations import needs_audit

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table; nobody is there by that yet."""
    op.create_table(
        "audience_addition",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("units", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "agency_id", name=op.f("pk_audience_addition")),
    )
    needs_audit(op, "audience_addition")
    op.add_column("audience_member", sa.Column("local", sa.Boolean(), nullable=False, server_default=sa.text("false")))
