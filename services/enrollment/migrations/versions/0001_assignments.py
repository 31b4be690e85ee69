"""Requirements, assignments, completions, and the copies they need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data import migrations

revision = "0001"
down_revision = None

_APPEND_ONLY = """
CREATE FUNCTION completion_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'completions are append-only: a correction is a new row'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER completion_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON completion
  FOR EACH STATEMENT EXECUTE FUNCTION completion_is_append_only();
"""


def upgrade() -> None:
    """Make the tables, and what guards them."""
    migrations.create_kit_tables(op)
    _requirements()
    _audiences()
    _assignments()
    op.execute(_APPEND_ONLY)
    migrations.needs_audit(
        op,
        "requirement",
        "course_version",
        "audience_member",
        "audience_revision",
        "assignment",
        "completion",
        "passed_test",
    )


def _requirements() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("audience_revision", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("joiner_business_days", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('WAITING', 'OPEN')", name="state"),
        sa.CheckConstraint("joiner_business_days >= 0", name="joiner_business_days"),
        sa.PrimaryKeyConstraint("id", name="pk_requirement"),
        sa.UniqueConstraint("notice_id", name="uq_requirement_notice_id"),
    )
    op.create_index("ix_requirement_audience_id", "requirement", ["audience_id"])
    op.create_table(
        "course_version",
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("section_count", sa.SmallInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("test_id", sa.Text(), nullable=False),
        sa.Column("test_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("section_count > 0", name="section_count"),
        sa.CheckConstraint("(test_id = '') = (test_version = 0)", name="test"),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_course_version"),
    )
    op.create_index("ix_course_version_test_id_test_version", "course_version", ["test_id", "test_version"])


def _audiences() -> None:
    op.create_table(
        "audience_member",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=False),
        sa.Column("on_leave", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "person_id", "agency_id", name="pk_audience_member"),
    )
    op.create_index(
        "ix_audience_member_agency_id_audience_id_person_id",
        "audience_member",
        ["agency_id", "audience_id", "person_id"],
    )
    op.create_table(
        "audience_revision",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("chunks_seen", ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("cardinality(chunks_seen) <= chunks", name="chunks_seen"),
        sa.PrimaryKeyConstraint("audience_id", "revision", name="pk_audience_revision"),
    )


def _assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progressed_at", sa.DateTime(timezone=True)),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("sections_completed", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waiver_reason", sa.Text()),
        sa.CheckConstraint("state IN ('ASSIGNED', 'IN_PROGRESS', 'COMPLETED', 'WAIVED', 'WITHDRAWN')", name="state"),
        sa.CheckConstraint("sections_completed >= 0", name="sections_completed"),
        sa.CheckConstraint("(state = 'WAIVED') = (waiver_reason IS NOT NULL)", name="waiver_reason"),
        sa.PrimaryKeyConstraint("requirement_id", "person_id", name="pk_assignment"),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_assignment_person_id_due_date_requirement_id", "assignment", ["person_id", "due_date", "requirement_id"]
    )
    op.create_table(
        "completion",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("led_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('COURSE', 'BRIEFING', 'OTHER_SYSTEM')", name="kind"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.PrimaryKeyConstraint("id", name="pk_completion"),
        sa.UniqueConstraint("requirement_id", "person_id", name="uq_completion_requirement_id_person_id"),
    )
    op.create_index("ix_completion_person_id_completed_at_id", "completion", ["person_id", "completed_at", "id"])
    op.create_table(
        "passed_test",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("test_id", sa.Text(), nullable=False),
        sa.Column("test_version", sa.Integer(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "test_id", "test_version", name="pk_passed_test"),
    )
