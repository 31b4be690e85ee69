"""A decision that corrects another one says why; each is corrected once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the reason, and let one decision correct another."""
    op.add_column("decision", sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.create_check_constraint("reason", "decision", "(reason <> '') = (corrects IS NOT NULL)")
    op.drop_index("ix_decision_corrects", "decision")
    op.create_index("uq_decision_corrects", "decision", ["corrects"], unique=True)
