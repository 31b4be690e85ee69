"""Copies of what the directory tells all areas: who is in which audience, and when offices are closed."""

import uuid

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from notification.base import Base
from servicekit.closed_days import CalendarYear
from servicekit.events.copies import CollectionOfCopy, Copy, MemberOfCopy, RevisionOfCopy


class CalendarYearRow(CalendarYear, Base, table=True):
    """Copy of the directory's calendar: when the state's offices are closed in a year, besides weekends."""

    __tablename__ = "calendar_year"


class AudienceRow(CollectionOfCopy, Base, table=True):
    """An audience of which something was heard. Its row is the lock between issuing and changes of membership."""

    __tablename__ = "audience"

    audience_id: uuid.UUID = Field(primary_key=True)


class AudienceRevisionRow(RevisionOfCopy, Base, table=True):
    """A revision of an audience of which something was heard."""

    __tablename__ = "audience_revision"
    __table_args__ = (CheckConstraint("cardinality(chunks_seen) <= chunks", name="chunks_seen"),)

    audience_id: uuid.UUID = Field(primary_key=True)
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True))


class AudienceChunkRow(Base, table=True):
    """What the release before noted, beside which this one starts: a trigger takes it over into `audience_revision`."""

    __tablename__ = "audience_chunk"

    audience_id: uuid.UUID = Field(primary_key=True)
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True))
    chunk: int = Field(primary_key=True)
    chunks: int


class AudienceMemberRow(MemberOfCopy, Base, table=True):
    """Copy of the directory's memberships: one row per person and agency. Those who left stay, with *member* false."""

    __tablename__ = "audience_member"
    __table_args__ = (
        Index("ix_audience_member_audience_id_agency_id", "audience_id", "agency_id"),
        # A person's letters are those of their audiences.
        Index("ix_audience_member_person_id", "person_id"),
        # Few are, and figures ask who.
        Index("ix_audience_member_local", "audience_id", "agency_id", postgresql_where=text("local")),
    )

    audience_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    units: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))


MEMBERSHIPS = Copy(collection="audience", member="person", group="agency", details="units")
