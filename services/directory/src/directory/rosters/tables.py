"""The tables of roster files, and of what is found in them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from directory.base import Base
from servicekit.data.tables import moment


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
    # Who begins to lead a unit and who leads one no longer; the first of them by row.
    leads_begun: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    leads_ended: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    leads: list[dict[str, Any]] = Field(
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
