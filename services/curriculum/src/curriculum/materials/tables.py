"""The tables of materials: those of drafts, who may train, and both as a version keeps them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.data.tables import moment

_DIGEST = "said_sha256 ~ '^[0-9a-f]{64}$'"


def _json() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(sa_column=Column(JSONB, nullable=False))


class MaterialRow(Base, table=True):
    """A material of a draft."""

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint("said->>'title' <> ''", name="title_given"),
        CheckConstraint(_DIGEST, name="said_sha256"),
    )

    id: uuid.UUID = Field(primary_key=True)
    course_id: str = Field(foreign_key="course.id", index=True)
    # In the words of `rules.materials.Material`, and the digest of that.
    said: dict[str, Any] = _json()
    said_sha256: str
    # What it lacks, as the rules say: gates of many works ask for it at once.
    lacks: list[str] = _json()
    # Counts the changes; the etag.
    revision: int
    changed_at: datetime = moment()


class TrainerRuleRow(Base, table=True):
    """Who may train with the next version of a course."""

    __tablename__ = "trainer_rule"

    course_id: str = Field(primary_key=True, foreign_key="course.id")
    practice: list[str] = _json()
    credential: str
    revision: int


class GivenVersionRow(Base, table=True):
    """How a version is given, and who may train with it. A trigger refuses every change."""

    __tablename__ = "given_version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["course_id", "version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_given_version_course_id_course_version",
        ),
    )

    course_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    # As the design chose them; without a work those that its materials serve.
    modes: list[str] = _json()
    practice: list[str] = _json()
    credential: str


class MaterialVersionRow(Base, table=True):
    """A material as it was when a version was published. A trigger refuses every change."""

    __tablename__ = "material_version"
    __table_args__ = (
        CheckConstraint(_DIGEST, name="said_sha256"),
        ForeignKeyConstraint(
            ["course_id", "version"],
            ["given_version.course_id", "given_version.version"],
            name="fk_material_version_course_id_given_version",
        ),
    )

    course_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    material_id: uuid.UUID = Field(primary_key=True)
    said: dict[str, Any] = _json()
    said_sha256: str
