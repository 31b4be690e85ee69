"""Courses, and their versions that never change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0001"
down_revision = None

_IMMUTABLE = """
CREATE FUNCTION course_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version of a course never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER course_version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON course_version
  FOR EACH STATEMENT EXECUTE FUNCTION course_version_is_immutable();
"""


def upgrade() -> None:
    """Make the tables, and what guards them."""
    migrations.create_kit_tables(op)
    op.create_table(
        "course",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("delivery_mode", sa.String(), nullable=False),
        sa.Column("duration", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("year_or_date", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("sections", JSONB(), nullable=False),
        sa.Column("test_version", sa.String(), nullable=False),
        sa.Column("sort_title", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("latest_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint("latest_version >= 0", name="latest_version"),
        sa.CheckConstraint("jsonb_typeof(sections) = 'array'", name="sections_are_a_list"),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_index("ix_course_sort_title_id", "course", ["sort_title", "id"])
    op.create_table(
        "course_version",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("sections", JSONB(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("test_version", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="version"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.CheckConstraint("jsonb_array_length(sections) > 0", name="has_sections"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_course_version_course_id_course"),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_course_version"),
    )
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "course", "course_version")
