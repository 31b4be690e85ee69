"""A key for page tokens."""

from alembic import op

from servicekit.data.migrations import create_page_key

revision = "0004"
down_revision = "0003"


def upgrade():
    create_page_key(op)
