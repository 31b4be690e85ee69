"""Rounds of review: what a body reads, who was asked, and what was said of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data import migrations

revision = "0011"
down_revision = "0010"

_KINDS = """
kind IN ('POLICY_ERROR', 'PROCEDURE_CONFLICT', 'CLARITY', 'LOCAL_VARIATION', 'ACCESSIBILITY', 'SYSTEM_MISMATCH',
  'CREDIT', 'PRIVACY')
""".strip()
_ANSWERS = "answer IN ('', 'ACCEPTED', 'IN_PART', 'NOT_ACCEPTED', 'SAME_AS', 'ANOTHER_TIME')"


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _later(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_words("subject", "title", "digest"),
        sa.Column("passages", JSONB(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        *_words("body_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        _moment("reminded_at"),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        _moment("opened_at", nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        _moment("closed_at"),
        _moment("answered_at"),
        sa.Column("look_until", sa.Date(), nullable=True),
        _moment("rule_told_at"),
        _moment("settled_at"),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("(answered_at IS NULL) = (look_until IS NULL)", name="answered"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        sa.UniqueConstraint("subject", "body_id", "number", name="uq_round_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
    )
    op.create_index("ix_round_body_id_opened_at", "round", ["body_id", "opened_at"])
    op.create_index("ix_round_unsettled", "round", ["id"], postgresql_where=sa.text("settled_at IS NULL"))
    op.create_table(
        "round_reviewer",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *_words("seat_id"),
        sa.Column("asked", sa.Boolean(), nullable=False),
        _moment("sent_at"),
        _moment("declined_at"),
        *_words("decline_reason"),
        sa.CheckConstraint("(declined_at IS NULL) = (decline_reason = '')", name="declined"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_reviewer_round_id_round"),
        sa.PrimaryKeyConstraint("round_id", "person_id", name="pk_round_reviewer"),
    )
    op.create_index("ix_round_reviewer_person_id", "round_reviewer", ["person_id"])
    op.create_table(
        "round_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        *_words("seat_id"),
        _moment("created_at", nullable=False),
        _moment("sent_at"),
        sa.Column("place", sa.Integer(), nullable=False),
        *_words("block", "quote", "quote_before", "quote_after", "kind", "severity", "text", "wording", "basis"),
        *_words("basis_key", "resources", "performance", "policy"),
        _later("answer"),
        _later("answer_text"),
        sa.Column("same_as", sa.Uuid(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        _moment("answered_at"),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        _later("look_text"),
        _moment("looked_at"),
        sa.Column("ruled_stands", sa.Boolean(), nullable=True),
        _later("ruling"),
        sa.Column("ruled_by", sa.Uuid(), nullable=True),
        _moment("ruled_at"),
        sa.Column("taken_from", sa.Uuid(), nullable=True),
        *_words("became", "words_then"),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(_KINDS, name="kind"),
        sa.CheckConstraint("severity IN ('MUST', 'SHOULD', 'COULD', 'QUESTION')", name="severity"),
        sa.CheckConstraint("text <> ''", name="text"),
        sa.CheckConstraint("kind <> 'POLICY_ERROR' OR basis_key <> ''", name="basis"),
        sa.CheckConstraint(_ANSWERS, name="answer"),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(answer = 'SAME_AS') = (same_as IS NOT NULL)", name="same_as"),
        sa.CheckConstraint("answer = '' OR sent_at IS NOT NULL", name="sent"),
        sa.CheckConstraint("(satisfied IS NULL) = (looked_at IS NULL)", name="looked"),
        sa.CheckConstraint("satisfied IS DISTINCT FROM false OR look_text <> ''", name="look_text"),
        sa.CheckConstraint("(ruled_stands IS NULL) = (ruled_at IS NULL)", name="ruled"),
        sa.CheckConstraint("ruled_stands IS NULL OR satisfied IS NOT TRUE", name="ended_once"),
        sa.CheckConstraint("became IN ('', 'CARRIED', 'CHANGED', 'GONE')", name="became"),
        sa.CheckConstraint("(taken_from IS NULL) = (became = '')", name="taken"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_comment_round_id_round"),
        sa.ForeignKeyConstraint(["same_as"], ["round_comment.id"], name="fk_round_comment_same_as_round_comment"),
        sa.ForeignKeyConstraint(["taken_from"], ["round_comment.id"], name="fk_round_comment_taken_from_round_comment"),
        sa.PrimaryKeyConstraint("id", name="pk_round_comment"),
    )
    op.create_index("uq_round_comment_taken_from", "round_comment", ["taken_from"], unique=True)
    op.create_index("ix_round_comment_round_id", "round_comment", ["round_id", "place", "created_at", "id"])
    migrations.needs_audit(op, "round", "round_reviewer", "round_comment")
