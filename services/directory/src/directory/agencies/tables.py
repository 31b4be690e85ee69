"""The tables of the reference data: agencies and their counties, work units, job classes."""

import uuid
from datetime import date

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from directory.base import Base


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
