"""Ladders as people set them: of the state, of a series, of a letter. Until somebody does, they are as Cadre came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data.migrations import needs_audit

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "ladder",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("rungs", JSONB(none_as_null=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("(owner LIKE 'notices/%') = (notice_id IS NOT NULL)", name=op.f("ck_ladder_notice")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_ladder_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", name="pk_ladder"),
    )
    op.create_index("ix_ladder_notice_id", "ladder", ["notice_id"])
    needs_audit(op, "ladder")
