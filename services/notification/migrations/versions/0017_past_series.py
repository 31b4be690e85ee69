"""Series of which nobody issues letters any more."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Say it of none; the reference data, brought in anew, say of which."""
    op.add_column("series", sa.Column("past", sa.Boolean(), nullable=False, server_default=sa.text("false")))
