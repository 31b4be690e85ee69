"""Packets of letters; and whether somebody else recorded that a person confirmed a letter."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0038"
down_revision = "0030"


def upgrade() -> None:
    """Make the tables; what is in a packet never changes. So far everybody confirmed for themselves."""
    op.create_table(
        "letter_packet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), server_default="", nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_letter_packet_title")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_letter_packet_closed")),
        sa.PrimaryKeyConstraint("id", name="pk_letter_packet"),
    )
    op.create_index("ix_letter_packet_agency_id_created_at_id", "letter_packet", ["agency_id", "created_at", "id"])
    op.create_table(
        "packet_letter",
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["letter_packet.id"], name=op.f("fk_packet_letter_packet_id_letter_packet")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_packet_letter_notice_id_notice")),
        sa.PrimaryKeyConstraint("packet_id", "notice_id", name="pk_packet_letter"),
        sa.UniqueConstraint("packet_id", "position", name=op.f("uq_packet_letter_packet_id_position")),
    )
    op.create_index("ix_packet_letter_notice_id", "packet_letter", ["notice_id"])
    needs_audit(op, "letter_packet", "packet_letter")
    op.execute(
        "CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON packet_letter"
        " FOR EACH ROW EXECUTE FUNCTION is_append_only()"
    )
    op.add_column(
        "recipient", sa.Column("confirmed_for", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
