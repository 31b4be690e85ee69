"""Training that was recorded by mistake is taken back; from when on a day can be counted again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Note when; nothing was taken back before."""
    op.add_column("recipient", sa.Column("training_retracted_at", sa.DateTime(timezone=True), nullable=True))
