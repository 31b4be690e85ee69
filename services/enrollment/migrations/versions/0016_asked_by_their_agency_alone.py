"""Who is in an audience by their agency's word alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the mark; nobody is yet."""
    op.add_column("audience_member", sa.Column("local", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_audience_member_local", "audience_member", ["audience_id", "person_id"], postgresql_where=sa.text("local")
    )
