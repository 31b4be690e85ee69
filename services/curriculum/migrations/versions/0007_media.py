"""Media of courses: what is in the store, and what is on its way there."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        sa.CheckConstraint("size_bytes > 0", name="size_bytes"),
        sa.PrimaryKeyConstraint("sha256", name="pk_media"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("most_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most_bytes > 0", name="most_bytes"),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND most_bytes", name="received_bytes"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    migrations.needs_audit(op, "media", "upload")
