"""The tables of evaluation: tests with their drafts, versions that never change, sittings; reactions and results."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Date, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.drafts import DraftRow
from servicekit.data.tables import moment, service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of this service's rows: its metadata is its own."""


class TestRow(DraftRow, Base, table=True):
    """A test: the draft of its next version, with the key."""

    __tablename__ = "test"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("latest_version >= 0", name="latest_version"),
        CheckConstraint("jsonb_typeof(items) = 'array'", name="items_are_a_list"),
    )

    title: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    pass_mark: int
    changed_at: datetime = moment()


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
    published_at: datetime = moment()


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


class CourseVersionRow(Base, table=True):
    """Copy of which test belongs to a version of a course. It never changes."""

    __tablename__ = "course_version"
    __table_args__ = (CheckConstraint("(test_id = '') = (test_version = 0)", name="test"),)

    course_id: str = Field(sa_column=Column(Text, primary_key=True))
    version: int = Field(primary_key=True)
    # Empty and 0: the course has no test.
    test_id: str = Field(sa_column=Column(Text, nullable=False))
    test_version: int


class TestResultRow(Base, table=True):
    """How a version of a test was passed, counted per person; replaced in steps of five people and more."""

    __tablename__ = "test_result"
    __table_args__ = (
        CheckConstraint("taken >= 5", name="taken_by_five"),
        CheckConstraint("0 <= passed_first AND passed_first <= passed AND passed <= taken", name="parts"),
    )

    test_id: str = Field(sa_column=Column(Text, primary_key=True))
    test_version: int = Field(primary_key=True)
    taken: int
    passed: int
    passed_first: int
    # Sittings after it are not in the figures.
    counted_at: datetime = moment()


class SpentTicketRow(Base, table=True):
    """That a ticket was used. Nothing leads from it to a person, nor to an answer."""

    __tablename__ = "spent_ticket"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    day: date = Field(sa_column=Column(Date, nullable=False))


class SealedAnswerRow(Base, table=True):
    """An answer to one question, or a comment, that waits to be told. The key to read it is not in the database."""

    __tablename__ = "sealed_answer"

    id: uuid.UUID = Field(primary_key=True)
    day: date = Field(sa_column=Column(Date, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReactionBatchRow(Base, table=True):
    """At least five answers to one question, told together. Every figure is a sum of these. A trigger keeps them."""

    __tablename__ = "reaction_batch"
    __table_args__ = (
        CheckConstraint("n1 + n2 + n3 + n4 + n5 >= 5", name="at_least_five"),
        CheckConstraint("least(n1, n2, n3, n4, n5) >= 0", name="counts"),
        Index("ix_reaction_batch_course_id_agency_id", "course_id", "agency_id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    course_id: str = Field(sa_column=Column(Text, nullable=False))
    # 0 = several versions.
    course_version: int
    # Empty = several agencies.
    agency_id: str = Field(sa_column=Column(Text, nullable=False))
    question: str = Field(sa_column=Column(Text, nullable=False))
    released_on: date = Field(sa_column=Column(Date, nullable=False))
    n1: int
    n2: int
    n3: int
    n4: int
    n5: int


class CommentBatchRow(Base, table=True):
    """At least five comments on a course, told together, in no order and without an agency. A trigger keeps them."""

    __tablename__ = "comment_batch"
    __table_args__ = (
        CheckConstraint("cardinality(comments) >= 5", name="at_least_five"),
        Index("ix_comment_batch_course_id_released_on_id", "course_id", "released_on", "id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    course_id: str = Field(sa_column=Column(Text, nullable=False))
    released_on: date = Field(sa_column=Column(Date, nullable=False))
    comments: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
