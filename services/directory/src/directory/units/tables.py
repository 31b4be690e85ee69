"""The tables of units."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from directory.base import Base
from servicekit.data.tables import moment


class UnitLeadRow(Base, table=True):
    """A person leads a unit of an agency from `start_date` to the day before `end_date`.

    Several may at the same time. One that ends on the day it starts was recorded by mistake, and covers no day. Rows
    stay, and nothing of them changes but the end: a trigger refuses it.
    """

    __tablename__ = "unit_lead"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_not_before_start"),
        ExcludeConstraint(
            ("person_id", "="),
            ("agency_id", "="),
            ("unit_id", "="),
            (text("daterange(start_date, end_date)"), "&&"),
            using="gist",
            name="ex_unit_lead_one_at_a_time",
        ),
        Index("ix_unit_lead_person_id", "person_id"),
        Index("ix_unit_lead_agency_id_unit_id", "agency_id", "unit_id"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    agency_id: str = Field(foreign_key="agency.id")
    unit_id: str = Field(foreign_key="work_unit.id")
    person_id: uuid.UUID = Field(foreign_key="person.id")
    start_date: date
    end_date: date | None = None
    # Whether they worked in the unit when it was recorded: then it ends when they no longer do.
    inside: bool
    # Counts up by one for each change: others keep copies.
    revision: int = 1
    recorded_at: datetime = moment()
