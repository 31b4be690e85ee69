"""What agencies added to letters. Nothing is ever changed: a trigger refuses it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class SupplementRow(Base, table=True):
    """A version of what an agency adds to a letter; one without text takes back what was there."""

    __tablename__ = "supplement"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    agency_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    text: str = plain()
    # The version of the letter to which it was added.
    version: int
    written_by: uuid.UUID
    written_at: datetime = moment()
