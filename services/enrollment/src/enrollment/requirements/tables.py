"""The tables of requirements: what notices ask, and copies of what others say of audiences, courses and days."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
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
from sqlmodel import Field

from enrollment.base import Base
from servicekit.closed_days import CalendarYear
from servicekit.data.tables import moment
from servicekit.events.copies import CollectionOfCopy, Copy, MemberOfCopy, RevisionOfCopy


class RequirementRow(Base, table=True):
    """A notice asks an audience to take a version of a course. WAITING until the membership it names is here.

    WITHDRAWN for good once the notice is, and for as long as its notice asks for something else: it assigns nobody.
    A notice asks for one course at a time, so it has one row by `notice_id` and one for each course that it ever asked
    by `of_notice_id`. What people completed for a former one stays theirs.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("notice_id"),
        UniqueConstraint("of_notice_id", "course_id", "course_version"),
        CheckConstraint("num_nonnulls(notice_id, former_notice_id) = 1", name="of_one_notice"),
        CheckConstraint("former_notice_id IS NULL OR state = 'WITHDRAWN'", name="former"),
        CheckConstraint("state IN ('WAITING', 'OPEN', 'WITHDRAWN')", name="state"),
        CheckConstraint("joiner_business_days >= 0", name="joiner_business_days"),
        CheckConstraint("credit_months >= 0", name="credit_months"),
        Index("ix_requirement_audience_id", "audience_id"),
        Index("ix_requirement_staff_release_date", "staff_release_date"),
    )

    id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    # The notice that asks it, by its newest version.
    notice_id: uuid.UUID | None = Field(sa_column=Column(Uuid))
    # The notice that asked it, and asks for another course or for none by now.
    former_notice_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid))
    of_notice_id: uuid.UUID = Field(
        sa_column=Column(Uuid, Computed("coalesce(notice_id, former_notice_id)", persisted=True), nullable=False)
    )
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
    # It was asked by an older version of its notice, too: people may have had it on their lists by that.
    amended: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    state: str = Field(sa_column=Column(Text, nullable=False))
    # A local briefing counts as the training.
    briefing_counts: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    # Who took the course for another letter within so many months before the issue is credited; 0 = nobody is.
    credit_months: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))


class NoticeVersionRow(Base, table=True):
    """The newest version of a notice that was heard of: an older one that is heard afterwards changes nothing."""

    __tablename__ = "notice_version"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    notice_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))


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


class LocalDateRow(Base, table=True):
    """What an agency said last of an earlier day for its people under a notice, also before the notice is heard of."""

    __tablename__ = "local_date"

    notice_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    # None: the state's day holds.
    due_date: date | None = Field(default=None, sa_column=Column(Date))


class ExemptionRow(Base, table=True):
    """What a requirement asks does not apply to a unit of an agency, until the agency takes that back."""

    __tablename__ = "exemption"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    requirement_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    unit: str = Field(sa_column=Column(Text, primary_key=True))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    exempted_by: uuid.UUID = Field(sa_column=Column(Uuid, nullable=False))
    exempted_at: datetime = moment()


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
        # Few are, and rates ask who.
        Index("ix_audience_member_local", "audience_id", "person_id", postgresql_where=text("local")),
    )

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    units: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False, server_default=text("'{}'")))


MEMBERSHIPS = Copy(collection="audience", member="person", group="agency", details="units")
