"""Meetings, their agendas, who was there, papers and minutes, and what is to be done.

Triggers of the first migration of meetings keep what is over: an edition never changes, an item and who was there not
once the notes are out, and a meeting not once its minutes are approved.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from partnership.base import Base, plain
from servicekit.data.tables import moment


class MeetingRow(Base, table=True):
    """A meeting of a body. A draft is seen by those alone who run it."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("state IN ('DRAFT', 'CALLED', 'HELD', 'NOTES_OUT', 'CLOSED', 'CANCELLED')", name="state"),
        CheckConstraint("end_at > start_at", name="ends_after_start"),
        CheckConstraint("title <> ''", name="named"),
        CheckConstraint("state IN ('DRAFT', 'CANCELLED') OR called_at IS NOT NULL", name="called"),
        CheckConstraint("(state = 'CLOSED') = (approved_edition IS NOT NULL)", name="approved"),
        Index("ix_meeting_body_id_start_at_id", "body_id", "start_at", "id"),
        Index("ix_meeting_called", "end_at", postgresql_where=text("state = 'CALLED'")),
    )

    id: uuid.UUID = Field(primary_key=True)
    body_id: str = Field(foreign_key="body.id")
    state: str
    title: str
    start_at: datetime = moment()
    end_at: datetime = moment()
    zone: str
    place: str = plain()
    link: str = plain()
    public: bool
    called_at: datetime | None = moment(optional=True)
    late_reason: str = plain()
    held_at: datetime | None = moment(optional=True)
    cancel_reason: str = plain()
    approved_edition: int | None = None
    approver: uuid.UUID | None = None
    approving_meeting_id: uuid.UUID | None = Field(default=None, foreign_key="meeting.id")
    # Counts up with each change: the etag, and by what others know which news is newer.
    revision: int = 1
    created_at: datetime = moment()


class AgendaItemRow(Base, table=True):
    """Something on an agenda, what was said of it, and what came of it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('DECISION', 'CONSENT', 'DISCUSSION', 'INFORMATION', 'PRIORITY', 'TALK', 'REPORT')",
            name="kind",
        ),
        CheckConstraint(
            "(end_at IS NULL) = (seats_present IS NULL) AND (end_at IS NULL) = (quorum IS NULL)", name="end"
        ),
        Index("ix_agenda_item_meeting_id_position", "meeting_id", "position"),
    )

    id: uuid.UUID = Field(primary_key=True)
    meeting_id: uuid.UUID = Field(foreign_key="meeting.id")
    position: int
    title: str
    kind: str
    presenter: str = plain()
    minutes: int
    decides: str = plain()
    late: bool
    notes: str = plain()
    outcome: str = plain()
    end_at: datetime | None = moment(optional=True)
    seats_present: int | None = None
    quorum: bool | None = None
    # How often it was told who was there at its end.
    told: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class PresenceRow(Base, table=True):
    """Somebody was in the room from a moment on, until they left."""

    __tablename__ = "presence"
    __table_args__ = (
        CheckConstraint("leave_at > arrive_at", name="leaves_after"),
        ExcludeConstraint(
            ("meeting_id", "="),
            ("person_id", "="),
            (text("tstzrange(arrive_at, leave_at)"), "&&"),
            using="gist",
            name="ex_presence_once_at_a_time",
        ),
    )

    meeting_id: uuid.UUID = Field(primary_key=True, foreign_key="meeting.id")
    person_id: uuid.UUID = Field(primary_key=True)
    arrive_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    leave_at: datetime | None = moment(optional=True)


class CallAnswerRow(Base, table=True):
    """What somebody said last to a call."""

    __tablename__ = "call_answer"

    meeting_id: uuid.UUID = Field(primary_key=True, foreign_key="meeting.id")
    person_id: uuid.UUID = Field(primary_key=True)
    comes: bool
    reason: str = plain()
    answered_at: datetime = moment()


class DocumentRow(Base, table=True):
    """A paper of a meeting, its minutes, or what else came of it: for ever the same address."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("kind IN ('PAPER', 'MINUTES', 'CHAT', 'RECORDING', 'TRANSCRIPT')", name="kind"),
        Index("ix_document_meeting_id", "meeting_id"),
        Index("uq_document_minutes", "meeting_id", unique=True, postgresql_where=text("kind = 'MINUTES'")),
    )

    id: uuid.UUID = Field(primary_key=True)
    meeting_id: uuid.UUID = Field(foreign_key="meeting.id")
    kind: str
    created_at: datetime = moment()


class EditionRow(Base, table=True):
    """What a document says; it never changes."""

    __tablename__ = "edition"
    __table_args__ = (CheckConstraint("title <> '' AND (text <> '' OR link <> '')", name="said"),)

    document_id: uuid.UUID = Field(primary_key=True, foreign_key="document.id")
    number: int = Field(primary_key=True)
    title: str
    text: str = plain()
    link: str = plain()
    digest: str
    public: bool
    published_at: datetime = moment()


class ActionRow(Base, table=True):
    """Something that somebody is to do."""

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint("what <> ''", name="said"),
        Index("ix_action_body_id_due_on", "body_id", "due_on"),
        Index("ix_action_owner_due_on", "owner", "due_on"),
    )

    id: uuid.UUID = Field(primary_key=True)
    body_id: str = Field(foreign_key="body.id")
    meeting_id: uuid.UUID | None = Field(default=None, foreign_key="meeting.id")
    item_id: uuid.UUID | None = None
    what: str
    owner: uuid.UUID
    due_on: date
    done_at: datetime | None = moment(optional=True)
    revision: int = 1
    created_at: datetime = moment()
