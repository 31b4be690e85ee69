"""The copy of memberships as the kit keeps it: work units, and up to which revision an audience is complete."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from servicekit.data import migrations

revision = "0008"
down_revision = "0007"

# Up to the last revision before a gap.
_COMPLETE = """
INSERT INTO audience (audience_id, complete_revision)
SELECT audience_id, coalesce(max(revision) FILTER (WHERE revision = expected), 0)
FROM (
  SELECT audience_id, revision, row_number() OVER (PARTITION BY audience_id ORDER BY revision) AS expected
  FROM audience_revision WHERE cardinality(chunks_seen) = chunks
) AS arrived
GROUP BY audience_id
"""


def upgrade() -> None:
    """Add what is new. Units are here from the next change of a member on, or once all audiences are told anew."""
    op.add_column("audience_member", sa.Column("units", ARRAY(TEXT), server_default="{}", nullable=False))
    op.alter_column("audience_member", "since", server_default="0")
    op.create_table(
        "audience",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("complete_revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", name="pk_audience"),
    )
    op.execute(_COMPLETE)
    migrations.needs_audit(op, "audience")
