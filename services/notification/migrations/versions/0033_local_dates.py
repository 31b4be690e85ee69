"""An earlier day than the state's, by which an agency wants its own people ready."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0040"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("delivery", sa.Column("local_due_date", sa.Date(), nullable=True))
    op.add_column("delivery", sa.Column("local_due_by", sa.Uuid(), nullable=True))
    op.add_column("delivery", sa.Column("local_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("local_due_number", sa.Integer(), nullable=False, server_default="0"))
