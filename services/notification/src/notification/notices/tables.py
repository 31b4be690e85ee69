"""What letters are found by."""

import uuid
from datetime import date

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from notification.base import Base


class NoticeSearchRow(Base, table=True):
    """What a letter is found by. Only letters that are out, or historic, have a row: a draft cannot be found."""

    __tablename__ = "notice_search"
    __table_args__ = (
        Index("ix_notice_search_words", "words", postgresql_using="gin"),
        Index("ix_notice_search_day_notice_id", "day", "notice_id"),
        Index("ix_notice_search_series_day_notice_id", "series", "day", "notice_id"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    series: str
    # The day of issue; for a historic one that has only a year printed, its January 1.
    year: int
    day: date
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
    # Under which cutting into words (see letters/rules/search.py).
    cut: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
