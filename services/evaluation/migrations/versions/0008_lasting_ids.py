"""Questions have lasting ids: which versions were told with those of theirs.

Ids stand in the JSON of drafts and versions that are written from now on. What stands there already is left as it is:
the id of a question from before follows from its words (`tests/rules/lasting.py`), so that no version has to change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add their table; the job `tell_versions` fills it."""
    op.create_table(
        "told_version",
        sa.Column("test_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_ids", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["test_id", "version"],
            ["test_version.test_id", "test_version.version"],
            name="fk_told_version_test_id_version_test_version",
        ),
        sa.PrimaryKeyConstraint("test_id", "version", name="pk_told_version"),
    )
    migrations.needs_audit(op, "told_version")
