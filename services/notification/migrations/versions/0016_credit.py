"""Letters for which a course that was taken before counts."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add how old it may be; letters before ask everybody."""
    op.add_column("notice", sa.Column("credit_months", sa.Integer(), server_default="0", nullable=False))
