"""Bodies, their constituencies and seats."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from partnership.base import Base, plain
from servicekit.data.tables import moment


class BodyRow(Base, table=True):
    """A committee, a partnership, a group: who decides or meets."""

    __tablename__ = "body"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('COMMITTEE', 'PARTNERSHIP', 'PEER_GROUP', 'WORK_GROUP', 'WORKSHOP')",
            name="kind",
        ),
        CheckConstraint("visibility IN ('EVERYONE', 'MEMBERS')", name="visibility"),
        CheckConstraint("title <> '' AND code <> ''", name="named"),
        Index("uq_body_code", "code", unique=True),
        Index("ix_body_sort_key_id", "sort_key", "id"),
    )

    id: str = Field(primary_key=True)
    title: str
    sort_key: str
    code: str
    kind: str
    visibility: str
    purpose: str = plain()
    newcomers_read_all: bool
    open_meetings: bool
    # As `rules/ruling.py` keeps them.
    rules: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    source: str = plain()
    # Counts up with each change: the etag, and the version of its rules.
    revision: int = 1
    created_at: datetime = moment()


class ConstituencyRow(Base, table=True):
    """Those whom some of a body's seats are for."""

    __tablename__ = "constituency"
    __table_args__ = (CheckConstraint("title <> ''", name="named"),)

    body_id: str = Field(primary_key=True, foreign_key="body.id")
    id: str = Field(primary_key=True)
    title: str


class SeatRow(Base, table=True):
    """A seat, until the day on which there is none any more."""

    __tablename__ = "seat"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "constituency_id"], ["constituency.body_id", "constituency.id"]),
        CheckConstraint("title <> ''", name="named"),
    )

    body_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    constituency_id: str
    title: str
    voting: bool
    wanted: str = plain()
    end_on: date | None = None
