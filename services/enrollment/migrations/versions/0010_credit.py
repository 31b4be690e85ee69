"""Credit for a course that was taken for another letter."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add how old a course may be to count, and what was counted; letters issued before ask everybody."""
    op.add_column("requirement", sa.Column("credit_months", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_requirement_credit_months"), "requirement", "credit_months >= 0")
    op.add_column("completion", sa.Column("credited_notice_id", sa.Uuid()))
    op.add_column("completion", sa.Column("credited_on", sa.Date()))
    for name, rule in (
        ("kind", "kind IN ('COURSE', 'BRIEFING', 'OTHER_SYSTEM', 'CREDIT')"),
        ("minutes", "minutes > 0 OR kind = 'CREDIT' AND minutes = 0"),
    ):
        op.drop_constraint(op.f(f"ck_completion_{name}"), "completion")
        op.create_check_constraint(op.f(f"ck_completion_{name}"), "completion", rule)
    for name in ("credited_notice_id", "credited_on"):
        op.create_check_constraint(
            op.f(f"ck_completion_{name}"), "completion", f"(kind = 'CREDIT') = ({name} IS NOT NULL)"
        )
