"""Hours in which an agency's people are written to, and the hour of somebody's morning mail."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mail_hours",
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("7 <= opens AND opens < closes AND closes <= 18", name=op.f("ck_mail_hours_hours")),
        sa.PrimaryKeyConstraint("agency_id", name="pk_mail_hours"),
    )
    op.create_table(
        "mail_morning",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 7 AND 12", name=op.f("ck_mail_morning_hour")),
        sa.PrimaryKeyConstraint("person_id", name="pk_mail_morning"),
    )
    needs_audit(op, "mail_hours", "mail_morning")
