"""The tables of governance: copies of what bodies are, ballots with their roll and positions, decisions."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.closed_days import CalendarYear
from servicekit.data.tables import moment


def _list() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]"))


def _people() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(sa_column=Column(ARRAY(Uuid), nullable=False))


def _json() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(sa_column=Column(JSONB, nullable=False))


class CalendarYearRow(CalendarYear, Base, table=True):
    """A year of the state's calendar: until when what was written down may be contested."""

    __tablename__ = "calendar_year"


class BodyRulesRow(Base, table=True):
    """A copy of the rules by which a body decides."""

    __tablename__ = "body_rules"

    body_id: str = Field(primary_key=True)
    # What its decisions are numbered by.
    code: str
    # In the JSON form of `partnership.v1.BodyRules`.
    rules: dict[str, Any] = _json()
    version: int


class MembershipRow(Base, table=True):
    """A copy of what somebody is in a body, from a day on; without a start as long as only its end was heard."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_body_id", "body_id"),
        Index("ix_membership_person_id_body_id", "person_id", "body_id"),
    )

    id: uuid.UUID = Field(primary_key=True)
    body_id: str
    person_id: uuid.UUID
    part: str
    seat_id: str
    constituency_id: str
    voting: bool
    start_date: date | None = None
    # The first day on which it is over.
    end_date: date | None = None
    carries_over: bool
    # Of what it was told whole by, and of what its end is from.
    told_version: int
    version: int


class PresenceRow(Base, table=True):
    """A copy of who was in the room at the end of an item of a meeting."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_decides", "decides"),)

    meeting_id: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    body_id: str
    # What the item decides on, such as a ballot.
    decides: str
    person_ids: list[uuid.UUID] = _people()
    at: datetime = moment()
    version: int


class BallotRow(Base, table=True):
    """A body votes on a digest."""

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint(
            "state IN ('PREPARED', 'OPEN', 'PASSED', 'FAILED', 'NO_QUORUM', 'VOID', 'WITHDRAWN')", name="state"
        ),
        CheckConstraint("(state IN ('PREPARED', 'OPEN')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state <> 'OPEN' OR opened_at IS NOT NULL", name="opened"),
        CheckConstraint("closes_at IS NOT NULL OR meeting_id <> ''", name="closes"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        Index("ix_ballot_body_id_created_at", "body_id", "created_at"),
        Index("ix_ballot_live", "subject", postgresql_where=text("state IN ('PREPARED', 'OPEN')")),
    )

    id: uuid.UUID = Field(primary_key=True)
    body_id: str
    motion: str
    decision_class: str
    # A resource name, and the SHA-256 of its content.
    subject: str
    digest: str
    # When it closes by itself; it may be left open where it is voted on in a meeting.
    closes_at: datetime | None = moment(optional=True)
    meeting_id: str
    # Who wrote what is voted on.
    authors: list[uuid.UUID] = _people()
    state: str
    # As they were when it opened.
    rules: dict[str, Any] = _json()
    created_by: uuid.UUID
    created_at: datetime = moment()
    opened_at: datetime | None = moment(optional=True)
    ended_at: datetime | None = moment(optional=True)
    reason: str
    # Who was in the room, as it ended: what is corrected later changes no count.
    present: list[uuid.UUID] | None = Field(default=None, sa_column=Column(ARRAY(Uuid)))
    # By constituency, in the words of `rules.counting`, as it ended.
    counts: list[dict[str, Any]] = _list()


class BallotRollRow(Base, table=True):
    """A seat that votes, as it was when the ballot opened. It never changes."""

    __tablename__ = "ballot_roll"

    ballot_id: uuid.UUID = Field(primary_key=True, foreign_key="ballot.id")
    seat_id: str = Field(primary_key=True)
    constituency_id: str
    holder_id: uuid.UUID
    term_id: uuid.UUID
    alternate_id: uuid.UUID | None = None
    alternate_term_id: uuid.UUID | None = None


class PositionRow(Base, table=True):
    """What was said for a seat. All are kept; which of them counts is read."""

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("choice IN ('YES', 'NO_OBJECTION', 'HOLD', 'NO', 'ABSTAIN', 'RECUSED')", name="choice"),
        CheckConstraint("spoke_as IN ('HOLDER', 'SUCCESSOR', 'ALTERNATE')", name="spoke_as"),
        CheckConstraint("choice <> 'HOLD' OR (text <> '' AND lifted_by <> '')", name="hold"),
        CheckConstraint("choice <> 'RECUSED' OR text <> ''", name="recused"),
        CheckConstraint("(recorder_id IS NULL) = (contest_until IS NULL)", name="recorded"),
        CheckConstraint("contest = '' OR recorder_id IS NOT NULL", name="contest"),
        CheckConstraint("(contest = '') = (contested_at IS NULL)", name="contested"),
        ForeignKeyConstraint(
            ["ballot_id", "seat_id"],
            ["ballot_roll.ballot_id", "ballot_roll.seat_id"],
            name="fk_position_ballot_id_seat_id_ballot_roll",
        ),
    )

    ballot_id: uuid.UUID = Field(primary_key=True)
    # From 1, in the ballot.
    number: int = Field(primary_key=True)
    seat_id: str
    person_id: uuid.UUID
    spoke_as: str
    choice: str
    text: str
    lifted_by: str
    override_reason: str
    # Who wrote down what was said in the room.
    recorder_id: uuid.UUID | None = None
    said_at: datetime = moment()
    # Not if it came too late, is its writer's own note until the meeting, or was contested in time.
    counted: bool
    contest_until: date | None = None
    contest: str
    contested_at: datetime | None = moment(optional=True)


class DecisionRow(Base, table=True):
    """What was decided on a digest. A trigger refuses every change; a version of a course names one on its digest."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("way IN ('BALLOT', 'APPROVER', 'CHAIR', 'BEFORE_BODIES')", name="way"),
        CheckConstraint("(way = 'BALLOT') = (number <> '')", name="number"),
        CheckConstraint("(way IN ('BALLOT', 'CHAIR')) = (body_id <> '')", name="body"),
        CheckConstraint("way NOT IN ('APPROVER', 'CHAIR') OR decider <> ''", name="decider"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("decision_class IN ('MAJOR', 'MINOR', 'EDITORIAL')", name="decision_class"),
        Index("uq_decision_number", "number", unique=True, postgresql_where=text("number <> ''")),
        Index("ix_decision_subject_digest", "subject", "digest"),
        Index("ix_decision_body_id_decided_at", "body_id", "decided_at"),
        CheckConstraint("(reason <> '') = (corrects IS NOT NULL)", name="reason"),
        Index("uq_decision_corrects", "corrects", unique=True),
        Index("uq_decision_ballot_id", "ballot_id", unique=True, postgresql_where=text("corrects IS NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    # Such as STSC-2026-014; empty where no body decided.
    number: str
    way: str
    body_id: str
    ballot_id: uuid.UUID | None = Field(default=None, foreign_key="ballot.id")
    # A resource name, and the SHA-256 of its content at that moment.
    subject: str
    digest: str
    decision_class: str
    motion: str
    # By constituency, in the words of `rules.counting`.
    counts: list[dict[str, Any]] = _list()
    dissent: list[str] = _list()
    # Who decided, where one person did.
    decider: str
    decided_at: datetime = moment()
    corrects: uuid.UUID | None = Field(default=None, foreign_key="decision.id")
    # Why it does.
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
