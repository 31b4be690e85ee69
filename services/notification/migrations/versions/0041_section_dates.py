"""Parts of a letter may take effect later than the rest of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0033"


def upgrade() -> None:
    """Add their days to letters and to the register. Letters of before have none."""
    for table in ("notice", "letter_standing"):
        op.add_column(table, sa.Column("section_dates", JSONB(), server_default=sa.text("'[]'"), nullable=False))
