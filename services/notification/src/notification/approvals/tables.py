"""Routes of approval, and the stages of letters that were sent for it."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlmodel import Field

from notification.base import Base, plain
from servicekit.data.tables import moment


class ApprovalRouteRow(Base, table=True):
    """A stage of the route of a series and a kind of letters; '' stands for all of them."""

    __tablename__ = "approval_route"
    __table_args__ = (
        CheckConstraint("cardinality(approvers) > 0", name="approvers"),
        CheckConstraint("business_days > 0", name="business_days"),
    )

    series: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    title: str
    approvers: list[uuid.UUID] = Field(sa_column=Column(ARRAY(UUID), nullable=False))
    deputies: list[uuid.UUID] = Field(sa_column=Column(ARRAY(UUID), nullable=False))
    business_days: int


class ApprovalStageRow(Base, table=True):
    """A stage of a letter as it was sent for approval at a moment, and who approved it. Earlier sendings stay."""

    __tablename__ = "approval_stage"
    __table_args__ = (CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved"),)

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    submitted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    place: int = Field(primary_key=True)
    title: str = plain()
    approvers: list[uuid.UUID] = Field(sa_column=Column(ARRAY(UUID), nullable=False))
    deputies: list[uuid.UUID] = Field(sa_column=Column(ARRAY(UUID), nullable=False))
    due_date: date
    approved_at: datetime | None = moment(optional=True)
    approved_by: uuid.UUID | None = None
