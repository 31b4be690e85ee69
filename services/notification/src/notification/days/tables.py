"""How ready people were as each day ended.

Neither table has a foreign key, as the figures that they are kept from.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from notification.base import Base, big
from servicekit.data.tables import moment


class ReadinessDayRow(Base, table=True):
    """Counts of a notice at an agency ('' = the state) as a day ended in California.

    Only where they differ from the day before: all others ended as the last one before them. Without counts: how that
    day and those after it ended is not known.
    """

    __tablename__ = "readiness_day"
    __table_args__ = (
        CheckConstraint("num_nulls(listed, at_work, ready, not_started, overdue) IN (0, 5)", name="all_or_none"),
    )

    notice_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    listed: int | None = None
    at_work: int | None = None
    ready: int | None = None
    not_started: int | None = None
    overdue: int | None = None


class ReadinessKeptRow(Base, table=True):
    """Up to which day the days of a notice are kept, and of the last: as of when, by which memberships."""

    __tablename__ = "readiness_kept"

    notice_id: uuid.UUID = Field(primary_key=True)
    through: date
    at: datetime = moment()
    # Of the audience, complete; what came after it was not counted, or is not known to have been.
    audience_revision: int = big()
