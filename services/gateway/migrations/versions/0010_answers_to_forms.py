"""What forms were answered with, for who goes back to it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add a table that the release before does not know."""
    op.create_table(
        "form_answer",
        sa.Column("cookie_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["cookie_sha256"], ["sign_in.cookie_sha256"], name=op.f("fk_form_answer_cookie_sha256_sign_in")
        ),
        sa.PrimaryKeyConstraint("cookie_sha256", "id", name=op.f("pk_form_answer")),
    )
    op.create_index("ix_form_answer_at", "form_answer", ["at"])
