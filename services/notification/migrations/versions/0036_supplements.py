"""What agencies add to letters for their own staff."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0036"
down_revision = "0038"


def upgrade() -> None:
    """Make the table; its rows never change."""
    op.create_table(
        "supplement",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_supplement_number")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_supplement_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", "number", name="pk_supplement"),
    )
    needs_audit(op, "supplement")
    op.execute(
        "CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON supplement"
        " FOR EACH ROW EXECUTE FUNCTION is_append_only()"
    )
