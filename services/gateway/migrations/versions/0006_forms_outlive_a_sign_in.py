"""By what the forms of a sign-in are known: the next sign-in of the same person at the same browser goes on with it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add it; sign-ins without one go by their own cookie, as before."""
    op.add_column("sign_in_activity", sa.Column("form_key", sa.LargeBinary(), nullable=True))
