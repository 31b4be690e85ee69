"""Decisions, each on one digest; no version of a course is without its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0008"
down_revision = "0007"

_IMMUTABLE = """
CREATE FUNCTION decision_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a decision never changes: another one corrects it' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decision_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
  FOR EACH STATEMENT EXECUTE FUNCTION decision_is_immutable();
"""
# What was published until now was decided on by nobody that is on record.
_BEFORE_BODIES = """
INSERT INTO decision (id, number, way, body_id, subject, digest, decision_class, motion, decider, decided_at)
SELECT gen_random_uuid(), '', 'BEFORE_BODIES', '', 'courses/' || course_id || '/versions/' || version, content_sha256,
  'MAJOR', '', '', published_at
FROM course_version
"""
_NAMED = """
UPDATE course_version SET decision_id = decision.id FROM decision
WHERE decision.subject = 'courses/' || course_id || '/versions/' || version
"""
_OF_THE_COURSE = "UPDATE decision SET subject = regexp_replace(subject, '/versions/\\d+$', '')"
# A process of the release before names no decision, and whoever publishes by it decides: its audit row says who.
_HAS_DECISION = """
CREATE FUNCTION course_version_has_its_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  publisher text;
BEGIN
  IF NEW.decision_id IS NULL THEN
    SELECT actor INTO publisher FROM audit
    WHERE id = nullif(current_setting('cadre.audit', true), '')::uuid AND xid = pg_current_xact_id();
    IF publisher IS NULL THEN
      RAISE EXCEPTION 'a version needs a decision on its digest' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.decision_id := gen_random_uuid();
    INSERT INTO decision (id, number, way, body_id, subject, digest, decision_class, motion, decider, decided_at)
    VALUES (NEW.decision_id, '', 'APPROVER', '', 'courses/' || NEW.course_id, NEW.content_sha256, 'MAJOR', '',
      publisher, NEW.published_at);
  ELSIF NOT EXISTS (
    SELECT FROM decision
    WHERE id = NEW.decision_id AND subject = 'courses/' || NEW.course_id AND digest = NEW.content_sha256
  ) THEN
    RAISE EXCEPTION 'a version needs a decision on its digest' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER course_version_has_its_decision BEFORE INSERT ON course_version
  FOR EACH ROW EXECUTE FUNCTION course_version_has_its_decision();
"""


def upgrade() -> None:
    """Add decisions; give each version that there is one that says that nobody decided."""
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("ballot_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("decision_class", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("counts", JSONB(), server_default="[]", nullable=False),
        sa.Column("dissent", JSONB(), server_default="[]", nullable=False),
        sa.Column("decider", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.CheckConstraint("way IN ('BALLOT', 'APPROVER', 'BEFORE_BODIES')", name="way"),
        sa.CheckConstraint("(way = 'BALLOT') = (number <> '')", name="number"),
        sa.CheckConstraint("(way = 'BALLOT') = (body_id <> '')", name="body"),
        sa.CheckConstraint("way <> 'APPROVER' OR decider <> ''", name="decider"),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        sa.CheckConstraint("decision_class IN ('MAJOR', 'MINOR', 'EDITORIAL')", name="decision_class"),
        sa.ForeignKeyConstraint(["corrects"], ["decision.id"], name="fk_decision_corrects_decision"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("uq_decision_number", "decision", ["number"], unique=True, postgresql_where=sa.text("number <> ''"))
    op.create_index("ix_decision_subject_digest", "decision", ["subject", "digest"])
    op.create_index("ix_decision_body_id_decided_at", "decision", ["body_id", "decided_at"])
    op.create_index("ix_decision_corrects", "decision", ["corrects"])
    op.add_column("course_version", sa.Column("decision_id", sa.Uuid(), nullable=True))
    # What a migration writes has no actor, and so no row in the audit trail.
    op.execute("ALTER TABLE course_version DISABLE TRIGGER USER")
    op.execute(_BEFORE_BODIES)
    op.execute(_NAMED)
    op.execute(_OF_THE_COURSE)
    op.execute("ALTER TABLE course_version ENABLE TRIGGER USER")
    op.alter_column("course_version", "decision_id", nullable=False)
    op.create_foreign_key(
        "fk_course_version_decision_id_decision", "course_version", "decision", ["decision_id"], ["id"]
    )
    op.create_index("ix_course_version_decision_id", "course_version", ["decision_id"])
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "decision")
    op.execute(_HAS_DECISION)
