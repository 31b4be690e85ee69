"""Messages to people: what is to be said, to whom, and the mail that carries it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.data.migrations import needs_audit

revision = "0020"
down_revision = "0019"


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _facts() -> sa.Column:
    return sa.Column("facts", JSONB(), nullable=False, server_default=sa.text("'{}'"))


def upgrade() -> None:
    """Make the tables. What was issued before is nobody's news: nothing is said of it afterwards."""
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("once"),
        _text("kind"),
        _text("producer"),
        _text("about"),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        _facts(),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        _moment("wanted_at"),
        _moment("goes_at"),
        _moment("fresh_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("uq_message_once", "message", ["once"], unique=True)
    op.create_index("ix_message_about", "message", ["about"])
    op.create_index("ix_message_kind_wanted_at", "message", ["kind", "wanted_at"])
    op.create_table(
        "message_target",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        _text("role"),
        _text("scope"),
        _facts(),
        _moment("resolved_at", nullable=True),
        sa.Column("holders", sa.Integer(), nullable=True),
        sa.CheckConstraint("(resolved_at IS NULL) = (holders IS NULL)", name=op.f("ck_message_target_resolved")),
        sa.PrimaryKeyConstraint("message_id", "role", "scope", name="pk_message_target"),
    )
    op.create_index(
        "ix_message_target_open", "message_target", ["message_id"], postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_table(
        "message_to",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("scope"),
        _facts(),
        sa.Column("due_date", sa.Date(), nullable=True),
        _moment("at"),
        _moment("goes_at"),
        _text("state"),
        _text("cause", default=True),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        _moment("changed_at"),
        _moment("opened_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('WANTED', 'MAILED', 'SENT', 'HELD_BACK', 'FAILED')", name=op.f("ck_message_to_state")
        ),
        sa.CheckConstraint("(state = 'HELD_BACK') = (cause <> '')", name=op.f("ck_message_to_cause")),
        sa.CheckConstraint("state IN ('WANTED', 'HELD_BACK') OR mail_id IS NOT NULL", name=op.f("ck_message_to_mail")),
        sa.PrimaryKeyConstraint("message_id", "person_id", "scope", name="pk_message_to"),
    )
    op.create_index("ix_message_to_person_id_at", "message_to", ["person_id", "at", "message_id"])
    op.create_index("ix_message_to_goes_at", "message_to", ["goes_at"], postgresql_where=sa.text("state = 'WANTED'"))
    op.create_index("ix_message_to_mail_id", "message_to", ["mail_id"])
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _moment("goes_at"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _text("state"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("next_try"),
        _moment("claimed_at", nullable=True),
        _moment("created_at"),
        _moment("sent_at", nullable=True),
        _text("error", default=True),
        sa.CheckConstraint("state IN ('READY', 'SENDING', 'SENT', 'FAILED', 'DROPPED')", name=op.f("ck_mail_state")),
        sa.CheckConstraint("(state = 'SENDING') = (claimed_at IS NOT NULL)", name=op.f("ck_mail_claimed")),
        sa.CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent")),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
    )
    op.create_index("uq_mail_person_id_goes_at", "mail", ["person_id", "goes_at"], unique=True)
    op.create_index("ix_mail_next_try", "mail", ["next_try"], postgresql_where=sa.text("state IN ('READY', 'SENDING')"))
    op.create_index("ix_mail_created_at_id", "mail", ["created_at", "id"])
    op.create_index("ix_mail_sent_at", "mail", ["sent_at"])
    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("kind"),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_mail_choice"),
    )
    op.create_table(
        "failing_address",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("address_sha256"),
        _text("error"),
        _moment("since"),
        sa.PrimaryKeyConstraint("person_id", "address_sha256", name="pk_failing_address"),
    )
    op.create_table(
        "caught_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("at"),
        _text("to"),
        _text("subject"),
        _text("text"),
        _text("html"),
        sa.PrimaryKeyConstraint("id", name="pk_caught_mail"),
    )
    op.create_index("ix_caught_mail_at_id", "caught_mail", ["at", "id"])
    needs_audit(op, "message", "message_target", "message_to", "mail", "mail_choice", "failing_address", "caught_mail")
