"""Letters are found by the words of their files; those of files that are there already come by a job."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make room for the words of each content."""
    op.create_table(
        "file_words",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name="fk_file_words_sha256_file", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256", name="pk_file_words"),
    )
    needs_audit(op, "file_words")
