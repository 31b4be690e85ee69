"""People under a letter, and how many of them stand where.

Neither table has foreign keys: each row of a bulk insert would pay a look-up, and each confirmation would lock the same
notice row. They are written by the statements of this area only, which select from the notice that they belong to.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Field

from notification.base import Base
from servicekit.data.tables import moment


class RecipientRow(Base, table=True):
    """A person under a notice. They are on its list while the audience has them; the row stays when they leave.

    Narrow, and with no index but its key: it is what issuing to 10,000 people writes.
    """

    __tablename__ = "recipient"

    notice_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    due_date: date
    read_at: datetime | None = moment(optional=True)
    confirmed_at: datetime | None = moment(optional=True)
    trained_at: datetime | None = moment(optional=True)
    excused: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Somebody else recorded that they confirmed, and they have not done so themselves since.
    confirmed_for: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # When they were last excused, or no longer were; not known of what was so before this was noted.
    excuse_changed_at: datetime | None = moment(optional=True)
    # When training that was recorded by mistake was last taken back: how they stood before is not known any more.
    training_retracted_at: datetime | None = moment(optional=True)


class FormerTrainingRow(Base, table=True):
    """Training that somebody completed of a course that their letter no longer asks: it counts if that comes back."""

    __tablename__ = "former_training"

    notice_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    course_id: str = Field(primary_key=True)
    course_version: int = Field(primary_key=True)
    trained_at: datetime = moment()


class ReadinessRow(Base, table=True):
    """Counts of a notice by agency ('' = the state, each person once) and due date.

    A figure is the sum of its slots: each call adds to one of several rows, so that calls that run at the same time
    do not wait for each other at the state's row. A slot alone may be negative.
    """

    __tablename__ = "readiness"
    # Counts are updated in place: room on the page keeps the versions of a row together.
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    notice_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    due_date: date = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    listed: int
    ready: int
    not_started: int
    on_leave: int
    read: int
    confirmed: int
    trained: int
    excused: int
