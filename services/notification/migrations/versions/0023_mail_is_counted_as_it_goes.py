"""Messages are counted as they change; how the server takes mail, canaries, and mail that comes back."""

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0023"
down_revision = "0022"

_DAY = "(m.wanted_at AT TIME ZONE 'America/Los_Angeles')::date"
# A change of rows that stand as they stood counts nothing.
_COUNTED = f"""
CREATE FUNCTION message_to_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO message_count (kind, day, state, cause, people, last_at)
    SELECT m.kind, {_DAY}, t.state, t.cause, count(*), max(t.changed_at)
    FROM now_so AS t JOIN message AS m ON m.id = t.message_id
    GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO message_count (kind, day, state, cause, people, last_at)
    SELECT m.kind, {_DAY}, t.state, t.cause, sum(t.people), max(t.changed_at)
    FROM (
      SELECT message_id, state, cause, -1 AS people, NULL AS changed_at FROM was_so
      UNION ALL
      SELECT message_id, state, cause, 1, changed_at FROM now_so
    ) AS t JOIN message AS m ON m.id = t.message_id
    GROUP BY 1, 2, 3, 4 HAVING sum(t.people) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER came_is_counted AFTER INSERT ON message_to REFERENCING NEW TABLE AS now_so
  FOR EACH STATEMENT EXECUTE FUNCTION message_to_is_counted();
CREATE TRIGGER changed_is_counted AFTER UPDATE ON message_to REFERENCING OLD TABLE AS was_so NEW TABLE AS now_so
  FOR EACH STATEMENT EXECUTE FUNCTION message_to_is_counted();
"""  # noqa: S608 - made of constants
_SO_FAR = f"""
INSERT INTO message_count (kind, day, state, cause, people, last_at)
SELECT m.kind, {_DAY}, t.state, t.cause, count(*), max(t.changed_at)
FROM message_to AS t JOIN message AS m ON m.id = t.message_id GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - made of constants
# What was sent may come back.
_CHECKS = (
    (
        "message_to",
        "ck_message_to_state",
        "state IN ('WANTED', 'MAILED', 'SENT', 'HELD_BACK', 'FAILED', 'BOUNCED')",
    ),
    ("mail", "ck_mail_state", "state IN ('READY', 'SENDING', 'SENT', 'FAILED', 'DROPPED', 'BOUNCED')"),
    ("mail", "ck_mail_sent", "(state IN ('SENT', 'BOUNCED')) = (sent_at IS NOT NULL)"),
)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    """Make the tables, count what is there, and count what comes from then on."""
    op.create_table(
        "message_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("kind"),
        sa.Column("day", sa.Date(), nullable=False),
        _text("state"),
        _text("cause"),
        sa.Column("people", sa.BigInteger(), nullable=False),
        _moment("last_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message_count"),
    )
    op.create_index("ix_message_count_day", "message_count", ["day"])
    op.create_table(
        "mail_server",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        _text("way"),
        sa.Column("a_minute", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _text("trouble"),
        _moment("changed_at"),
        _moment("closed_until", nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_server_one")),
        sa.PrimaryKeyConstraint("id", name="pk_mail_server"),
    )
    op.create_table(
        "mail_canary",
        _text("kind"),
        _moment("due_at", nullable=True),
        _moment("sent_at", nullable=True),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name="pk_mail_canary"),
    )
    for table, name, condition in _CHECKS:
        op.drop_constraint(op.f(name), table)
        op.create_check_constraint(op.f(name), table, condition)
    # Nothing is said meanwhile: what would be, waits for the count.
    op.execute("LOCK TABLE message_to IN SHARE ROW EXCLUSIVE MODE")
    op.execute(_SO_FAR)
    op.execute(_COUNTED)
    op.create_index(
        "ix_message_target_nobody", "message_target", ["message_id"], postgresql_where=sa.text("holders = 0")
    )
    op.create_index(
        "ix_message_to_waits", "message_to", ["message_id", "goes_at"], postgresql_where=sa.text("state = 'WANTED'")
    )
    needs_audit(op, "message_count", "mail_server", "mail_canary")
