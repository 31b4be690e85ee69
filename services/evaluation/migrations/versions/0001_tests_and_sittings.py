"""Tests, their versions that never change, and sittings that change once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0001"
down_revision = None

_IMMUTABLE = """
CREATE FUNCTION test_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version of a test never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER test_version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON test_version
  FOR EACH STATEMENT EXECUTE FUNCTION test_version_is_immutable();

CREATE FUNCTION scored_sitting_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a scored sitting never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- Its condition is looked at without a call, so that submitting an open sitting costs nothing more.
CREATE TRIGGER scored_sitting_is_immutable BEFORE UPDATE OR DELETE ON sitting
  FOR EACH ROW WHEN (OLD.state <> 'OPEN') EXECUTE FUNCTION scored_sitting_is_immutable();
"""


def upgrade() -> None:
    """Make the tables, and what guards them."""
    migrations.create_kit_tables(op)
    op.create_table(
        "test",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("latest_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint("latest_version >= 0", name="latest_version"),
        sa.CheckConstraint("jsonb_typeof(items) = 'array'", name="items_are_a_list"),
        sa.PrimaryKeyConstraint("id", name="pk_test"),
    )
    op.create_table(
        "test_version",
        sa.Column("test_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="version"),
        sa.CheckConstraint("pass_mark BETWEEN 1 AND jsonb_array_length(items)", name="pass_mark"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_test_version_test_id_test"),
        sa.PrimaryKeyConstraint("test_id", "version", name="pk_test_version"),
    )
    op.create_table(
        "sitting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("test_id", sa.String(), nullable=False),
        sa.Column("test_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("chosen", JSONB()),
        sa.Column("right_items", JSONB()),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('OPEN', 'PASSED', 'FAILED')", name="state"),
        sa.CheckConstraint(
            "CASE state WHEN 'OPEN' THEN num_nonnulls(chosen, right_items, submitted_at) = 0"
            " ELSE num_nulls(chosen, right_items, submitted_at) = 0 END",
            name="scored_when_submitted",
        ),
        sa.ForeignKeyConstraint(
            ["test_id", "test_version"],
            ["test_version.test_id", "test_version.version"],
            name="fk_sitting_test_id_test_version_test_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sitting"),
    )
    op.create_index(
        "uq_sitting_open",
        "sitting",
        ["person_id", "test_id", "test_version"],
        unique=True,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index("ix_sitting_person_id_started_at_id", "sitting", ["person_id", "started_at", "id"])
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "test", "test_version", "sitting")
