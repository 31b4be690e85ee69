"""Who looked at whose record, or took a list of names along: a trail of its own, apart from the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# No row changes. What is older than the shortest time for which they are kept may be deleted.
_STAYS = """
CREATE FUNCTION disclosure_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'disclosure is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER disclosure_stays BEFORE UPDATE OR DELETE ON disclosure
  FOR EACH ROW EXECUTE FUNCTION disclosure_stays();
"""


def upgrade() -> None:
    """Add a table that the release before does not know."""
    op.create_table(
        "disclosure",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("agency", sa.Text(), server_default="", nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("filters", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('VIEW', 'EXPORT', 'PRINT')", name=op.f("ck_disclosure_way")),
        sa.CheckConstraint("person <> actor", name=op.f("ck_disclosure_others")),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure"),
    )
    op.create_index("ix_disclosure_person_id", "disclosure", ["person", "id"], postgresql_where=sa.text("person <> ''"))
    op.create_index("ix_disclosure_agency_id", "disclosure", ["agency", "id"])
    op.create_index("ix_disclosure_at", "disclosure", ["at"])
    op.execute(_STAYS)
