"""What agencies say of their checklists of letters."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "checklist_item",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False, server_default=""),
        sa.Column("state", sa.String(), nullable=False, server_default="NOT_DONE"),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('NOT_DONE', 'DONE', 'BLOCKED')", name=op.f("ck_checklist_item_state")),
        sa.CheckConstraint("state <> 'BLOCKED' OR reason <> ''", name=op.f("ck_checklist_item_blocked")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_checklist_item_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", "item", name="pk_checklist_item"),
    )
    needs_audit(op, "checklist_item")
