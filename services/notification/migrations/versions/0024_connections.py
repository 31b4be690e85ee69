"""Connections of agencies and of the state, and the calls that are made to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data.migrations import needs_audit

revision = "0024"
down_revision = "0023"


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Make the tables. Which agencies were ready before is noted by the first run of the job, and told to nobody."""
    op.create_table(
        "connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("agency_id"),
        _text("title"),
        _text("address"),
        sa.Column("kinds", ARRAY(sa.TEXT()), nullable=False),
        _moment("created_at"),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        _number("secret_number"),
        _text("secret_sha256"),
        _text("earlier_sha256", default=True),
        _moment("earlier_until", nullable=True),
        _text("off", default=True),
        _moment("off_at", nullable=True),
        _moment("failing_since", nullable=True),
        _moment("last_sent_at", nullable=True),
        sa.CheckConstraint("off IN ('', 'BY_HAND', 'GONE', 'FAILING')", name=op.f("ck_connection_off")),
        sa.CheckConstraint("(off = '') = (off_at IS NULL)", name=op.f("ck_connection_off_at")),
        sa.CheckConstraint("(earlier_sha256 = '') = (earlier_until IS NULL)", name=op.f("ck_connection_earlier")),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
    )
    op.create_index("ix_connection_agency_id", "connection", ["agency_id"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        _text("kind"),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        _number("version"),
        _text("agency_id", default=True),
        _moment("at"),
        _moment("created_at"),
        _text("state"),
        _number("tries"),
        _moment("next_try"),
        _moment("claimed_at", nullable=True),
        _moment("tried_at", nullable=True),
        _text("reason", default=True),
        _number("status"),
        _number("milliseconds"),
        _text("answer", default=True),
        sa.CheckConstraint("state IN ('WAITING', 'CALLING', 'SENT', 'GIVEN_UP')", name=op.f("ck_webhook_state")),
        sa.CheckConstraint("(state = 'CALLING') = (claimed_at IS NOT NULL)", name=op.f("ck_webhook_claimed")),
        sa.CheckConstraint("state <> 'GIVEN_UP' OR reason <> ''", name=op.f("ck_webhook_reason")),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_webhook_connection_id_connection"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index(
        "uq_webhook_told",
        "webhook",
        ["connection_id", "kind", "notice_id", "version", "agency_id"],
        unique=True,
        postgresql_where=sa.text("kind <> 'ping'"),
    )
    op.create_index("ix_webhook_connection_id_created_at", "webhook", ["connection_id", "created_at", "id"])
    op.create_index(
        "ix_webhook_due",
        "webhook",
        ["connection_id", "next_try"],
        postgresql_where=sa.text("state IN ('WAITING', 'CALLING')"),
    )
    op.create_table(
        "agency_ready",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        _text("agency_id"),
        _moment("at"),
        sa.PrimaryKeyConstraint("notice_id", "agency_id", name="pk_agency_ready"),
    )
    needs_audit(op, "connection", "webhook", "agency_ready")
