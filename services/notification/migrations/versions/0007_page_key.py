"""A key for page tokens."""

from alembic import op

from servicekit.data import migrations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the key that this service seals its page tokens with."""
    migrations.create_page_key(op)
