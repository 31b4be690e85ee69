"""The tables of audiences and of who is in them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from directory.base import Base, words
from servicekit.data.tables import moment


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
    units: list[str] = words()
    member: bool
    on_leave: bool
    # By their agency's word alone: the expression is not, or was not, for them.
    local: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    revision: int


class AudienceAdditionRow(Base, table=True):
    """Which of its units an agency asks too, as notification told last; the audience may be unknown so far."""

    __tablename__ = "audience_addition"

    audience_id: uuid.UUID = Field(sa_column=Column(Uuid, primary_key=True))
    agency_id: str = Field(sa_column=Column(Text, primary_key=True))
    units: list[str] = words()
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
