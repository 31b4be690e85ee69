"""Feeds: addresses by which programs read letters and dates for a person, and how often they did."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add their two tables."""
    op.create_table(
        "feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('DATES', 'LETTERS')", name=op.f("ck_feed_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_feed_token_sha256")),
    )
    op.create_index(op.f("ix_feed_person"), "feed", ["person"])
    op.create_table(
        "feed_use",
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lately", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_use_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_use")),
    )
    migrations.needs_audit(op, "feed")
