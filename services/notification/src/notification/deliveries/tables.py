"""Letters at agencies, and the copy of which agencies there are."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class AgencyRow(Base, table=True):
    """Copy of the directory's agencies: those that are not the state's get every letter until they end."""

    __tablename__ = "agency"

    agency_id: str = Field(primary_key=True)
    kind: str
    # The first day on which there is no such agency any more.
    end_date: date | None = None


class DeliveryRow(Base, table=True):
    """A letter at an agency, and the agency's confirmation."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        CheckConstraint("(staff_released_at IS NULL) = (staff_released_by IS NULL)", name="staff_released"),
        Index("ix_delivery_agency_id", "agency_id"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    version: int = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    delivered_at: datetime = moment()
    due_date: date
    confirmed_at: datetime | None = moment(optional=True)
    confirmed_by: uuid.UUID | None = None
    lead: uuid.UUID | None = None
    problem: str = plain()
    # When the agency let its staff see the letter before the day that the letter names.
    staff_released_at: datetime | None = moment(optional=True)
    staff_released_by: uuid.UUID | None = None
    # An earlier day than the state's, by which the agency wants its own people ready; who said so, when, how often.
    local_due_date: date | None = None
    local_due_by: uuid.UUID | None = None
    local_due_at: datetime | None = moment(optional=True)
    local_due_number: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
