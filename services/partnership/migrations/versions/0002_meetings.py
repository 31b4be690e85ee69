"""Meetings: agendas, who was there, papers and minutes, what is to be done; what is over stays as it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from servicekit.data.migrations import needs_audit

revision = "0002"
down_revision = "0001"

# The notes are out: what they were made of stays as it is. A meeting is closed: so does the meeting.
_GUARDS = """
CREATE FUNCTION edition_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an edition never changes: a correction is a new one' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER edition_never_changes BEFORE UPDATE OR DELETE ON edition
  FOR EACH ROW EXECUTE FUNCTION edition_never_changes();
CREATE FUNCTION minutes_are_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM document AS d JOIN meeting AS m ON m.id = d.meeting_id
    WHERE d.id = NEW.document_id AND d.kind = 'MINUTES' AND m.state = 'CLOSED'
  ) THEN
    RAISE EXCEPTION 'the minutes are approved' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER minutes_are_approved BEFORE INSERT ON edition
  FOR EACH ROW EXECUTE FUNCTION minutes_are_approved();
CREATE FUNCTION notes_are_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM meeting WHERE state IN ('NOTES_OUT', 'CLOSED')
      AND id IN (CASE WHEN TG_OP = 'INSERT' THEN NEW.meeting_id ELSE OLD.meeting_id END)
  ) THEN
    RAISE EXCEPTION 'the notes are out: % of the meeting is closed', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notes_are_out BEFORE INSERT OR UPDATE OR DELETE ON agenda_item
  FOR EACH ROW EXECUTE FUNCTION notes_are_out();
CREATE TRIGGER notes_are_out BEFORE INSERT OR UPDATE OR DELETE ON presence
  FOR EACH ROW EXECUTE FUNCTION notes_are_out();
CREATE FUNCTION meeting_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('CLOSED', 'CANCELLED') THEN
    RAISE EXCEPTION 'the meeting is closed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER meeting_is_closed BEFORE UPDATE OR DELETE ON meeting
  FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
"""


def _text(name: str, *, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if default else None)


def _flag(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def upgrade() -> None:
    """Make the tables, and what guards them."""
    _meetings()
    _agenda()
    _people()
    _papers()
    _actions()
    op.execute(_GUARDS)
    needs_audit(op, "meeting", "agenda_item", "presence", "call_answer", "document", "edition", "action")


def _meetings() -> None:
    op.create_table(
        "meeting",
        _id("id"),
        _text("body_id"),
        _text("state"),
        _text("title"),
        _moment("start_at"),
        _moment("end_at"),
        _text("zone"),
        _text("place", default=True),
        _text("link", default=True),
        _flag("public"),
        _moment("called_at", nullable=True),
        _text("late_reason", default=True),
        _moment("held_at", nullable=True),
        _text("cancel_reason", default=True),
        _number("approved_edition", nullable=True),
        _id("approver", nullable=True),
        _id("approving_meeting_id", nullable=True),
        _number("revision"),
        _moment("created_at"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'CALLED', 'HELD', 'NOTES_OUT', 'CLOSED', 'CANCELLED')", name=op.f("ck_meeting_state")
        ),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_meeting_ends_after_start")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_meeting_named")),
        sa.CheckConstraint("state IN ('DRAFT', 'CANCELLED') OR called_at IS NOT NULL", name=op.f("ck_meeting_called")),
        sa.CheckConstraint("(state = 'CLOSED') = (approved_edition IS NOT NULL)", name=op.f("ck_meeting_approved")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_body_id_body")),
        sa.ForeignKeyConstraint(
            ["approving_meeting_id"], ["meeting.id"], name=op.f("fk_meeting_approving_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_body_id_start_at_id", "meeting", ["body_id", "start_at", "id"])
    op.create_index("ix_meeting_called", "meeting", ["end_at"], postgresql_where=sa.text("state = 'CALLED'"))


def _agenda() -> None:
    op.create_table(
        "agenda_item",
        _id("id"),
        _id("meeting_id"),
        _number("position"),
        _text("title"),
        _text("kind"),
        _text("presenter", default=True),
        _number("minutes"),
        _text("decides", default=True),
        _flag("late"),
        _text("notes", default=True),
        _text("outcome", default=True),
        _moment("end_at", nullable=True),
        _number("seats_present", nullable=True),
        _flag("quorum", nullable=True),
        sa.Column("told", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint(
            "kind IN ('DECISION', 'CONSENT', 'DISCUSSION', 'INFORMATION', 'PRIORITY', 'TALK', 'REPORT')",
            name=op.f("ck_agenda_item_kind"),
        ),
        sa.CheckConstraint(
            "(end_at IS NULL) = (seats_present IS NULL) AND (end_at IS NULL) = (quorum IS NULL)",
            name=op.f("ck_agenda_item_end"),
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index("ix_agenda_item_meeting_id_position", "agenda_item", ["meeting_id", "position"])


def _people() -> None:
    op.create_table(
        "presence",
        _id("meeting_id"),
        _id("person_id"),
        _moment("arrive_at"),
        _moment("leave_at", nullable=True),
        sa.CheckConstraint("leave_at > arrive_at", name=op.f("ck_presence_leaves_after")),
        ExcludeConstraint(
            (sa.column("meeting_id"), "="),
            (sa.column("person_id"), "="),
            (sa.text("tstzrange(arrive_at, leave_at)"), "&&"),
            using="gist",
            name="ex_presence_once_at_a_time",
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_presence_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", "arrive_at", name=op.f("pk_presence")),
    )
    op.create_table(
        "call_answer",
        _id("meeting_id"),
        _id("person_id"),
        _flag("comes"),
        _text("reason", default=True),
        _moment("answered_at"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_call_answer_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_call_answer")),
    )


def _papers() -> None:
    op.create_table(
        "document",
        _id("id"),
        _id("meeting_id"),
        _text("kind"),
        _moment("created_at"),
        sa.CheckConstraint(
            "kind IN ('PAPER', 'MINUTES', 'CHAT', 'RECORDING', 'TRANSCRIPT')", name=op.f("ck_document_kind")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_document_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_meeting_id", "document", ["meeting_id"])
    op.create_index(
        "uq_document_minutes", "document", ["meeting_id"], unique=True, postgresql_where=sa.text("kind = 'MINUTES'")
    )
    op.create_table(
        "edition",
        _id("document_id"),
        _number("number"),
        _text("title"),
        _text("text", default=True),
        _text("link", default=True),
        _text("digest"),
        _flag("public"),
        _moment("published_at"),
        sa.CheckConstraint("title <> '' AND (text <> '' OR link <> '')", name=op.f("ck_edition_said")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_edition_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_edition")),
    )


def _actions() -> None:
    op.create_table(
        "action",
        _id("id"),
        _text("body_id"),
        _id("meeting_id", nullable=True),
        _id("item_id", nullable=True),
        _text("what"),
        _id("owner"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _moment("done_at", nullable=True),
        _number("revision"),
        _moment("created_at"),
        sa.CheckConstraint("what <> ''", name=op.f("ck_action_said")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_action_body_id_body")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_action_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    op.create_index("ix_action_body_id_due_on", "action", ["body_id", "due_on"])
    op.create_index("ix_action_owner_due_on", "action", ["owner", "due_on"])
