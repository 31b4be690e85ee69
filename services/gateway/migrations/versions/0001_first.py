"""Sign-ins, and what belongs to them."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    migrations.create_kit_tables(op)
    op.create_table(
        "sign_in",
        sa.Column("cookie_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cookie_sha256", name=op.f("pk_sign_in")),
    )
    op.create_table(
        "sign_in_activity",
        sa.Column("cookie_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_path", sa.Text(), server_default="", nullable=False),
        sa.Column("kept_fields", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["cookie_sha256"],
            ["sign_in.cookie_sha256"],
            name=op.f("fk_sign_in_activity_cookie_sha256_sign_in"),
        ),
        sa.PrimaryKeyConstraint("cookie_sha256", name=op.f("pk_sign_in_activity")),
    )
    migrations.needs_audit(op, "sign_in")
