"""The tables of tests: drafts with their keys, and versions that never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from evaluation.base import Base
from servicekit.data.drafts import DraftRow
from servicekit.data.tables import moment


class TestRow(DraftRow, Base, table=True):
    """A test: the draft of its next version, with the key."""

    __tablename__ = "test"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("latest_version >= 0", name="latest_version"),
        CheckConstraint("jsonb_typeof(items) = 'array'", name="items_are_a_list"),
    )

    title: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    pass_mark: int
    changed_at: datetime = moment()


class TestVersionRow(Base, table=True):
    """What learners take, with the key. A trigger refuses every change."""

    __tablename__ = "test_version"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("pass_mark BETWEEN 1 AND jsonb_array_length(items)", name="pass_mark"),
    )

    test_id: str = Field(primary_key=True, foreign_key="test.id")
    version: int = Field(primary_key=True)
    title: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    pass_mark: int
    published_at: datetime = moment()


class ToldVersionRow(Base, table=True):
    """Which questions a version has, as others were told: by number the lasting ids of its items."""

    __tablename__ = "told_version"
    __table_args__ = (ForeignKeyConstraint(["test_id", "version"], ["test_version.test_id", "test_version.version"]),)

    test_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    item_ids: list[str] = Field(sa_column=Column(JSONB, nullable=False))
