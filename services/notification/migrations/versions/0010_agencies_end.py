"""Agencies end."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Keep what the directory tells of it; so far it told of none."""
    op.add_column("agency", sa.Column("end_date", sa.Date(), nullable=True))
