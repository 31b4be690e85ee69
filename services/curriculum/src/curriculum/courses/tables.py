"""The tables of courses: courses with their drafts, and versions that never change."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.data.drafts import DraftRow
from servicekit.data.tables import moment


class CourseRow(DraftRow, Base, table=True):
    """A course: its entry in the catalogue and the draft of its next version."""

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("latest_version >= 0", name="latest_version"),
        CheckConstraint("jsonb_typeof(sections) = 'array'", name="sections_are_a_list"),
        Index("ix_course_sort_title_id", "sort_title", "id"),
    )

    title: str
    provider: str
    delivery_mode: str
    duration: str
    audience: str
    source_url: str
    confidence: str
    year_or_date: str
    summary: str
    demonstration: bool
    sections: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    test_version: str
    # What the list is ordered and searched by: see rules/catalogue.py.
    sort_title: str
    search_text: str
    # The digest of what it is given with, which the area of that writes; '' = nothing.
    materials_sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    changed_at: datetime = moment()


class CourseVersionRow(Base, table=True):
    """What learners take. A trigger refuses every change."""

    __tablename__ = "course_version"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("jsonb_array_length(sections) > 0", name="has_sections"),
    )

    course_id: str = Field(primary_key=True, foreign_key="course.id")
    version: int = Field(primary_key=True)
    title: str
    summary: str
    sections: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    minutes: int
    test_version: str
    demonstration: bool
    materials_sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    content_sha256: str
    published_at: datetime = moment()
    # On this digest: a trigger compares them, and gives one to what a process of the release before publishes.
    decision_id: uuid.UUID = Field(foreign_key="decision.id", index=True)


class MediaRow(Base, table=True):
    """A file in the store, by the digest of its content, and what it is. It never changes; removed if none names it."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
    )

    sha256: str = Field(primary_key=True)
    media_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    milliseconds: int
    width: int
    height: int
    kept_at: datetime = moment()


class UploadRow(Base, table=True):
    """A file on its way: how much of it has come. *sha256* once it is kept."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("most_bytes > 0", name="most_bytes"),
        CheckConstraint("received_bytes BETWEEN 0 AND most_bytes", name="received_bytes"),
    )

    id: uuid.UUID = Field(primary_key=True)
    # Who brings it in, and nobody else goes on with it.
    owner: str
    filename: str
    most_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    changed_at: datetime = moment()
