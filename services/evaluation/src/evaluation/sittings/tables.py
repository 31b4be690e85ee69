"""The table of sittings."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from evaluation.base import Base
from servicekit.data.tables import moment


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
        # What was taken since results were counted.
        Index(
            "ix_sitting_test_id_test_version_submitted_at",
            "test_id",
            "test_version",
            "submitted_at",
            postgresql_where=text("state <> 'OPEN'"),
        ),
    )

    id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID
    test_id: str
    test_version: int
    state: str
    # For each item the chosen options, from 0, and whether they were right: what item statistics are made of.
    chosen: list[list[int]] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    right_items: list[bool] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    started_at: datetime = moment()
    submitted_at: datetime | None = moment(optional=True)
