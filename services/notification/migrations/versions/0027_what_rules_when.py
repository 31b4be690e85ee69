"""What letters do to one another and to rules, and from when each rules.

The job that keeps letters findable fills it, as it cuts their words anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data.migrations import needs_audit

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the columns, and create the tables, empty."""
    op.add_column("letter_link", sa.Column("rescinds", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("letter_link", sa.Column("parts", sa.String(), server_default="", nullable=False))
    op.add_column("letter_link", sa.Column("known_from", sa.Date(), nullable=True))
    op.create_table(
        "letter_reference",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "series", "number", name="pk_letter_reference"),
    )
    op.create_index("ix_letter_reference_series_number", "letter_reference", ["series", "number"])
    op.create_table(
        "letter_rule",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.TEXT(collation="C"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "rule", name="pk_letter_rule"),
    )
    op.create_index("ix_letter_rule_rule_notice_id", "letter_rule", ["rule", "notice_id"])
    op.create_table(
        "letter_standing",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=True),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("exact", sa.String(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "version", name="pk_letter_standing"),
    )
    op.create_index("ix_letter_standing_effective", "letter_standing", ["effective", "series", "number"])
    op.create_index("ix_letter_standing_topics", "letter_standing", ["topics"], postgresql_using="gin")
    needs_audit(op, "letter_reference", "letter_rule", "letter_standing")
