"""The tables of evaluation: tests with their drafts, versions that never change, and sittings."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of this service's rows: its metadata is its own."""


class TestRow(Base, table=True):
    """A test: the draft of its next version, with the key."""

    __tablename__ = "test"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("latest_version >= 0", name="latest_version"),
        CheckConstraint("jsonb_typeof(items) = 'array'", name="items_are_a_list"),
    )

    id: str = Field(primary_key=True)
    title: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    pass_mark: int
    latest_version: int
    # Counts the changes; the etag.
    revision: int
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class TestVersionRow(Base, table=True):
    """What learners take, with the key. A trigger refuses every change."""

    __tablename__ = "test_version"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("pass_mark BETWEEN 1 AND jsonb_array_length(items)", name="pass_mark"),
    )

    test_id: str = Field(primary_key=True, foreign_key="test.id")
    version: int = Field(primary_key=True)
    title: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    pass_mark: int
    published_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class SittingRow(Base, table=True):
    """A person takes a version of a test. Once scored, it never changes again: a trigger refuses it."""

    __tablename__ = "sitting"
    __table_args__ = (
        ForeignKeyConstraint(["test_id", "test_version"], ["test_version.test_id", "test_version.version"]),
        CheckConstraint("state IN ('OPEN', 'PASSED', 'FAILED')", name="state"),
        CheckConstraint(
            "CASE state WHEN 'OPEN' THEN num_nonnulls(chosen, right_items, submitted_at) = 0"
            " ELSE num_nulls(chosen, right_items, submitted_at) = 0 END",
            name="scored_when_submitted",
        ),
        Index(
            "uq_sitting_open",
            "person_id",
            "test_id",
            "test_version",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index("ix_sitting_person_id_started_at_id", "person_id", "started_at", "id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID
    test_id: str
    test_version: int
    state: str
    # For each item the chosen options, from 0, and whether they were right: what item statistics are made of.
    chosen: list[list[int]] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    right_items: list[bool] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    submitted_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
