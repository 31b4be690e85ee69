"""The tables of quality: which test is of which course, results of tests, and reactions without a name."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Date, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from evaluation.base import Base
from servicekit.data.tables import moment


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
