"""What letters do to one another and to rules, and from when each rules: made of the words that they are found by.

Made again whenever these are, of the version that holds then. Of the versions before it only their days are kept.
"""

import uuid
from datetime import date

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlmodel import Field

from notification.base import Base, plain


class LetterLinkRow(Base, table=True):
    """A letter that can be found ends another one, which may be here or not: its number says which.

    *whole* is whether it ends all of it, *rescinds* whether nothing takes its place, *parts* what its text says of it.
    *known_from* is the day of the version that said so first, where that is not the first one.
    """

    __tablename__ = "letter_link"
    __table_args__ = (Index("ix_letter_link_series_number", "series", "number"),)

    notice_id: uuid.UUID = Field(primary_key=True)
    series: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    whole: bool
    rescinds: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    parts: str = plain()
    known_from: date | None = None


class LetterReferenceRow(Base, table=True):
    """A letter that can be found names another one without ending it, which may be here or not."""

    __tablename__ = "letter_reference"
    __table_args__ = (Index("ix_letter_reference_series_number", "series", "number"),)

    notice_id: uuid.UUID = Field(primary_key=True)
    series: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    kind: str


class LetterRuleRow(Base, table=True):
    """A letter that can be found names a law or rule, by its key. Keys are compared byte by byte, to find parts."""

    __tablename__ = "letter_rule"
    __table_args__ = (Index("ix_letter_rule_rule_notice_id", "rule", "notice_id"),)

    notice_id: uuid.UUID = Field(primary_key=True)
    rule: str = Field(sa_column=Column(TEXT(collation="C"), primary_key=True))
    kind: str


class LetterStandingRow(Base, table=True):
    """From when a version of a letter that can be found is known, until when, and from when it rules.

    Both ends of what is known are days in California; a later version ends an earlier one. *exact* is how exactly the
    first day is known. Topics are in small letters, each for itself.
    """

    __tablename__ = "letter_standing"
    __table_args__ = (
        Index("ix_letter_standing_effective", "effective", "series", "number"),
        Index("ix_letter_standing_topics", "topics", postgresql_using="gin"),
    )

    notice_id: uuid.UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    series: str
    number: str
    known_from: date
    known_until: date | None = None
    effective: date
    exact: str
    topics: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))
    # Parts of it that take effect later (see letters/rules/parts.py).
    section_dates: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
