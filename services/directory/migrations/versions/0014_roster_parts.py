"""Roster files are applied in parts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data import migrations

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add what is left of a file, and what was left out; a file that is being worked on is looked at again."""
    op.add_column("roster_import", sa.Column("left_out", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "roster_part",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("lines", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_part_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "n", name="pk_roster_part"),
    )
    migrations.needs_audit(op, "roster_part")
