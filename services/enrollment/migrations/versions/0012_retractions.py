"""Training that was recorded by mistake is taken back, and may be completed again."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add what is taken back; of one requirement a person may have several completions from now on, of which one stands."""
    op.create_table(
        "retraction",
        sa.Column("completion_id", sa.Uuid(), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_by", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_retraction_reason")),
        sa.PrimaryKeyConstraint("completion_id", name=op.f("pk_retraction")),
    )
    needs_audit(op, "retraction")
    op.execute(
        "CREATE TRIGGER completion_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON retraction"
        " FOR EACH STATEMENT EXECUTE FUNCTION completion_is_append_only()"
    )
    # Another one takes its place before it goes.
    op.create_index("ix_completion_requirement_id_person_id", "completion", ["requirement_id", "person_id"])
    op.drop_constraint("uq_completion_requirement_id_person_id", "completion", type_="unique")
