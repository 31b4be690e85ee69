"""The tables of rounds: what is read, who was asked, and what was said of it."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.data.tables import moment

_KINDS = """
kind IN ('POLICY_ERROR', 'PROCEDURE_CONFLICT', 'CLARITY', 'LOCAL_VARIATION', 'ACCESSIBILITY', 'SYSTEM_MISMATCH',
  'CREDIT', 'PRIVACY')
""".strip()
_ANSWERS = "answer IN ('', 'ACCEPTED', 'IN_PART', 'NOT_ACCEPTED', 'SAME_AS', 'ANOTHER_TIME')"


class RoundRow(Base, table=True):
    """A body reads a thing as it said when the round was opened."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("subject", "body_id", "number", name="uq_round_subject"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(answered_at IS NULL) = (look_until IS NULL)", name="answered"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("ix_round_body_id_opened_at", "body_id", "opened_at"),
        Index("ix_round_unsettled", "id", postgresql_where=text("settled_at IS NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    subject: str
    title: str
    digest: str
    # Its passages: id, section and text.
    passages: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    demonstration: bool
    body_id: str
    number: int
    due_on: date
    # When those are reminded who said nothing yet; none if that is not ahead when it opens.
    remind_on: date | None = None
    reminded_at: datetime | None = moment(optional=True)
    opened_by: uuid.UUID
    opened_at: datetime = moment()
    # By an act; after its day it is closed anyway.
    closed_by: uuid.UUID | None = None
    closed_at: datetime | None = moment(optional=True)
    answered_at: datetime | None = moment(optional=True)
    look_until: date | None = None
    # When whoever rules was told, and when it was told that nothing is open any more.
    rule_told_at: datetime | None = moment(optional=True)
    settled_at: datetime | None = moment(optional=True)


class RoundReviewerRow(Base, table=True):
    """Somebody who was asked to review, or did so as a member, or said that they cannot."""

    __tablename__ = "round_reviewer"
    __table_args__ = (
        CheckConstraint("(declined_at IS NULL) = (decline_reason = '')", name="declined"),
        Index("ix_round_reviewer_person_id", "person_id"),
    )

    round_id: uuid.UUID = Field(primary_key=True, foreign_key="round.id")
    person_id: uuid.UUID = Field(primary_key=True)
    seat_id: str
    asked: bool
    sent_at: datetime | None = moment(optional=True)
    declined_at: datetime | None = moment(optional=True)
    decline_reason: str


class RoundCommentRow(Base, table=True):
    """What somebody says of a passage; what becomes of it, whether they are satisfied, and what was ruled."""

    __tablename__ = "round_comment"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind"),
        CheckConstraint("severity IN ('MUST', 'SHOULD', 'COULD', 'QUESTION')", name="severity"),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("kind <> 'POLICY_ERROR' OR basis_key <> ''", name="basis"),
        CheckConstraint(_ANSWERS, name="answer"),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(answer = 'SAME_AS') = (same_as IS NOT NULL)", name="same_as"),
        CheckConstraint("answer = '' OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint("(satisfied IS NULL) = (looked_at IS NULL)", name="looked"),
        CheckConstraint("satisfied IS DISTINCT FROM false OR look_text <> ''", name="look_text"),
        CheckConstraint("(ruled_stands IS NULL) = (ruled_at IS NULL)", name="ruled"),
        CheckConstraint("ruled_stands IS NULL OR satisfied IS NOT TRUE", name="ended_once"),
        CheckConstraint("became IN ('', 'CARRIED', 'CHANGED', 'GONE')", name="became"),
        CheckConstraint("(taken_from IS NULL) = (became = '')", name="taken"),
        Index("uq_round_comment_taken_from", "taken_from", unique=True),
        Index("ix_round_comment_round_id", "round_id", "place", "created_at", "id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    round_id: uuid.UUID = Field(foreign_key="round.id")
    author_id: uuid.UUID
    seat_id: str
    created_at: datetime = moment()
    # Until then it is its writer's own.
    sent_at: datetime | None = moment(optional=True)
    # Which passage of the round it is about, counted from 1; 0 = the whole, or none any more.
    place: int
    block: str
    quote: str
    quote_before: str
    quote_after: str
    kind: str
    severity: str
    text: str
    wording: str
    # As it was typed, and the rule that it cites.
    basis: str
    basis_key: str
    resources: str
    performance: str
    policy: str
    answer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    answer_text: str = Field(default="", sa_column_kwargs={"server_default": ""})
    same_as: uuid.UUID | None = Field(default=None, foreign_key="round_comment.id")
    answered_by: uuid.UUID | None = None
    answered_at: datetime | None = moment(optional=True)
    # What its writer says of the answer.
    satisfied: bool | None = None
    look_text: str = Field(default="", sa_column_kwargs={"server_default": ""})
    looked_at: datetime | None = moment(optional=True)
    # What the chair or the deputy ruled: whether it must be fixed still.
    ruled_stands: bool | None = None
    ruling: str = Field(default="", sa_column_kwargs={"server_default": ""})
    ruled_by: uuid.UUID | None = None
    ruled_at: datetime | None = moment(optional=True)
    # That of the round before which it goes on from, and what became of its passage.
    taken_from: uuid.UUID | None = Field(default=None, foreign_key="round_comment.id")
    became: str
    words_then: str
    placed_by: uuid.UUID | None = None
