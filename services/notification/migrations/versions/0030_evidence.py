"""Evidence: a confirmation says where somebody worked then; packets of a letter, and how far each is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from servicekit.data.migrations import needs_audit

revision = "0030"
down_revision = "0035"

# What is there already is held to be from where people work now or, of those who left, worked last: nothing older is known.
_WHERE_THEY_WORK = """
ALTER TABLE acknowledgement DISABLE TRIGGER USER;
UPDATE acknowledgement AS a SET agencies = CASE WHEN a.agency_id <> '' THEN ARRAY[a.agency_id] ELSE ARRAY(
  SELECT m.agency_id FROM notice AS n JOIN audience_member AS m
    ON (m.audience_id, m.person_id) = (n.audience_id, a.person_id)
  WHERE n.id = a.notice_id AND (m.member OR NOT EXISTS (
    SELECT FROM audience_member AS now
    WHERE (now.audience_id, now.person_id) = (m.audience_id, m.person_id) AND now.member))
  ORDER BY m.agency_id
) END;
ALTER TABLE acknowledgement ENABLE TRIGGER USER;
"""
# It is said here, and not by each writer: whoever adds a confirmation, also the release before, cannot forget it.
_SAYS_WHERE = """
CREATE FUNCTION acknowledgement_says_where() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.agencies := CASE WHEN NEW.agency_id <> '' THEN ARRAY[NEW.agency_id] ELSE ARRAY(
    SELECT m.agency_id FROM notice AS n JOIN audience_member AS m
      ON (m.audience_id, m.person_id) = (n.audience_id, NEW.person_id) AND m.member
    WHERE n.id = NEW.notice_id ORDER BY m.agency_id
  ) END;
  RETURN NEW;
END $$;
CREATE TRIGGER acknowledgement_says_where BEFORE INSERT ON acknowledgement
  FOR EACH ROW WHEN (NEW.agencies = '{}') EXECUTE FUNCTION acknowledgement_says_where();
"""


def upgrade() -> None:
    """Add the column and what is known of it, and make the tables."""
    op.add_column("acknowledgement", sa.Column("agencies", ARRAY(TEXT), server_default=sa.text("'{}'"), nullable=False))
    op.execute(_WHERE_THEY_WORK)
    op.execute(_SAYS_WHERE)
    op.create_table(
        "packet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('RUNNING', 'READY', 'FAILED', 'DROPPED')", name=op.f("ck_packet_state")),
        sa.CheckConstraint("(state = 'FAILED') = (cause <> '')", name=op.f("ck_packet_cause")),
        sa.CheckConstraint("(state = 'READY') = (sha256 <> '')", name=op.f("ck_packet_sha256")),
        sa.CheckConstraint("(state = 'RUNNING') = (completed_at IS NULL)", name=op.f("ck_packet_completed_at")),
        sa.CheckConstraint("(state = 'DROPPED') = (dropped_at IS NOT NULL)", name=op.f("ck_packet_dropped_at")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_packet_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name="pk_packet"),
    )
    op.create_index("ix_packet_notice_id_agency_id", "packet", ["notice_id", "agency_id", "asked_at", "id"])
    op.create_index(
        "uq_packet_running",
        "packet",
        ["notice_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("state = 'RUNNING'"),
    )
    op.create_table(
        "packet_progress",
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["packet_id"], ["packet.id"], name=op.f("fk_packet_progress_packet_id_packet")),
        sa.PrimaryKeyConstraint("packet_id", name="pk_packet_progress"),
    )
    needs_audit(op, "packet")
