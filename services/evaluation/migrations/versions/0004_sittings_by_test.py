"""Sittings by test and the time of submission, so that counting results looks at what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_sitting_test_id_test_version_submitted_at",
        "sitting",
        ["test_id", "test_version", "submitted_at"],
        postgresql_where=sa.text("state <> 'OPEN'"),
    )
