"""Routes of approval, and the stages of letters that are sent for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data.migrations import needs_audit

revision = "0040"
down_revision = "0031"


def upgrade() -> None:
    """Make the tables. What waits for approval goes on as it was sent: in one step."""
    op.create_table(
        "approval_route",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("approvers", ARRAY(sa.UUID()), nullable=False),
        sa.Column("deputies", ARRAY(sa.UUID()), nullable=False),
        sa.Column("business_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("cardinality(approvers) > 0", name=op.f("ck_approval_route_approvers")),
        sa.CheckConstraint("business_days > 0", name=op.f("ck_approval_route_business_days")),
        sa.PrimaryKeyConstraint("series", "kind", "place", name="pk_approval_route"),
    )
    op.create_table(
        "approval_stage",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False, server_default=""),
        sa.Column("approvers", ARRAY(sa.UUID()), nullable=False),
        sa.Column("deputies", ARRAY(sa.UUID()), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("approved_by", sa.Uuid()),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_approval_stage_approved")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_approval_stage_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "submitted_at", "place", name="pk_approval_stage"),
    )
    needs_audit(op, "approval_route")
    needs_audit(op, "approval_stage")
