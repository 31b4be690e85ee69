"""What agencies said of their checklists. An item of which nothing was said has no row, but for an agency's own."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from notification.base import Base, big, plain
from servicekit.data.tables import moment


class ChecklistItemRow(Base, table=True):
    """An item of an agency's checklist of a letter, as it was last said to stand."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        CheckConstraint("state IN ('NOT_DONE', 'DONE', 'BLOCKED')", name="state"),
        CheckConstraint("state <> 'BLOCKED' OR reason <> ''", name="blocked"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    agency_id: str = Field(primary_key=True)
    # That of an item that every agency has; an id of one of its own.
    item: str = Field(primary_key=True)
    # What an own one says.
    title: str = plain()
    state: str = Field(default="NOT_DONE", sa_column_kwargs={"server_default": "NOT_DONE"})
    reason: str = plain()
    # The version of the letter of which it was said.
    version: int
    added_at: datetime = moment()
    updated_at: datetime = moment()
    updated_by: uuid.UUID
    # Counts up with each change: the etag.
    revision: int = big(1)
