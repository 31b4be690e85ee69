"""The table of agencies' mailing lists."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from directory.base import Base
from servicekit.data.tables import moment


class MailingAddressRow(Base, table=True):
    """An address to which an agency has its letters mailed; one that was taken off stays for a while."""

    __tablename__ = "mailing_address"
    __table_args__ = (
        Index(
            "uq_mailing_address_on_list", "agency_id", "key", unique=True, postgresql_where=text("removed_at IS NULL")
        ),
        Index("ix_mailing_address_removed_at", "removed_at", postgresql_where=text("removed_at IS NOT NULL")),
        CheckConstraint("removed_at >= added_at", name="days"),
    )

    id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(foreign_key="agency.id", index=True)
    address: str
    # By what addresses are compared.
    key: str
    title: str
    added_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)
