"""The tables of enrollment. What must hold of a row is a rule and, here, a constraint."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.closed_days import CalendarYear
from servicekit.data.tables import moment, service_metadata
from servicekit.events.copies import CollectionOfCopy, Copy, MemberOfCopy, RevisionOfCopy

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of this service's rows: its metadata is its own."""


class RequirementRow(Base, table=True):
    """A notice asks an audience to take a version of a course. WAITING until the membership it names is here.

    WITHDRAWN for good once the notice is: it assigns nobody any more.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("notice_id"),
        CheckConstraint("state IN ('WAITING', 'OPEN', 'WITHDRAWN')", name="state"),
        CheckConstraint("joiner_business_days >= 0", name="joiner_business_days"),
        Index("ix_requirement_audience_id", "audience_id"),
        Index("ix_requirement_staff_release_date", "staff_release_date"),
    )

    id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    notice_id: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    # The membership that the approver saw: its people are due on due_date, later ones get their joiner days.
    audience_revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    course_id: str = Field(sa_column=Column(Text, nullable=False))
    course_version: int = Field(sa_column=Column(Integer, nullable=False))
    due_date: date = Field(sa_column=Column(Date, nullable=False))
    # From this day on staff see it, unless their agency releases it sooner; none = they have seen it since its issue.
    staff_release_date: date | None = Field(default=None, sa_column=Column(Date))
    joiner_business_days: int = Field(sa_column=Column(Integer, nullable=False))
    published_at: datetime = moment()
    state: str = Field(sa_column=Column(Text, nullable=False))
    # A local briefing counts as the training.
    briefing_counts: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("true")))


class CalendarYearRow(CalendarYear, Base, table=True):
    """Copy of the directory's calendar: when the state's offices are closed in a year, besides weekends."""

    __tablename__ = "calendar_year"


class WithdrawnNoticeRow(Base, table=True):
    """A notice that no longer holds, also one that is heard of only afterwards."""

    __tablename__ = "withdrawn_notice"

    notice_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    withdrawn_at: datetime = moment()


class StaffReleaseRow(Base, table=True):
    """An agency released a notice to its staff before its day, also one that is heard of only afterwards."""

    __tablename__ = "staff_release"

    notice_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))


class CourseVersionRow(Base, table=True):
    """Copy of what curriculum says of a published version. It never changes."""

    __tablename__ = "course_version"
    __table_args__ = (
        CheckConstraint("section_count > 0", name="section_count"),
        CheckConstraint("(test_id = '') = (test_version = 0)", name="test"),
        Index("ix_course_version_test_id_test_version", "test_id", "test_version"),
    )

    course_id: str = Field(sa_column=Column(Text, primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True))
    section_count: int = Field(sa_column=Column(SmallInteger, nullable=False))
    minutes: int = Field(sa_column=Column(Integer, nullable=False))
    # Empty and 0: the course has no test.
    test_id: str = Field(sa_column=Column(Text, nullable=False))
    test_version: int = Field(sa_column=Column(Integer, nullable=False))


class AudienceRow(CollectionOfCopy, Base, table=True):
    """An audience of which something was heard. Its row is the lock of all who decide by its members."""

    __tablename__ = "audience"

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))


class AudienceRevisionRow(RevisionOfCopy, Base, table=True):
    """A revision of an audience of which something was heard."""

    __tablename__ = "audience_revision"
    __table_args__ = (CheckConstraint("cardinality(chunks_seen) <= chunks", name="chunks_seen"),)

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True))


class AudienceMemberRow(MemberOfCopy, Base, table=True):
    """Copy of an audience's membership: a person at an agency. *since* alone says when they are due."""

    __tablename__ = "audience_member"
    __table_args__ = (
        Index("ix_audience_member_agency_id_audience_id_person_id", "agency_id", "audience_id", "person_id"),
    )

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    units: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False, server_default=text("'{}'")))


MEMBERSHIPS = Copy(collection="audience", member="person", group="agency", details="units")


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


class CompletionRow(Base, table=True):
    """That a person completed what a notice asked. A trigger refuses every change."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("requirement_id", "person_id"),
        CheckConstraint("kind IN ('COURSE', 'BRIEFING', 'OTHER_SYSTEM')", name="kind"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_completion_person_id_completed_at_id", "person_id", "completed_at", "id"),
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


class PassedTestRow(Base, table=True):
    """That a person passed a version of a test, whether or not anything assigned asks for it (yet)."""

    __tablename__ = "passed_test"

    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    test_id: str = Field(sa_column=Column(Text, primary_key=True))
    test_version: int = Field(sa_column=Column(Integer, primary_key=True))
    passed_at: datetime = moment()
