"""Letters that are not out yet are found among all by an index: they are few."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_notice_before_issue",
        "notice",
        ["id"],
        postgresql_where=sa.text("state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED')"),
    )
