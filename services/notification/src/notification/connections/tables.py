"""Connections, the calls that are made to them, and which agencies were ready for which letter."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class ConnectionRow(Base, table=True):
    """A program of an agency ('' = of the state) that is told what happened. Its secret follows from id and number."""

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("off IN ('', 'BY_HAND', 'GONE', 'FAILING')", name="off"),
        CheckConstraint("(off = '') = (off_at IS NULL)", name="off_at"),
        CheckConstraint("(earlier_sha256 = '') = (earlier_until IS NULL)", name="earlier"),
        Index("ix_connection_agency_id", "agency_id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    agency_id: str
    title: str
    address: str
    kinds: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))
    created_at: datetime = moment()
    created_by: uuid.UUID
    # Of the secret in use; and its digest, by which it is known that the key it follows from is still the same.
    secret_number: int
    secret_sha256: str
    earlier_sha256: str = plain()
    earlier_until: datetime | None = moment(optional=True)
    off: str = plain()
    off_at: datetime | None = moment(optional=True)
    failing_since: datetime | None = moment(optional=True)
    last_sent_at: datetime | None = moment(optional=True)


class WebhookRow(Base, table=True):
    """A call to a connection: what it tells, and what became of it. Its id is `webhook-id`, and that of the event."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("state IN ('WAITING', 'CALLING', 'SENT', 'GIVEN_UP')", name="state"),
        CheckConstraint("(state = 'CALLING') = (claimed_at IS NOT NULL)", name="claimed"),
        CheckConstraint("state <> 'GIVEN_UP' OR reason <> ''", name="reason"),
        Index(
            "uq_webhook_told",
            "connection_id",
            "kind",
            "notice_id",
            "version",
            "agency_id",
            unique=True,
            postgresql_where=text("kind <> 'ping'"),
        ),
        Index("ix_webhook_connection_id_created_at", "connection_id", "created_at", "id"),
        Index("ix_webhook_due", "connection_id", "next_try", postgresql_where=text("state IN ('WAITING', 'CALLING')")),
    )

    id: uuid.UUID = Field(primary_key=True)
    connection_id: uuid.UUID = Field(foreign_key="connection.id")
    kind: str
    notice_id: uuid.UUID | None = None
    version: int
    agency_id: str = plain()
    # When it happened.
    at: datetime = moment()
    created_at: datetime = moment()
    state: str
    tries: int
    next_try: datetime = moment()
    claimed_at: datetime | None = moment(optional=True)
    # Of the last try: when, why it failed, and what was answered.
    tried_at: datetime | None = moment(optional=True)
    reason: str = plain()
    status: int
    milliseconds: int
    answer: str = plain()


class AgencyReadyRow(Base, table=True):
    """All staff of an agency who were asked by a letter were ready: when that was first seen."""

    __tablename__ = "agency_ready"

    notice_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    at: datetime = moment()
