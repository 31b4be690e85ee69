"""Traces link to questions by lasting ids: which version of a test has which.

Links by number in traces of drafts become lasting ones as soon as their version of the test is told (`works/items.py`);
the number alone does not say which question it was.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the copy of what tests ask."""
    op.create_table(
        "test_version",
        sa.Column("test_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_ids", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("test_id", "version", name="pk_test_version"),
    )
    migrations.needs_audit(op, "test_version")
