"""Packets of letters. Who has one follows from who has its letters: no row says so."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class LetterPacketRow(Base, table=True):
    """A packet of an agency, or of the state (''); closed, it is on nobody's list."""

    __tablename__ = "letter_packet"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("ix_letter_packet_agency_id_created_at_id", "agency_id", "created_at", "id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    agency_id: str = plain()
    title: str
    created_by: uuid.UUID
    created_at: datetime = moment()
    closed_at: datetime | None = moment(optional=True)
    closed_by: uuid.UUID | None = None


class PacketLetterRow(Base, table=True):
    """A letter of a packet, at its place. Never changes: a trigger refuses it."""

    __tablename__ = "packet_letter"
    __table_args__ = (UniqueConstraint("packet_id", "position"), Index("ix_packet_letter_notice_id", "notice_id"))

    packet_id: uuid.UUID = Field(primary_key=True, foreign_key="letter_packet.id")
    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    position: int
