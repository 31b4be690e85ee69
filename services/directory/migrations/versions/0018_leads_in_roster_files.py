"""Which leads of units a roster file changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add how many begin and end, and the first of them; files from before knew no leads."""
    for name in ("leads_begun", "leads_ended"):
        op.add_column("roster_import", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column(
        "roster_import",
        sa.Column("leads", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
