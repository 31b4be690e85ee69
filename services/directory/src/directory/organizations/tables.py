"""The tables of organizations outside, and of who speaks for them."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from directory.base import Base
from servicekit.data.tables import moment


class OrganizationRow(Base, table=True):
    """An organization outside the program. A tribe is listed with its consent alone, here as in the rules."""

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint(
            "NOT listed OR kind <> 'TRIBE' OR (consent_by <> '' AND consent_on IS NOT NULL)", name="tribe_consents"
        ),
        Index("ix_organization_sort_key_id", "sort_key", "id"),
    )

    id: str = Field(primary_key=True)
    title: str
    short_title: str
    kind: str
    listed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    consent_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    consent_on: date | None = None
    source: str = Field(default="", sa_column_kwargs={"server_default": ""})
    sort_key: str
    version: int = 1
    created_at: datetime = moment()


class AffiliationRow(Base, table=True):
    """A person speaks for an organization from `start_date` to the day before `end_date`.

    One that ends on the day it starts was recorded by mistake, and covers no day.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_not_before_start"),
        ExcludeConstraint(
            ("person_id", "="),
            ("organization_id", "="),
            (text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_affiliation_one_at_a_time",
        ),
        Index("ix_affiliation_person_id", "person_id"),
        Index("ix_affiliation_organization_id", "organization_id"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    organization_id: str = Field(foreign_key="organization.id")
    title: str
    start_date: date
    end_date: date | None = None
    end_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    recorded_at: datetime = moment()
