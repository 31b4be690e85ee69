"""Releases, their change items, the letters about these, and what was decided."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class ReleaseRow(Base, table=True):
    """A release of the case system. It is the state's alone to see until it is announced."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("state IN ('PLANNED', 'GO', 'LIVE', 'CANCELLED')", name="state"),
        CheckConstraint("(state = 'LIVE') = (live_at IS NOT NULL)", name="live"),
        CheckConstraint("(state = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(freeze_from IS NULL) = (freeze_to IS NULL) AND freeze_from <= freeze_to", name="freeze"),
        CheckConstraint("number <> '' AND title <> ''", name="named"),
        Index("uq_release_number", text("lower(number)"), unique=True),
        Index("ix_release_production_on_id", "production_on", "id"),
        Index("ix_release_freeze_to", "freeze_to", postgresql_where=text("freeze_to IS NOT NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    state: str
    kind: str
    number: str
    title: str
    summary: str = plain()
    contact: str = plain()
    test_on: date | None = None
    training_on: date | None = None
    production_on: date
    production_hours: str = plain()
    freeze_from: date | None = None
    freeze_to: date | None = None
    demonstration: bool
    source: str = plain()
    # Everybody who wrote on it, the first one first: none of them decides.
    writers: list[uuid.UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    # Counts up with each change: the etag.
    revision: int = 1
    created_at: datetime = moment()
    items_changed_at: datetime | None = moment(optional=True)
    announced_at: datetime | None = moment(optional=True)
    announced_by: uuid.UUID | None = None
    live_at: datetime | None = moment(optional=True)
    cancelled_at: datetime | None = moment(optional=True)
    cancel_reason: str = plain()


class ChangeItemRow(Base, table=True):
    """Something that is other than before."""

    __tablename__ = "change_item"
    __table_args__ = (
        CheckConstraint("training IN ('NONE', 'READ', 'CONFIRM', 'TRAIN')", name="training"),
        CheckConstraint("title <> '' AND after <> ''", name="said"),
    )

    release_id: uuid.UUID = Field(primary_key=True, foreign_key="release.id", ondelete="CASCADE")
    item_id: str = Field(primary_key=True)
    title: str
    area: str
    page: str = plain()
    before: str = plain()
    after: str
    reason: str = plain()
    roles: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False, server_default=text("'{}'")))
    workaround: str = plain()
    workaround_ends: date | None = None
    training: str
    procedures: str = plain()
    known_issues: str = plain()
    source: str = plain()


class ChangeItemLetterRow(Base, table=True):
    """A letter says what an item says. A draft that is deleted takes this with it."""

    __tablename__ = "change_item_letter"
    __table_args__ = (
        ForeignKeyConstraint(["release_id", "item_id"], ["change_item.release_id", "change_item.item_id"]),
        Index("ix_change_item_letter_notice_id", "notice_id"),
    )

    release_id: uuid.UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id", ondelete="CASCADE")


class ReleaseDecisionRow(Base, table=True):
    """Go or no-go, with what was known then. Append-only, by trigger."""

    __tablename__ = "release_decision"
    __table_args__ = (UniqueConstraint("release_id", "number"), CheckConstraint("reason <> ''", name="reason"))

    id: uuid.UUID = Field(primary_key=True)
    release_id: uuid.UUID = Field(foreign_key="release.id")
    number: int
    go: bool
    reason: str
    decided_by: uuid.UUID
    decided_at: datetime = moment()
    items_sha256: str
    item_count: int
    # Of each agency and letter how far it was.
    readiness: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
