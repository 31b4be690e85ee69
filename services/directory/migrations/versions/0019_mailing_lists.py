"""Addresses of agencies that are no person's, to which their letters are mailed."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table; nobody has a list yet."""
    op.create_table(
        "mailing_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("removed_at >= added_at", name=op.f("ck_mailing_address_days")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_mailing_address_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_address")),
    )
    op.create_index("ix_mailing_address_agency_id", "mailing_address", ["agency_id"])
    on_list = {"unique": True, "postgresql_where": sa.text("removed_at IS NULL")}
    op.create_index("uq_mailing_address_on_list", "mailing_address", ["agency_id", "key"], **on_list)
    taken_off = sa.text("removed_at IS NOT NULL")
    op.create_index("ix_mailing_address_removed_at", "mailing_address", ["removed_at"], postgresql_where=taken_off)
    needs_audit(op, "mailing_address")
