"""Memberships: nothing of one is overwritten but its end, and that with the reason in the audit trail."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from partnership.base import Base, plain
from servicekit.data.tables import moment

# One that starts on the day it ends was recorded by mistake: an empty range is in nobody's way.
_DAYS = text("daterange(start_on, end_on)")


class MembershipRow(Base, table=True):
    """A person has a part in a body from `start_on` to the day before `end_on`, and longer where it carries over."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("part IN ('MEMBER', 'ALTERNATE', 'CHAIR', 'DEPUTY', 'SECRETARY', 'OBSERVER')", name="part"),
        CheckConstraint("end_on >= start_on", name="ends_not_before_start"),
        CheckConstraint("seat_id IS NULL OR part IN ('MEMBER', 'ALTERNATE')", name="seat"),
        CheckConstraint("NOT carries_over OR end_on IS NOT NULL", name="carries_over"),
        ForeignKeyConstraint(["body_id", "seat_id"], ["seat.body_id", "seat.id"]),
        ExcludeConstraint(
            ("body_id", "="),
            ("person_id", "="),
            ("part", "="),
            (_DAYS, "&&"),
            using="gist",
            name="ex_membership_part_once",
        ),
        ExcludeConstraint(
            ("body_id", "="),
            ("seat_id", "="),
            ("part", "="),
            (_DAYS, "&&"),
            using="gist",
            name="ex_membership_one_a_seat",
        ),
        ExcludeConstraint(
            ("body_id", "="),
            ("part", "="),
            (_DAYS, "&&"),
            using="gist",
            name="ex_membership_one_a_body",
            where=text("part IN ('CHAIR', 'DEPUTY')"),
        ),
        Index("ix_membership_person_id", "person_id"),
        Index("ix_membership_body_id_part_start_on", "body_id", "part", "start_on"),
    )

    id: uuid.UUID = Field(primary_key=True)
    body_id: str = Field(foreign_key="body.id")
    person_id: uuid.UUID
    organization_id: str
    part: str
    seat_id: str | None = None
    start_on: date
    end_on: date | None = None
    carries_over: bool
    end_reason: str = plain()
    # Counts up with each change: the etag, and by what others know which news is newer.
    version: int = 1
    created_at: datetime = moment()
