"""The tables of people: who they are, their jobs, leave and roles."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from directory.base import Base, words
from servicekit.data.tables import moment


class PersonRow(Base, table=True):
    """A person. The staff number never changes and is never given again; everything else may change.

    `staff_key` is what numbers are compared by. Of people whose numbers looked alike before there was one, the first
    has it; the key of the others is nobody's number, and they are found by their exact number.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("staff_number"),
        UniqueConstraint("staff_key"),
        # Checked at the end of a statement: one roster may hand an address from one person to another.
        UniqueConstraint("email_key", deferrable=True, initially="IMMEDIATE"),
        Index("ix_person_sort_key_id", "sort_key", "id"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    staff_number: str
    staff_key: str
    family_name: str
    given_name: str
    email: str | None
    email_key: str | None
    # When its owner said that the address is theirs; a trigger forgets it with the address.
    email_confirmed_at: datetime | None = moment(optional=True)
    telephone: str = Field(default="", sa_column_kwargs={"server_default": ""})
    sort_key: str
    search_key: str
    version: int = 1
    created_at: datetime = moment()


class JobRow(Base, table=True):
    """A spell of work of a person at an agency: from `start_date` to the day before `end_date`.

    One that ends on the day it starts was recorded by mistake: nobody worked it, and it is in nobody's way.

    The two marks say that the fact was told to other services: a job recorded ahead is told on its day.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_not_before_start"),
        ExcludeConstraint(
            ("person_id", "="),
            ("agency_id", "="),
            (text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_job_one_at_a_time",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_job_person_id", "person_id"),
        Index("ix_job_agency_id_person_id", "agency_id", "person_id"),
        Index("ix_job_hire_untold", "start_date", postgresql_where=text("NOT hire_told")),
        Index("ix_job_leaving_untold", "end_date", postgresql_where=text("NOT leaving_told AND end_date IS NOT NULL")),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    agency_id: str = Field(foreign_key="agency.id")
    local_title: str
    job_class_id: str = Field(foreign_key="job_class.id")
    units: list[str] = words()
    start_date: date
    end_date: date | None = None
    hire_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    leaving_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Says which of several agencies knew the person first: see `keepers`.
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    )


class LeaveRow(Base, table=True):
    """A leave of absence from `start_date` to `end_date`, both included; without an end until further notice."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_after_start"),
        ExcludeConstraint(
            ("person_id", "="),
            (text("daterange(start_date, end_date, '[]')"), "&&"),
            using="gist",
            name="ex_leave_one_at_a_time",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_leave_person_id", "person_id"),
        Index("ix_leave_start_date", "start_date"),
        Index("ix_leave_end_date", "end_date"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    start_date: date
    end_date: date | None = None


class RoleGrantRow(Base, table=True):
    """A role that a person was given, for the state (scope `state`), an agency (its id), or `{agency}/units/{unit}`.

    A roster takes back only what a roster gave.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "ix_role_grant_held",
            "person_id",
            "role",
            "scope",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_role_grant_scope", "scope", "role", postgresql_where=text("revoked_at IS NULL")),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    role: str
    scope: str
    from_roster: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    granted_at: datetime = moment()
    revoked_at: datetime | None = moment(optional=True)


class NameGuessRow(Base, table=True):
    """How often a caller named people of other agencies wrongly on a day.

    It is written beside the transaction that is refused, and is no fact of the field: it needs no audit.
    """

    __tablename__ = "name_guess"

    caller: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    tries: int


class DayTurnRow(Base, table=True):
    """The last day (Pacific) up to which what changes by date alone was followed. One row."""

    __tablename__ = "day_turn"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    day: date
