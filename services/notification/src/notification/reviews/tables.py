"""Rounds of review of a letter, who reads it at which agency, and what they say."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class ReviewRow(Base, table=True):
    """A round: a draft as it said when it was sent to agencies. A draft that is deleted takes its rounds with it."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        CheckConstraint("state IN ('OPEN', 'CLOSED')", name="state"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed"),
        Index("uq_review_open", "notice_id", unique=True, postgresql_where=text("state = 'OPEN'")),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id", ondelete="CASCADE")
    number: int
    state: str
    title: str
    text_sha256: str
    # Its passages: id, section and text.
    passages: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    due_on: date
    opened_by: uuid.UUID
    opened_at: datetime = moment()
    closed_by: uuid.UUID | None = None
    closed_at: datetime | None = moment(optional=True)
    close_reason: str = plain()


class ReviewAgencyRow(Base, table=True):
    """An agency that is asked, and when it sent its comments."""

    __tablename__ = "review_agency"
    __table_args__ = (
        CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name="sent"),
        Index("ix_review_agency_agency_id", "agency_id"),
    )

    review_id: uuid.UUID = Field(primary_key=True, foreign_key="review.id", ondelete="CASCADE")
    agency_id: str = Field(primary_key=True)
    sent_at: datetime | None = moment(optional=True)
    sent_by: uuid.UUID | None = None


class ReviewReviewerRow(Base, table=True):
    """Somebody whom an agency named: they read the draft in this round, and comment for the agency."""

    __tablename__ = "review_reviewer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["review_id", "agency_id"], ["review_agency.review_id", "review_agency.agency_id"], ondelete="CASCADE"
        ),
        Index("ix_review_reviewer_person_id", "person_id"),
    )

    review_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    named_at: datetime = moment()


class ReviewCommentRow(Base, table=True):
    """What somebody says for an agency of a passage, or of the whole; and what the state answers."""

    __tablename__ = "review_comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["review_id", "agency_id"], ["review_agency.review_id", "review_agency.agency_id"], ondelete="CASCADE"
        ),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(answer = 'SAME_AS') = (same_as IS NOT NULL)", name="same_as"),
        Index("ix_review_comment_review_id", "review_id", "place", "created_at", "id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    review_id: uuid.UUID
    agency_id: str
    author_id: uuid.UUID
    created_at: datetime = moment()
    # Which passage of the round it is about, counted from 1; 0 = the whole letter.
    place: int
    block: str
    quote: str
    quote_before: str
    quote_after: str
    head: str
    kind: str
    severity: str
    text: str
    wording: str
    basis: str
    answer: str = plain()
    answer_text: str = plain()
    same_as: uuid.UUID | None = None
    answered_by: uuid.UUID | None = None
    answered_at: datetime | None = moment(optional=True)
