"""Which work units are divisions of the state's agency."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Let the reference data say it, which every start takes over; until then none is."""
    op.add_column("work_unit", sa.Column("of_state", sa.Boolean(), server_default=sa.false(), nullable=False))
