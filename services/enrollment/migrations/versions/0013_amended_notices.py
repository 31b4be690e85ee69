"""Amended notices: which version is known, and what a notice asked for before it asked for another course."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add both; all that is known so far is of first versions.

    A former requirement gives up its `notice_id`, so that the release before goes on finding one for each notice.
    """
    op.create_table(
        "notice_version",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_notice_version_version")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_version")),
    )
    op.execute("INSERT INTO notice_version (notice_id, version) SELECT notice_id, 1 FROM requirement")
    needs_audit(op, "notice_version")
    op.add_column("requirement", sa.Column("amended", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("requirement", "notice_id", nullable=True)
    op.add_column("requirement", sa.Column("former_notice_id", sa.Uuid()))
    op.add_column(
        "requirement",
        sa.Column(
            "of_notice_id",
            sa.Uuid(),
            sa.Computed("coalesce(notice_id, former_notice_id)", persisted=True),
            nullable=False,
        ),
    )
    op.create_unique_constraint(
        op.f("uq_requirement_of_notice_id_course_id_course_version"),
        "requirement",
        ["of_notice_id", "course_id", "course_version"],
    )
    op.create_check_constraint(
        op.f("ck_requirement_of_one_notice"), "requirement", "num_nonnulls(notice_id, former_notice_id) = 1"
    )
    op.create_check_constraint(
        op.f("ck_requirement_former"), "requirement", "former_notice_id IS NULL OR state = 'WITHDRAWN'"
    )
