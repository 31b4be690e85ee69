"""Where a sign-in is from; attempts at providers, invitations, passwords with codes, failed tries."""

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0003"
down_revision = "0002"


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Add columns with defaults, and tables that nobody reads yet: the release before runs on it."""
    for name in ("way", "address", "browser"):
        op.add_column("sign_in", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_index("ix_sign_in_person_created_at", "sign_in", ["person", "created_at"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("state_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("browser_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("return_path", sa.Text(), nullable=False),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_sign_in_attempt")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        _time("since"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_sign_in_tries")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("staff_number", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        _time("issued_at"),
        _time("expires_at"),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        _time("ended_at", nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitation_token_sha256")),
    )
    op.create_index("ix_invitation_person_issued_at", "invitation", ["person", "issued_at"])
    op.create_table(
        "credential",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("staff_number", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_credential")),
        sa.UniqueConstraint("staff_number", name=op.f("uq_credential_staff_number")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        _time("used_at", nullable=True),
        sa.ForeignKeyConstraint(["person"], ["credential.person"], name=op.f("fk_recovery_code_person_credential")),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person"), "recovery_code", ["person"])
    migrations.needs_audit(op, "invitation", "credential", "recovery_code")
