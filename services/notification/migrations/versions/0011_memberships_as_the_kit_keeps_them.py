"""The copy of memberships as the kit keeps it: since when somebody is there, and a row for each revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data import migrations

revision = "0011"
down_revision = "0010"

# Of what was heard before, the day is not known, and nobody asks for it: nobody is there since such a revision.
_NOTE = """
INSERT INTO audience_revision AS known (audience_id, revision, effective_date, chunks, chunks_seen)
SELECT audience_id, revision, current_date, min(chunks), array_agg(chunk) FROM {chunks}
GROUP BY audience_id, revision
ON CONFLICT (audience_id, revision) DO UPDATE
SET chunks_seen = ARRAY(SELECT DISTINCT unnest(known.chunks_seen || excluded.chunks_seen))
"""
_INCOMPLETE = "audience_chunk JOIN audience USING (audience_id) WHERE revision > complete_revision"
# The release before runs beside this one for a while, and notes its chunks there.
_NOTED_BY_THE_RELEASE_BEFORE = f"""
CREATE FUNCTION audience_chunk_is_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_NOTE.format(chunks="heard")};
  RETURN NULL;
END $$;
CREATE TRIGGER audience_chunk_is_noted AFTER INSERT ON audience_chunk REFERENCING NEW TABLE AS heard
  FOR EACH STATEMENT EXECUTE FUNCTION audience_chunk_is_noted();
"""


def upgrade() -> None:
    """Add what is new, with the revisions of which chunks are missing."""
    op.add_column("audience_member", sa.Column("since", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "audience_revision",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("chunks_seen", ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("cardinality(chunks_seen) <= chunks", name="chunks_seen"),
        sa.PrimaryKeyConstraint("audience_id", "revision", name="pk_audience_revision"),
    )
    op.execute(_NOTE.format(chunks=_INCOMPLETE))
    op.execute(_NOTED_BY_THE_RELEASE_BEFORE)
    migrations.needs_audit(op, "audience_revision")
