"""Agencies end."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Let the reference data say it; until then none does."""
    op.add_column("agency", sa.Column("until", sa.Date(), nullable=True))
