"""Packets of letters: who asked for one, and what became of it. The file itself is in the store for large files."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from notification.base import Base, big, plain
from servicekit.data.tables import moment


class PacketRow(Base, table=True):
    """A packet of a letter for an agency ('' = for the state), as it was asked for."""

    __tablename__ = "packet"
    __table_args__ = (
        CheckConstraint("state IN ('RUNNING', 'READY', 'FAILED', 'DROPPED')", name="state"),
        CheckConstraint("(state = 'FAILED') = (cause <> '')", name="cause"),
        CheckConstraint("(state = 'READY') = (sha256 <> '')", name="sha256"),
        CheckConstraint("(state = 'RUNNING') = (completed_at IS NULL)", name="completed_at"),
        CheckConstraint("(state = 'DROPPED') = (dropped_at IS NOT NULL)", name="dropped_at"),
        Index("ix_packet_notice_id_agency_id", "notice_id", "agency_id", "asked_at", "id"),
        # Whoever asks while one is being made waits for that one.
        Index("uq_packet_running", "notice_id", "agency_id", unique=True, postgresql_where=text("state = 'RUNNING'")),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id")
    agency_id: str
    asked_by: uuid.UUID
    asked_at: datetime = moment()
    state: str
    completed_at: datetime | None = moment(optional=True)
    # Why it could not be made.
    cause: str = plain()
    # Of the file, under which the store has it; empty before, and once it was dropped.
    sha256: str = plain()
    size_bytes: int = big(0)
    dropped_at: datetime | None = moment(optional=True)


class PacketProgressRow(Base, table=True):
    """What a packet that is being made is at. It says nothing about the field: it needs no audit."""

    __tablename__ = "packet_progress"

    packet_id: uuid.UUID = Field(foreign_key="packet.id", primary_key=True)
    step: str
    done: int
    total: int
