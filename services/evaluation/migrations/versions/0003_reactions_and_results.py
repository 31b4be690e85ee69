"""Reactions without a name: the box that they wait in, and what is told; results of tests; which course has which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data import migrations

revision = "0003"
down_revision = "0002"

_IMMUTABLE = """
CREATE FUNCTION told_reactions_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reactions that were told never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER told_reactions_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON reaction_batch
  FOR EACH STATEMENT EXECUTE FUNCTION told_reactions_are_immutable();
CREATE TRIGGER told_reactions_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON comment_batch
  FOR EACH STATEMENT EXECUTE FUNCTION told_reactions_are_immutable();
"""


def upgrade() -> None:
    """Make the tables. `sealed_answer` and `spent_ticket` take changes that leave no audit row: see ADR 0012."""
    op.create_table(
        "course_version",
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("test_id", sa.Text(), nullable=False),
        sa.Column("test_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(test_id = '') = (test_version = 0)", name="test"),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_course_version"),
    )
    op.create_table(
        "test_result",
        sa.Column("test_id", sa.Text(), nullable=False),
        sa.Column("test_version", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("passed_first", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("taken >= 5", name="taken_by_five"),
        sa.CheckConstraint("0 <= passed_first AND passed_first <= passed AND passed <= taken", name="parts"),
        sa.PrimaryKeyConstraint("test_id", "test_version", name="pk_test_result"),
    )
    op.create_table(
        "spent_ticket",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spent_ticket"),
    )
    op.create_table(
        "sealed_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_answer"),
    )
    op.create_table(
        "reaction_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        *(sa.Column(f"n{rating}", sa.Integer(), nullable=False) for rating in range(1, 6)),
        sa.CheckConstraint("n1 + n2 + n3 + n4 + n5 >= 5", name="at_least_five"),
        sa.CheckConstraint("least(n1, n2, n3, n4, n5) >= 0", name="counts"),
        sa.PrimaryKeyConstraint("id", name="pk_reaction_batch"),
    )
    op.create_index("ix_reaction_batch_course_id_agency_id", "reaction_batch", ["course_id", "agency_id"])
    op.create_table(
        "comment_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("comments", ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("cardinality(comments) >= 5", name="at_least_five"),
        sa.PrimaryKeyConstraint("id", name="pk_comment_batch"),
    )
    op.create_index("ix_comment_batch_course_id_released_on_id", "comment_batch", ["course_id", "released_on", "id"])
    op.execute(_IMMUTABLE)
    migrations.needs_audit(op, "course_version", "test_result", "reaction_batch", "comment_batch")
