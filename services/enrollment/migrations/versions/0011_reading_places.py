"""Where people stopped reading."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "reading_place",
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.SmallInteger(), nullable=False),
        sa.Column("block", sa.SmallInteger(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("section > 0 AND block >= 0", name="place"),
        sa.PrimaryKeyConstraint("requirement_id", "person_id", name="pk_reading_place"),
    )
    migrations.needs_audit(op, "reading_place")
