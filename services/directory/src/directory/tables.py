"""The directory's tables. What must hold of a row is a rule and, here, a constraint."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.tables import moment, service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the directory's rows."""


def _words() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))


class AgencyRow(Base, table=True):
    """A local agency, or the state's (`kind` state)."""

    __tablename__ = "agency"

    id: str = Field(primary_key=True)
    title: str
    short_title: str
    sort_key: str
    kind: str
    region: str
    size_class: str
    population: int
    source: str
    # The first day on which there is no such agency any more; its row and its history stay.
    until: date | None = None


class CountyRow(Base, table=True):
    """A county by its five-digit FIPS code."""

    __tablename__ = "county"

    fips: str = Field(primary_key=True)
    title: str
    population: int


class CountyMembershipRow(Base, table=True):
    """A county belongs to an agency from a day (none: since before records) until a day (the first no longer)."""

    __tablename__ = "county_membership"
    __table_args__ = (
        ExcludeConstraint(
            ("fips", "="),
            (text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_county_membership_one_agency_at_a_time",
        ),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    fips: str = Field(foreign_key="county.fips")
    agency_id: str = Field(foreign_key="agency.id", index=True)
    start_date: date | None
    end_date: date | None


class WorkUnitRow(Base, table=True):
    """A kind of work unit of local agencies, or a division of the state's."""

    __tablename__ = "work_unit"

    id: str = Field(primary_key=True)
    title: str
    of_state: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class JobClassRow(Base, table=True):
    """A statewide class; *code* is the state's, empty for local classes."""

    __tablename__ = "job_class"

    id: str = Field(primary_key=True)
    title: str
    code: str


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
    units: list[str] = _words()
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
    """A role that a person was given, for the state (scope `state`) or for one agency (its id).

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


class RosterImportRow(Base, table=True):
    """A roster file and what came of it. `agency_id` empty = a file of the whole state."""

    __tablename__ = "roster_import"
    __table_args__ = (
        Index("ix_roster_import_running", "created_at", postgresql_where=text("state = 'RUNNING'")),
        Index("ix_roster_import_agency_id", "agency_id", "created_at", "id"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    agency_id: str = ""
    state: str
    dry_run: bool
    actor: str
    chunks: int = 0
    # Of the version before: a task counts its tries.
    tries: int = 0
    rows: int = 0
    errors: int = 0
    people_added: int = 0
    people_changed: int = 0
    jobs_added: int = 0
    jobs_changed: int = 0
    jobs_ended: int = 0
    unchanged: int = 0
    not_in_file: int = 0
    # How its letters and days were read: the report says what was not certain.
    encoding: str = Field(default="", sa_column_kwargs={"server_default": ""})
    days: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    names_changed: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    # Rows that were sound when the file was looked at, and no longer when they were to be applied.
    left_out: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    # Rows that an error of ours kept from being worked on; of a refused file, one stands for all.
    failed: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = moment()
    completed_at: datetime | None = moment(optional=True)


class RosterChunkRow(Base, table=True):
    """A piece of a roster file. Pieces are full of names: they go as soon as the file is applied or refused.

    Those of a file that was only checked stay for a day, so that it can be applied without being sent again.
    """

    __tablename__ = "roster_chunk"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes


class RosterPartRow(Base, table=True):
    """A part of a file that is being applied, by its lines. It goes with the transaction that applies it."""

    __tablename__ = "roster_part"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    lines: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))


class RosterProgressRow(Base, table=True):
    """What a running import is at, and how many rows were read.

    It is written beside the transaction that it tells of, and says nothing about the field: it needs no audit.
    """

    __tablename__ = "roster_progress"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    step: str
    rows: int


class NameGuessRow(Base, table=True):
    """How often a caller named people of other agencies wrongly on a day.

    It is written beside the transaction that is refused, and is no fact of the field: it needs no audit.
    """

    __tablename__ = "name_guess"

    caller: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    tries: int


class RosterAbsentRow(Base, table=True):
    """Somebody who worked at an agency of the file and was not in it. Whether they left is a question to people."""

    __tablename__ = "roster_absent"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))


class RosterNameRow(Base, table=True):
    """A name that a roster file changes: what it was, and what the file says. `n` gives the order of the file."""

    __tablename__ = "roster_name"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    line: int
    person_id: uuid.UUID
    staff_number: str
    family_before: str
    given_before: str
    family_name: str
    given_name: str


class RosterErrorRow(Base, table=True):
    """What is wrong with a cell of a roster file, and whom its row is about. `n`: by line, then by column."""

    __tablename__ = "roster_error"

    import_id: uuid.UUID = Field(foreign_key="roster_import.id", primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    line: int
    field: str
    value: str
    rule: str
    person: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AudienceRow(Base, table=True):
    """An audience: its expression, the revision of its membership, and how many people that holds.

    The expression never changes: letters that were approved name the audience. A trigger refuses it.
    """

    __tablename__ = "audience"

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    title: str
    expression: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    revision: int = 0
    people: int = 0
    version: int = 1
    created_at: datetime = moment()


class AudienceMemberRow(Base, table=True):
    """What holds for a person at an agency since `revision`. Those who are no longer members keep a row."""

    __tablename__ = "audience_member"
    __table_args__ = (Index("ix_audience_member_person_id", "person_id"),)

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    person_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    units: list[str] = _words()
    member: bool
    on_leave: bool
    revision: int


class DayTurnRow(Base, table=True):
    """The last day (Pacific) up to which what changes by date alone was followed. One row."""

    __tablename__ = "day_turn"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    day: date
