"""Rows of roster files that an error of ours kept from being worked on."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add their number; of files from before it is not known."""
    op.add_column("roster_import", sa.Column("failed", sa.Integer(), nullable=False, server_default=sa.text("0")))
