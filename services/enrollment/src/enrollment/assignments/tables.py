"""The tables of assignments and of what completes them. What must hold of a row is a rule and, here, a constraint."""

import uuid
from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, SmallInteger, Text, Uuid, text
from sqlmodel import Field

from enrollment.base import Base
from servicekit.data.tables import moment


class AssignmentRow(Base, table=True):
    """What a person must take. Narrow, with two indexes, since a notice writes one for each of 10,000 people.

    No foreign keys, since each would be looked up for each row; `assignments.orphans` recounts instead. The state is
    in no index, so that a change of state leaves the indexes alone.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("state IN ('ASSIGNED', 'IN_PROGRESS', 'COMPLETED', 'WAIVED', 'WITHDRAWN')", name="state"),
        CheckConstraint("sections_completed >= 0", name="sections_completed"),
        CheckConstraint("(state = 'WAIVED') = (waiver_reason IS NOT NULL)", name="waiver_reason"),
        Index("ix_assignment_person_id_due_date_requirement_id", "person_id", "due_date", "requirement_id"),
        # Room on each page for the next version of its rows.
        {"postgresql_with": {"fillfactor": "80"}},
    )

    requirement_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    created_at: datetime = moment()
    # When they last started it or completed a section.
    progressed_at: datetime | None = moment(optional=True)
    due_date: date = Field(sa_column=Column(Date, nullable=False))
    sections_completed: int = Field(sa_column=Column(SmallInteger, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    waiver_reason: str | None = Field(sa_column=Column(Text))
    # Of a waiver: nobody excused them by name, it does not apply to their units. Says nothing of other states.
    exempt: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))


class ReadingPlaceRow(Base, table=True):
    """Where a person stopped reading."""

    __tablename__ = "reading_place"
    __table_args__ = (CheckConstraint("section > 0 AND block >= 0", name="place"),)

    requirement_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    section: int = Field(sa_column=Column(SmallInteger, nullable=False))
    block: int = Field(sa_column=Column(SmallInteger, nullable=False))
    kept_at: datetime = moment()


class CompletionRow(Base, table=True):
    """That a person completed what a notice asked. A trigger refuses every change."""

    __tablename__ = "completion"
    __table_args__ = (
        CheckConstraint("kind IN ('COURSE', 'BRIEFING', 'OTHER_SYSTEM', 'CREDIT')", name="kind"),
        CheckConstraint("minutes > 0 OR kind = 'CREDIT' AND minutes = 0", name="minutes"),
        CheckConstraint("(kind = 'CREDIT') = (credited_notice_id IS NOT NULL)", name="credited_notice_id"),
        CheckConstraint("(kind = 'CREDIT') = (credited_on IS NOT NULL)", name="credited_on"),
        Index("ix_completion_person_id_completed_at_id", "person_id", "completed_at", "id"),
        # Of those that were not taken back there is one: who completes has the assignment's row.
        Index("ix_completion_requirement_id_person_id", "requirement_id", "person_id"),
    )

    # Ordered by time, so that the index grows at its end.
    id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True, server_default=text("uuidv7()")))
    requirement_id: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    minutes: int = Field(sa_column=Column(Integer, nullable=False))
    completed_at: datetime = moment()
    # The day on which the training was given, in California.
    completed_on: date = Field(sa_column=Column(Date, nullable=False))
    # Who led a briefing, as typed; empty for a course.
    led_by: str = Field(sa_column=Column(Text, nullable=False))
    # Of a credit: for which letter the course was taken, and on which day in California. Its minutes count there.
    credited_notice_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid))
    credited_on: date | None = Field(default=None, sa_column=Column(Date))


class RetractionRow(Base, table=True):
    """That a completion was recorded by mistake: it stays, and counts no more. A trigger refuses every change."""

    __tablename__ = "retraction"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    completion_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    retracted_at: datetime = moment()
    retracted_by: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    # For which agency it was taken back.
    agency_id: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))


class PassedTestRow(Base, table=True):
    """That a person passed a version of a test, whether or not anything assigned asks for it (yet)."""

    __tablename__ = "passed_test"

    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    test_id: str = Field(sa_column=Column(Text, primary_key=True))
    test_version: int = Field(sa_column=Column(Integer, primary_key=True))
    passed_at: datetime = moment()
