"""Who leads a work unit of an agency, from when to when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data import migrations

revision = "0017"
down_revision = "0016"

# Who led a unit is asked years later: what was recorded ends, and is not rewritten.
_LEADS_STAY = """
CREATE FUNCTION leads_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'who led a unit stays on record: it can end' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER leads_stay BEFORE UPDATE ON unit_lead FOR EACH ROW
  WHEN ((OLD.id, OLD.agency_id, OLD.unit_id, OLD.person_id, OLD.start_date, OLD.inside, OLD.recorded_at)
    IS DISTINCT FROM (NEW.id, NEW.agency_id, NEW.unit_id, NEW.person_id, NEW.start_date, NEW.inside, NEW.recorded_at))
  EXECUTE FUNCTION leads_stay();
CREATE TRIGGER leads_are_kept BEFORE DELETE ON unit_lead FOR EACH ROW EXECUTE FUNCTION leads_stay();
"""


def upgrade() -> None:
    """Make the table. Nobody leads anything yet: agencies say who does."""
    op.create_table(
        "unit_lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_unit_lead_ends_not_before_start")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_unit_lead_agency_id_agency")),
        sa.ForeignKeyConstraint(["unit_id"], ["work_unit.id"], name=op.f("fk_unit_lead_unit_id_work_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_lead_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_lead")),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.column("unit_id"), "="),
            (sa.text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_unit_lead_one_at_a_time",
        ),
    )
    op.create_index("ix_unit_lead_person_id", "unit_lead", ["person_id"])
    op.create_index("ix_unit_lead_agency_id_unit_id", "unit_lead", ["agency_id", "unit_id"])
    op.execute(_LEADS_STAY)
    migrations.needs_audit(op, "unit_lead")
