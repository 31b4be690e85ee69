"""Since when a canary that went was due: how long it took."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0041"


def upgrade() -> None:
    """Add the moment; of those that went before it is not known."""
    op.add_column("mail_canary", sa.Column("was_due_at", sa.DateTime(timezone=True), nullable=True))
