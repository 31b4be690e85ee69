"""Units that agencies ask under letters beside those whom the state asks, and who has a letter by that alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from servicekit.data.migrations import needs_audit

# Beside where somebody worked as they did it: at which of these places their agency alone asked them.
_SAYS_WHERE = """
CREATE OR REPLACE FUNCTION acknowledgement_says_where() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.agency_id <> '' THEN
    NEW.agencies := ARRAY[NEW.agency_id];
  ELSE
    SELECT coalesce(array_agg(m.agency_id ORDER BY m.agency_id), '{}'),
      coalesce(array_agg(m.agency_id ORDER BY m.agency_id) FILTER (WHERE m.local), '{}')
    INTO NEW.agencies, NEW.local_agencies
    FROM notice AS n JOIN audience_member AS m
      ON (m.audience_id, m.person_id) = (n.audience_id, NEW.person_id) AND m.member
    WHERE n.id = NEW.notice_id;
  END IF;
  RETURN NEW;
END $$;
"""
revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Make the tables, and the mark; nobody is asked so yet."""
    op.create_table(
        "local_audience",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_local_audience_reason")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_local_audience_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", "unit", name=op.f("pk_local_audience")),
    )
    op.create_table(
        "local_audience_told",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "agency_id", name=op.f("pk_local_audience_told")),
    )
    needs_audit(op, "local_audience", "local_audience_told")
    op.add_column("audience_member", sa.Column("local", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_audience_member_local", "audience_member", ["audience_id", "agency_id"], postgresql_where=sa.text("local")
    )
    nowhere = sa.text("'{}'")
    op.add_column("acknowledgement", sa.Column("local_agencies", ARRAY(TEXT), server_default=nowhere, nullable=False))
    op.execute(_SAYS_WHERE)
