"""Drafts reviewed by agencies: rounds, who reads at which agency, comments and their answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data.migrations import needs_audit

revision = "0026"
down_revision = "0025"


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _of_agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["review_id", "agency_id"],
        ["review_agency.review_id", "review_agency.agency_id"],
        name=op.f(f"fk_{table}_review_id_agency_id_review_agency"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "review",
        _id("id"),
        _id("notice_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("state"),
        _text("title"),
        _text("text_sha256"),
        sa.Column("passages", JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _id("opened_by"),
        _moment("opened_at"),
        _id("closed_by", nullable=True),
        _moment("closed_at", nullable=True),
        _text("close_reason", default=True),
        sa.CheckConstraint("state IN ('OPEN', 'CLOSED')", name=op.f("ck_review_state")),
        sa.CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name=op.f("ck_review_closed")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_review_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_review_notice_id_number")),
    )
    op.create_index("uq_review_open", "review", ["notice_id"], unique=True, postgresql_where=sa.text("state = 'OPEN'"))
    op.create_table(
        "review_agency",
        _id("review_id"),
        _text("agency_id"),
        _moment("sent_at", nullable=True),
        _id("sent_by", nullable=True),
        sa.CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name=op.f("ck_review_agency_sent")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_agency_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "agency_id", name="pk_review_agency"),
    )
    op.create_index("ix_review_agency_agency_id", "review_agency", ["agency_id"])
    op.create_table(
        "review_reviewer",
        _id("review_id"),
        _text("agency_id"),
        _id("person_id"),
        _moment("named_at"),
        _of_agency("review_reviewer"),
        sa.PrimaryKeyConstraint("review_id", "agency_id", "person_id", name="pk_review_reviewer"),
    )
    op.create_index("ix_review_reviewer_person_id", "review_reviewer", ["person_id"])
    op.create_table(
        "review_comment",
        _id("id"),
        _id("review_id"),
        _text("agency_id"),
        _id("author_id"),
        _moment("created_at"),
        sa.Column("place", sa.Integer(), nullable=False),
        *(_text(name) for name in ("block", "quote", "quote_before", "quote_after")),
        *(_text(name) for name in ("head", "kind", "severity", "text", "wording", "basis")),
        _text("answer", default=True),
        _text("answer_text", default=True),
        _id("same_as", nullable=True),
        _id("answered_by", nullable=True),
        _moment("answered_at", nullable=True),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_review_comment_answered")),
        sa.CheckConstraint("(answer = 'SAME_AS') = (same_as IS NOT NULL)", name=op.f("ck_review_comment_same_as")),
        _of_agency("review_comment"),
        sa.PrimaryKeyConstraint("id", name="pk_review_comment"),
    )
    op.create_index("ix_review_comment_review_id", "review_comment", ["review_id", "place", "created_at", "id"])
    needs_audit(op, "review", "review_agency", "review_reviewer", "review_comment")
