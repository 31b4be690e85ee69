"""Questions about letters, answers to them, and clarifications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from servicekit.data.migrations import needs_audit

revision = "0028"
down_revision = "0027"


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Make the tables; answers and clarifications never change."""
    op.create_table(
        "question",
        _id("id"),
        _id("notice_id"),
        _text("section", default=True),
        _text("text"),
        _id("asked_by"),
        sa.Column("agencies", ARRAY(TEXT()), nullable=False),
        _moment("asked_at"),
        _moment("answered_at", nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_question_text")),
        _of("question", "notice_id", "notice"),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
    )
    op.create_index("ix_question_notice_id_asked_at_id", "question", ["notice_id", "asked_at", "id"])
    op.create_index("ix_question_open", "question", ["asked_at", "id"], postgresql_where=sa.text("answered_at IS NULL"))
    op.create_table(
        "question_answer",
        _id("id"),
        _id("question_id"),
        _text("text"),
        _id("answered_by"),
        _moment("answered_at"),
        sa.CheckConstraint("text <> ''", name=op.f("ck_question_answer_text")),
        _of("question_answer", "question_id", "question"),
        sa.PrimaryKeyConstraint("id", name="pk_question_answer"),
    )
    op.create_index("ix_question_answer_question_id", "question_answer", ["question_id"])
    op.create_table(
        "clarification",
        _id("id"),
        _id("notice_id"),
        _text("section", default=True),
        _text("text"),
        _id("given_by"),
        _moment("given_at"),
        _id("question_id", nullable=True),
        _id("supersedes", nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_clarification_text")),
        _of("clarification", "notice_id", "notice"),
        _of("clarification", "question_id", "question"),
        _of("clarification", "supersedes", "clarification"),
        sa.PrimaryKeyConstraint("id", name="pk_clarification"),
        sa.UniqueConstraint("supersedes", name=op.f("uq_clarification_supersedes")),
    )
    op.create_index("ix_clarification_notice_id_given_at_id", "clarification", ["notice_id", "given_at", "id"])
    op.create_index("ix_clarification_question_id", "clarification", ["question_id"])
    needs_audit(op, "question", "question_answer", "clarification")
    for table in ("question_answer", "clarification"):
        op.execute(
            f"CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION is_append_only()"
        )
