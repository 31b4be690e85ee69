"""Questions about letters, answers, and clarifications. What was said is never changed: triggers refuse it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class QuestionRow(Base, table=True):
    """A question about a letter that is out, and when it was first answered."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        Index("ix_question_notice_id_asked_at_id", "notice_id", "asked_at", "id"),
        Index("ix_question_open", "asked_at", "id", postgresql_where=text("answered_at IS NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id")
    # The field of the letter that it is about; '' = the whole.
    section: str = plain()
    text: str
    asked_by: uuid.UUID
    # Where they worked then.
    agencies: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(optional=True)


class QuestionAnswerRow(Base, table=True):
    """What the state answered; it may say more later."""

    __tablename__ = "question_answer"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        Index("ix_question_answer_question_id", "question_id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    question_id: uuid.UUID = Field(foreign_key="question.id")
    text: str
    answered_by: uuid.UUID
    answered_at: datetime = moment()


class ClarificationRow(Base, table=True):
    """What the state says officially of a letter, to everybody who sees it. A later one takes its place."""

    __tablename__ = "clarification"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        UniqueConstraint("supersedes"),
        Index("ix_clarification_notice_id_given_at_id", "notice_id", "given_at", "id"),
        Index("ix_clarification_question_id", "question_id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id")
    section: str = plain()
    text: str
    given_by: uuid.UUID
    given_at: datetime = moment()
    # On which question it was given, if on one.
    question_id: uuid.UUID | None = Field(default=None, foreign_key="question.id")
    supersedes: uuid.UUID | None = Field(default=None, foreign_key="clarification.id")
