"""Organizations outside the program, and who speaks for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data.migrations import needs_audit

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the tables; nobody is from outside yet."""
    op.create_table(
        "organization",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("short_title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("consent_by", sa.String(), nullable=False, server_default=""),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False, server_default=""),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT listed OR kind <> 'TRIBE' OR (consent_by <> '' AND consent_on IS NOT NULL)",
            name=op.f("ck_organization_tribe_consents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index("ix_organization_sort_key_id", "organization", ["sort_key", "id"])
    needs_audit(op, "organization")
    op.create_table(
        "affiliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False, server_default=""),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_affiliation_ends_not_before_start")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_affiliation_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("organization_id"), "="),
            (sa.text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_affiliation_one_at_a_time",
        ),
    )
    op.create_index("ix_affiliation_person_id", "affiliation", ["person_id"])
    op.create_index("ix_affiliation_organization_id", "affiliation", ["organization_id"])
    needs_audit(op, "affiliation")
