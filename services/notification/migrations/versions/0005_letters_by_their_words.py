"""Letters are found by words that the service cuts itself; what was kept before is cut again by a job."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Say under which cutting a letter is kept: none of ours so far."""
    op.add_column("notice_search", sa.Column("cut", sa.Integer(), server_default="0", nullable=False))
