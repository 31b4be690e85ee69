"""When jobs were recorded, which says who keeps a person; which addresses were confirmed; how often names were guessed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# However it is changed, by a page or a file: the owner of the new address has not said yet that it is theirs.
_ANOTHER_ADDRESS = """
CREATE FUNCTION person_email_unconfirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.email_confirmed_at := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER person_email_unconfirmed BEFORE UPDATE ON person FOR EACH ROW
WHEN (OLD.email_key IS DISTINCT FROM NEW.email_key) EXECUTE FUNCTION person_email_unconfirmed();
"""


def upgrade() -> None:
    """Add them. Of jobs from before the day they began stands for the day they were recorded; no address counts."""
    op.add_column("person", sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "job", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()"))
    )
    # What a migration writes has no actor, and so no row in the audit trail.
    op.execute("ALTER TABLE job DISABLE TRIGGER USER")
    op.execute("UPDATE job SET recorded_at = least(start_date::timestamp AT TIME ZONE 'UTC', now())")
    op.execute("ALTER TABLE job ENABLE TRIGGER USER")
    op.execute(_ANOTHER_ADDRESS)
    op.create_table(
        "name_guess",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "day", name="pk_name_guess"),
    )
