"""A job that was recorded by mistake ends on the day it would have begun."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let it."""
    op.drop_constraint("ck_job_ends_after_start", "job", type_="check")
    op.create_check_constraint("ck_job_ends_not_before_start", "job", "end_date >= start_date")
