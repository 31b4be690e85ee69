"""The units that agencies ask under letters, and how often that was told of an audience."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from notification.base import Base, big
from servicekit.data.tables import moment


class LocalAudienceRow(Base, table=True):
    """An agency asks the people of one of its units under a letter too, until it takes that back."""

    __tablename__ = "local_audience"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    agency_id: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    reason: str
    added_by: uuid.UUID
    added_at: datetime = moment()


class LocalAudienceToldRow(Base, table=True):
    """What was told last of whom an agency asks beside an audience: for the how manieth time."""

    __tablename__ = "local_audience_told"

    audience_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    revision: int = big()
