"""Letters to some agencies only, and urgent ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add both; every letter before went to every agency, and none was urgent."""
    op.add_column("notice", sa.Column("receivers", ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("notice", sa.Column("urgent_reason", sa.String(), nullable=False, server_default=""))
