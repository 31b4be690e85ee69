"""Which letters supersede which."""

import uuid

from sqlalchemy import Index
from sqlmodel import Field

from notification.base import Base


class LetterLinkRow(Base, table=True):
    """A letter that can be found supersedes another one, which may be here or not: its number says which.

    *whole* is whether it supersedes all of it. Made of the letter's own words, and made again when the way to read them
    changes.
    """

    __tablename__ = "letter_link"
    __table_args__ = (Index("ix_letter_link_series_number", "series", "number"),)

    notice_id: uuid.UUID = Field(primary_key=True)
    series: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    whole: bool
