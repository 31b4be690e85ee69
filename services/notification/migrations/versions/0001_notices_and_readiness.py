"""Notices, what is delivered to whom, acknowledgements, readiness, and the copies of agencies and memberships."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data.migrations import create_kit_tables, needs_audit

revision = "0001"
down_revision = None


APPEND_ONLY = """
CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON notice_version
  FOR EACH ROW EXECUTE FUNCTION is_append_only();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON acknowledgement
  FOR EACH ROW EXECUTE FUNCTION is_append_only();
"""
ISSUED_STAYS = """
CREATE FUNCTION issued_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an issued notice does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER issued_notice_stays BEFORE UPDATE OR DELETE ON notice
  FOR EACH ROW WHEN (OLD.state = 'PUBLISHED') EXECUTE FUNCTION issued_notice_stays();
"""


def upgrade():
    create_kit_tables(op)
    op.create_table(
        "acknowledgement",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'AGENCY') = (agency_id <> '')", name=op.f("ck_acknowledgement_agency")),
        sa.CheckConstraint("kind IN ('READ', 'CONFIRM', 'AGENCY')", name=op.f("ck_acknowledgement_kind")),
        sa.PrimaryKeyConstraint(
            "notice_id", "person_id", "kind", "agency_id", "version", name=op.f("pk_acknowledgement")
        ),
    )
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agency")),
    )
    op.create_table(
        "audience",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("complete_revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", name=op.f("pk_audience")),
    )
    op.create_table(
        "audience_chunk",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "revision", "chunk", name=op.f("pk_audience_chunk")),
    )
    op.create_table(
        "audience_member",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("units", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=False),
        sa.Column("on_leave", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "person_id", "agency_id", name=op.f("pk_audience_member")),
    )
    op.create_index(
        "ix_audience_member_audience_id_agency_id", "audience_member", ["audience_id", "agency_id"], unique=False
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("addressees", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("references", sa.String(), nullable=False),
        sa.Column("supersedes", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("staff_action", sa.String(), nullable=False),
        sa.Column("until_then", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("audience_id", sa.Uuid(), nullable=True),
        sa.Column("asks", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("business_days_before_effective", sa.Integer(), nullable=False),
        sa.Column("business_days_after_issue", sa.Integer(), nullable=False),
        sa.Column("agency_confirms_within", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("briefing_counts", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("writers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("return_reason", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("agency_due_date", sa.Date(), nullable=True),
        sa.Column("audience_revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(state = 'PUBLISHED') = (published_at IS NOT NULL)", name=op.f("ck_notice_published_at")),
        sa.CheckConstraint("state <> 'PUBLISHED' OR approver_id <> ALL (writers)", name=op.f("ck_notice_four_eyes")),
        sa.CheckConstraint("state IN ('DRAFT', 'IN_APPROVAL', 'PUBLISHED')", name=op.f("ck_notice_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_audience_id",
        "notice",
        ["audience_id"],
        unique=False,
        postgresql_where=sa.text("state = 'PUBLISHED'"),
    )
    op.create_index("ix_notice_created_at_id", "notice", ["created_at", "id"], unique=False)
    op.create_index(
        "uq_notice_series_number",
        "notice",
        ["series", "number"],
        unique=True,
        postgresql_where=sa.text("state <> 'DRAFT' AND number <> ''"),
    )
    op.create_table(
        "readiness",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.Column("not_started", sa.Integer(), nullable=False),
        sa.Column("on_leave", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("trained", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", "due_date", "slot", name=op.f("pk_readiness")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "recipient",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_recipient")),
    )
    op.create_table(
        "delivery",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("lead", sa.Uuid(), nullable=True),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_delivery_confirmed")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "version", "agency_id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_agency_id", "delivery", ["agency_id"], unique=False)
    op.create_table(
        "notice_version",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_version_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "version", name=op.f("pk_notice_version")),
    )
    op.execute(APPEND_ONLY)
    op.execute(ISSUED_STAYS)
    needs_audit(
        op,
        "notice",
        "notice_version",
        "agency",
        "delivery",
        "recipient",
        "acknowledgement",
        "readiness",
        "audience",
        "audience_chunk",
        "audience_member",
    )
