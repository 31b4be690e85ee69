"""Letters have versions: an amendment is drafted as a letter is, and becomes the next version of the one that it amends."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data.migrations import needs_audit

revision = "0029"
down_revision = "0028"

_BEFORE_ISSUE = "state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED')"
_STATES = "state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'HISTORIC', 'MERGED')"
_FOUR_EYES = "state NOT IN ('SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'MERGED') OR approver_id <> ALL (writers)"
# What was issued stays as it is, but for its withdrawal, and for its next version: that stands in its table before, with
# the text by its hash, and changes neither what the letter is called nor who issued it when. What was taken up is history.
_ISSUED_STAYS = """
CREATE OR REPLACE FUNCTION issued_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said text[] := ARRAY['state', 'revision', 'withdrawn_at', 'withdrawn_by', 'withdraw_reason'];
  stays text[] := ARRAY['id', 'state', 'series', 'number', 'author_id', 'approver_id', 'writers', 'pinned', 'created_at',
    'submitted_at', 'published_at', 'staff_release_date', 'amends'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'PUBLISHED' THEN
    IF NEW.state = 'WITHDRAWN' AND to_jsonb(NEW) - said = to_jsonb(OLD) - said THEN
      RETURN NEW;
    END IF;
    IF NEW.version = OLD.version + 1
      AND (SELECT jsonb_object_agg(name, to_jsonb(NEW) -> name) FROM unnest(stays) AS name)
        = (SELECT jsonb_object_agg(name, to_jsonb(OLD) -> name) FROM unnest(stays) AS name)
      AND EXISTS (
        SELECT FROM notice_version AS v
        WHERE v.notice_id = NEW.id AND v.version = NEW.version AND v.text_sha256 = NEW.text_sha256)
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'an issued notice does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER issued_notice_stays ON notice;
CREATE TRIGGER issued_notice_stays BEFORE UPDATE OR DELETE ON notice
  FOR EACH ROW WHEN (OLD.state IN ('PUBLISHED', 'WITHDRAWN', 'MERGED')) EXECUTE FUNCTION issued_notice_stays();
"""


def upgrade() -> None:
    """Add what an amendment is, and what a version says of itself. What is out already is version 1, as it was."""
    op.add_column("notice", sa.Column("what_changed", sa.String(), server_default="", nullable=False))
    op.add_column(
        "notice", sa.Column("substantive", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("notice", sa.Column("amends", sa.Uuid(), nullable=True))
    op.add_column("notice", sa.Column("amended_number", sa.String(), server_default="", nullable=False))
    op.add_column("notice", sa.Column("amended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("files_of", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_notice_amends_notice", "notice", "notice", ["amends"], ["id"])
    op.create_foreign_key("fk_notice_files_of_notice", "notice", "notice", ["files_of"], ["id"])
    op.create_index("uq_notice_amends", "notice", ["amends"], unique=True, postgresql_where=sa.text(_BEFORE_ISSUE))
    for name, rule in (("state", _STATES), ("four_eyes", _FOUR_EYES)):
        op.drop_constraint(op.f(f"ck_notice_{name}"), "notice", type_="check")
        op.create_check_constraint(op.f(f"ck_notice_{name}"), "notice", rule)
    op.create_check_constraint(op.f("ck_notice_amends"), "notice", "(state = 'MERGED' AND amends IS NULL) IS NOT true")
    op.add_column("notice_version", sa.Column("change", sa.String(), server_default="", nullable=False))
    op.add_column("notice_version", sa.Column("what_changed", sa.String(), server_default="", nullable=False))
    op.add_column("notice_version", sa.Column("files_of", sa.Uuid(), nullable=True))
    op.add_column("notice_version", sa.Column("author_id", sa.Uuid(), nullable=True))
    op.add_column("notice_version", sa.Column("approver_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_notice_version_change"), "notice_version", "change IN ('', 'EDITORIAL', 'MOVED', 'SUBSTANTIVE')"
    )
    op.create_check_constraint(
        op.f("ck_notice_version_amended"),
        "notice_version",
        "(version = 1) = (change = '') AND (version = 1) = (files_of IS NULL)",
    )
    op.execute(_ISSUED_STAYS)
    op.create_table(
        "former_training",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "person_id", "course_id", "course_version", name="pk_former_training"),
    )
    needs_audit(op, "former_training")
