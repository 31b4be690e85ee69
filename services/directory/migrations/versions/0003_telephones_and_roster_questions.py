"""Telephones; what a roster file is at, and who was missing from it."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add them; files that were sent before have no progress and no question."""
    op.add_column("person", sa.Column("telephone", sa.String(), server_default="", nullable=False))
    op.create_index("ix_roster_import_agency_id", "roster_import", ["agency_id", "created_at", "id"])
    op.create_table(
        "roster_absent",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_absent_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "person_id", "agency_id", name="pk_roster_absent"),
    )
    op.create_table(
        "roster_progress",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_progress_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", name="pk_roster_progress"),
    )
    migrations.needs_audit(op, "roster_absent")
