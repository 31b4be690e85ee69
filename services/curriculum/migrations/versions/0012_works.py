"""Works with their gates, and the traces of courses; a chair may decide at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0012"
down_revision = "0011"

_PHASES = "'DIAGNOSE', 'DESIGN', 'DEVELOP', 'DELIVER', 'DETERMINE'"
_CLASSES = "'MAJOR', 'MINOR', 'EDITORIAL'"
_IMMUTABLE = """
CREATE FUNCTION trace_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the trace of a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER trace_version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON trace_version
  FOR EACH STATEMENT EXECUTE FUNCTION trace_version_is_immutable();
"""


def upgrade() -> None:
    """Add their tables, and the chair to the ways in which something is decided."""
    for name in ("way", "body", "decider"):
        op.drop_constraint(op.f(f"ck_decision_{name}"), "decision", type_="check")
    op.create_check_constraint("way", "decision", "way IN ('BALLOT', 'APPROVER', 'CHAIR', 'BEFORE_BODIES')")
    op.create_check_constraint("body", "decision", "(way IN ('BALLOT', 'CHAIR')) = (body_id <> '')")
    op.create_check_constraint("decider", "decision", "way NOT IN ('APPROVER', 'CHAIR') OR decider <> ''")
    op.create_table(
        "work",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("computed_class", sa.String(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("raised_class", sa.String(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("at_once_id", sa.Uuid(), nullable=True),
        sa.Column("ratify_by", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("chosen_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=False),
        sa.Column("written", JSONB(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("id ~ '^[0-9]{2}-[0-9]{2,}$'", name="number"),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint(f"phase IN ({_PHASES}, 'CLOSED')", name="phase"),
        sa.CheckConstraint("status IN ('IN_PROGRESS', 'ON_HOLD', 'RETURNED', 'DECLINED', 'RETIRED')", name="status"),
        sa.CheckConstraint(f"computed_class IN ({_CLASSES})", name="computed_class"),
        sa.CheckConstraint(f"raised_class IN ({_CLASSES}, '')", name="raised_class"),
        sa.CheckConstraint("hold_until IS NULL OR status = 'ON_HOLD'", name="hold_until"),
        sa.CheckConstraint("(at_once_id IS NULL) = (ratify_by IS NULL)", name="ratify_by"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_work_course_id_course"),
        sa.ForeignKeyConstraint(["at_once_id"], ["decision.id"], name="fk_work_at_once_id_decision"),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
    )
    op.create_index("ix_work_target_date_id", "work", ["target_date", "id"])
    op.create_index("ix_work_course_id", "work", ["course_id"])
    op.create_table(
        "work_gate",
        sa.Column("work_id", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("passer_id", sa.Uuid(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.CheckConstraint(f"phase IN ({_PHASES})", name="phase"),
        sa.CheckConstraint("digest = '' OR digest ~ '^[0-9a-f]{64}$'", name="digest"),
        sa.CheckConstraint("(decision_id IS NULL) = (digest = '')", name="decision"),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name="fk_work_gate_work_id_work"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_work_gate_decision_id_decision"),
        sa.PrimaryKeyConstraint("work_id", "phase", name="pk_work_gate"),
    )
    op.create_table(
        "work_confirmation",
        sa.Column("work_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('REVIEWER', 'APPROVER', 'SECOND_PERSON')", name="role"),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name="fk_work_confirmation_work_id_work"),
        sa.PrimaryKeyConstraint("work_id", "digest", "person_id", name="pk_work_confirmation"),
    )
    op.create_table(
        "work_step",
        sa.Column("work_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name="fk_work_step_work_id_work"),
        sa.PrimaryKeyConstraint("work_id", "number", name="pk_work_step"),
    )
    op.create_table(
        "trace",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("objectives", JSONB(), nullable=False),
        sa.Column("tasks", JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_trace_course_id_course"),
        sa.PrimaryKeyConstraint("course_id", name="pk_trace"),
    )
    op.create_table(
        "trace_version",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("objectives", JSONB(), nullable=False),
        sa.Column("tasks", JSONB(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id", "version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_trace_version_course_id_course_version",
        ),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_trace_version"),
    )
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "work", "work_gate", "work_confirmation", "work_step", "trace", "trace_version")
