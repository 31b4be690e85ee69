"""Releases of the case system, their change items and letters, and what was decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT

from servicekit.data.migrations import needs_audit

revision = "0031"
down_revision = "0036"


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _day(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=nullable)


def upgrade() -> None:
    """Make the tables; a decision never changes."""
    op.create_table(
        "release",
        _id("id"),
        _text("state"),
        _text("kind"),
        _text("number"),
        _text("title"),
        _text("summary", default=True),
        _text("contact", default=True),
        _day("test_on"),
        _day("training_on"),
        _day("production_on", nullable=False),
        _text("production_hours", default=True),
        _day("freeze_from"),
        _day("freeze_to"),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        _text("source", default=True),
        sa.Column("writers", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("items_changed_at", nullable=True),
        _moment("announced_at", nullable=True),
        _id("announced_by", nullable=True),
        _moment("live_at", nullable=True),
        _moment("cancelled_at", nullable=True),
        _text("cancel_reason", default=True),
        sa.CheckConstraint("state IN ('PLANNED', 'GO', 'LIVE', 'CANCELLED')", name=op.f("ck_release_state")),
        sa.CheckConstraint("(state = 'LIVE') = (live_at IS NOT NULL)", name=op.f("ck_release_live")),
        sa.CheckConstraint("(state = 'CANCELLED') = (cancelled_at IS NOT NULL)", name=op.f("ck_release_cancelled")),
        sa.CheckConstraint(
            "(freeze_from IS NULL) = (freeze_to IS NULL) AND freeze_from <= freeze_to", name=op.f("ck_release_freeze")
        ),
        sa.CheckConstraint("number <> '' AND title <> ''", name=op.f("ck_release_named")),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
    )
    op.create_index("uq_release_number", "release", [sa.text("lower(number)")], unique=True)
    op.create_index("ix_release_production_on_id", "release", ["production_on", "id"])
    op.create_index("ix_release_freeze_to", "release", ["freeze_to"], postgresql_where=sa.text("freeze_to IS NOT NULL"))
    op.create_table(
        "change_item",
        _id("release_id"),
        _text("item_id"),
        _text("title"),
        _text("area"),
        _text("page", default=True),
        _text("before", default=True),
        _text("after"),
        _text("reason", default=True),
        sa.Column("roles", ARRAY(TEXT()), nullable=False, server_default=sa.text("'{}'")),
        _text("workaround", default=True),
        _day("workaround_ends"),
        _text("training"),
        _text("procedures", default=True),
        _text("known_issues", default=True),
        _text("source", default=True),
        sa.CheckConstraint("training IN ('NONE', 'READ', 'CONFIRM', 'TRAIN')", name=op.f("ck_change_item_training")),
        sa.CheckConstraint("title <> '' AND after <> ''", name=op.f("ck_change_item_said")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_change_item_release_id_release"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", "item_id", name="pk_change_item"),
    )
    op.create_table(
        "change_item_letter",
        _id("release_id"),
        _text("item_id"),
        _id("notice_id"),
        sa.ForeignKeyConstraint(
            ["release_id", "item_id"],
            ["change_item.release_id", "change_item.item_id"],
            name=op.f("fk_change_item_letter_release_id_item_id_change_item"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_change_item_letter_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", "item_id", "notice_id", name="pk_change_item_letter"),
    )
    op.create_index("ix_change_item_letter_notice_id", "change_item_letter", ["notice_id"])
    op.create_table(
        "release_decision",
        _id("id"),
        _id("release_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("go", sa.Boolean(), nullable=False),
        _text("reason"),
        _id("decided_by"),
        _moment("decided_at"),
        _text("items_sha256"),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("readiness", JSONB(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_release_decision_reason")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_decision_release_id_release")),
        sa.PrimaryKeyConstraint("id", name="pk_release_decision"),
        sa.UniqueConstraint("release_id", "number", name=op.f("uq_release_decision_release_id_number")),
    )
    needs_audit(op, "release", "change_item", "change_item_letter", "release_decision")
    op.execute(
        "CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON release_decision"
        " FOR EACH ROW EXECUTE FUNCTION is_append_only()"
    )
