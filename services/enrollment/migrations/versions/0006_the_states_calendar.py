"""A copy of the state's calendar, by which due dates are counted."""

from alembic import op

from servicekit import closed_days

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table, with the years that are known today: nothing is ever counted by weekends alone."""
    closed_days.create_table(op)
