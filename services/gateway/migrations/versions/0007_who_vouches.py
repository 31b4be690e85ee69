"""Which agency vouches for a person by an invitation, and by the password that came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add it; invitations and passwords from before count as given by an operator, since nothing tells the agency."""
    for table in ("invitation", "credential"):
        op.add_column(table, sa.Column("vouching", sa.Text(), server_default="", nullable=False))
