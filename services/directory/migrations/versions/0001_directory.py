"""Agencies, people, jobs, leave, roles, roster files and audiences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

from servicekit.data import migrations

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DOMAIN_TABLES = (
    "agency",
    "county",
    "county_membership",
    "work_unit",
    "job_class",
    "person",
    "job",
    "leave",
    "role_grant",
    "roster_import",
    "roster_chunk",
    "roster_error",
    "audience",
    "audience_member",
    "day_turn",
)


def upgrade() -> None:
    """Make everything."""
    migrations.create_kit_tables(op)
    # Exclusion constraints compare ids for equality: a trusted extension, which the owner of the database may add.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "agency",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("short_title", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("size_class", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
    )
    op.create_table(
        "audience",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("expression", JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audience"),
    )
    op.create_table(
        "audience_member",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("units", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("member", sa.Boolean(), nullable=False),
        sa.Column("on_leave", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "person_id", "agency_id", name="pk_audience_member"),
    )
    op.create_index("ix_audience_member_person_id", "audience_member", ["person_id"], unique=False)
    op.create_table(
        "county",
        sa.Column("fips", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fips", name="pk_county"),
    )
    op.create_table(
        "day_turn",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("one", name="ck_day_turn_one_row"),
        sa.PrimaryKeyConstraint("one", name="pk_day_turn"),
    )
    op.create_table(
        "job_class",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_class"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_number", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email_key", deferrable=True, initially="IMMEDIATE", name="uq_person_email_key"),
        sa.UniqueConstraint("staff_number", name="uq_person_staff_number"),
    )
    op.create_index("ix_person_sort_key_id", "person", ["sort_key", "id"], unique=False)
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("people_added", sa.Integer(), nullable=False),
        sa.Column("people_changed", sa.Integer(), nullable=False),
        sa.Column("jobs_added", sa.Integer(), nullable=False),
        sa.Column("jobs_changed", sa.Integer(), nullable=False),
        sa.Column("jobs_ended", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("not_in_file", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_roster_import"),
    )
    op.create_index(
        "ix_roster_import_running",
        "roster_import",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'RUNNING'"),
    )
    op.create_table(
        "work_unit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_unit"),
    )
    op.create_table(
        "county_membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fips", sa.String(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        ExcludeConstraint(
            (sa.column("fips"), "="),
            (sa.text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_county_membership_one_agency_at_a_time",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_county_membership_agency_id_agency"),
        sa.ForeignKeyConstraint(["fips"], ["county.fips"], name="fk_county_membership_fips_county"),
        sa.PrimaryKeyConstraint("id", name="pk_county_membership"),
    )
    op.create_index("ix_county_membership_agency_id", "county_membership", ["agency_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("local_title", sa.String(), nullable=False),
        sa.Column("job_class_id", sa.String(), nullable=False),
        sa.Column("units", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("hire_told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("leaving_told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.text("daterange(start_date, end_date)"), "&&"),
            deferrable=True,
            initially="IMMEDIATE",
            using="gist",
            name="ex_job_one_at_a_time",
        ),
        sa.CheckConstraint("end_date > start_date", name="ck_job_ends_after_start"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_job_agency_id_agency"),
        sa.ForeignKeyConstraint(["job_class_id"], ["job_class.id"], name="fk_job_job_class_id_job_class"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_job_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_agency_id_person_id", "job", ["agency_id", "person_id"], unique=False)
    op.create_index(
        "ix_job_hire_untold", "job", ["start_date"], unique=False, postgresql_where=sa.text("NOT hire_told")
    )
    op.create_index(
        "ix_job_leaving_untold",
        "job",
        ["end_date"],
        unique=False,
        postgresql_where=sa.text("NOT leaving_told AND end_date IS NOT NULL"),
    )
    op.create_index("ix_job_person_id", "job", ["person_id"], unique=False)
    op.create_table(
        "leave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.text("daterange(start_date, end_date, '[]')"), "&&"),
            deferrable=True,
            initially="IMMEDIATE",
            using="gist",
            name="ex_leave_one_at_a_time",
        ),
        sa.CheckConstraint("end_date >= start_date", name="ck_leave_ends_after_start"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_leave_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
    )
    op.create_index("ix_leave_end_date", "leave", ["end_date"], unique=False)
    op.create_index("ix_leave_person_id", "leave", ["person_id"], unique=False)
    op.create_index("ix_leave_start_date", "leave", ["start_date"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("from_roster", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_grant_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
    )
    op.create_index(
        "ix_role_grant_held",
        "role_grant",
        ["person_id", "role", "scope"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "ix_role_grant_scope",
        "role_grant",
        ["scope", "role"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "roster_chunk",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_chunk_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "n", name="pk_roster_chunk"),
    )
    op.create_table(
        "roster_error",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_error_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "n", name="pk_roster_error"),
    )

    migrations.needs_audit(op, *DOMAIN_TABLES)
