"""Materials of courses, who may train with them, and both as versions keep them; content names their digest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0013"
down_revision = "0012"

_DIGEST = "said_sha256 ~ '^[0-9a-f]{64}$'"
_IMMUTABLE = """
CREATE FUNCTION given_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a published version is given with never changes'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER given_version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON given_version
  FOR EACH STATEMENT EXECUTE FUNCTION given_version_is_immutable();
CREATE TRIGGER material_version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON material_version
  FOR EACH STATEMENT EXECUTE FUNCTION given_version_is_immutable();
"""


def upgrade() -> None:
    """Add the digest to courses and versions, where '' is nothing, and the tables."""
    for table in ("course", "course_version"):
        op.add_column(table, sa.Column("materials_sha256", sa.String(), server_default="", nullable=False))
    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("said_sha256", sa.String(), nullable=False),
        sa.Column("lacks", JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("said->>'title' <> ''", name="title_given"),
        sa.CheckConstraint(_DIGEST, name="said_sha256"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_material_course_id_course"),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
    )
    op.create_index("ix_material_course_id", "material", ["course_id"])
    op.create_table(
        "trainer_rule",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("practice", JSONB(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_trainer_rule_course_id_course"),
        sa.PrimaryKeyConstraint("course_id", name="pk_trainer_rule"),
    )
    op.create_table(
        "given_version",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("modes", JSONB(), nullable=False),
        sa.Column("practice", JSONB(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id", "version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_given_version_course_id_course_version",
        ),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_given_version"),
    )
    op.create_table(
        "material_version",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("said_sha256", sa.String(), nullable=False),
        sa.CheckConstraint(_DIGEST, name="said_sha256"),
        sa.ForeignKeyConstraint(
            ["course_id", "version"],
            ["given_version.course_id", "given_version.version"],
            name="fk_material_version_course_id_given_version",
        ),
        sa.PrimaryKeyConstraint("course_id", "version", "material_id", name="pk_material_version"),
    )
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "material", "trainer_rule", "given_version", "material_version")
