"""The tables of works: what they are, their gates, who said yes, what was done, traces, and what tests ask."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.data.tables import moment

_PHASES = "('DIAGNOSE', 'DESIGN', 'DEVELOP', 'DELIVER', 'DETERMINE')"
_CLASSES = "('MAJOR', 'MINOR', 'EDITORIAL')"


def _json() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(sa_column=Column(JSONB, nullable=False))


class WorkRow(Base, table=True):
    """A course under way."""

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9]{2}-[0-9]{2,}$'", name="number"),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint(f"phase IN {_PHASES[:-1]}, 'CLOSED')", name="phase"),
        CheckConstraint("status IN ('IN_PROGRESS', 'ON_HOLD', 'RETURNED', 'DECLINED', 'RETIRED')", name="status"),
        CheckConstraint(f"computed_class IN {_CLASSES}", name="computed_class"),
        CheckConstraint(f"raised_class IN {_CLASSES[:-1]}, '')", name="raised_class"),
        CheckConstraint("hold_until IS NULL OR status = 'ON_HOLD'", name="hold_until"),
        CheckConstraint("(at_once_id IS NULL) = (ratify_by IS NULL)", name="ratify_by"),
        Index("ix_work_target_date_id", "target_date", "id"),
        Index("ix_work_course_id", "course_id"),
    )

    # `yy-nn`, of each year without gaps.
    id: str = Field(primary_key=True)
    title: str
    course_id: str | None = Field(default=None, foreign_key="course.id")
    # The first one whose gate was not passed and is not skipped.
    phase: str
    status: str
    status_reason: str
    hold_until: date | None = None
    computed_class: str
    reasons: list[dict[str, Any]] = _json()
    raised_class: str
    emergency: bool
    # What the chair decided at once, and until when a body ratifies it.
    at_once_id: uuid.UUID | None = Field(default=None, foreign_key="decision.id")
    ratify_by: date | None = None
    owner_id: uuid.UUID
    # `people/{uuid}` or `bodies/{slug}`.
    holder: str
    held_since: datetime = moment()
    effective_date: date | None = None
    # As its owner says; without, it is computed. The list is ordered by what counts: the last day there is = none.
    chosen_date: date | None = None
    target_date: date
    # In the words of `rules.writing.Written`.
    written: dict[str, Any] = _json()
    # Of the course: what was published of this work.
    published_version: int | None = None
    demonstration: bool
    created_at: datetime = moment()
    # Counts the changes; the etag.
    revision: int


class WorkGateRow(Base, table=True):
    """A gate that was passed. Where a work goes back, those after it are passed no more; its steps tell of them."""

    __tablename__ = "work_gate"
    __table_args__ = (
        CheckConstraint(f"phase IN {_PHASES}", name="phase"),
        CheckConstraint("digest = '' OR digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("(decision_id IS NULL) = (digest = '')", name="decision"),
    )

    work_id: str = Field(primary_key=True, foreign_key="work.id")
    phase: str = Field(primary_key=True)
    passer_id: uuid.UUID
    passed_at: datetime = moment()
    # Where something was decided on; on delivery a person decides.
    decision_id: uuid.UUID | None = Field(default=None, foreign_key="decision.id")
    digest: str


class WorkConfirmationRow(Base, table=True):
    """Somebody else than its writers said yes to content that is something small."""

    __tablename__ = "work_confirmation"
    __table_args__ = (
        CheckConstraint("role IN ('REVIEWER', 'APPROVER', 'SECOND_PERSON')", name="role"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
    )

    work_id: str = Field(primary_key=True, foreign_key="work.id")
    digest: str = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    role: str
    confirmed_at: datetime = moment()


class WorkStepRow(Base, table=True):
    """What was done with a work."""

    __tablename__ = "work_step"

    work_id: str = Field(primary_key=True, foreign_key="work.id")
    # From 1.
    number: int = Field(primary_key=True)
    kind: str
    at: datetime = moment()
    person_id: uuid.UUID
    phase: str
    reason: str
    what: str


class TraceRow(Base, table=True):
    """What a course is to teach, in the words of `rules.trace`."""

    __tablename__ = "trace"

    course_id: str = Field(primary_key=True, foreign_key="course.id")
    objectives: list[dict[str, Any]] = _json()
    tasks: list[dict[str, Any]] = _json()
    # Counts the changes; the etag.
    revision: int


class TraceVersionRow(Base, table=True):
    """The trace as it was when a version was published. A trigger refuses every change."""

    __tablename__ = "trace_version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["course_id", "version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_trace_version_course_id_course_version",
        ),
    )

    course_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    objectives: list[dict[str, Any]] = _json()
    tasks: list[dict[str, Any]] = _json()
    # For whom the course was, as the catalogue said: a version does not say it.
    audience: str


class TestVersionRow(Base, table=True):
    """A copy: by number the lasting ids of the questions of a version of a test."""

    __tablename__ = "test_version"

    test_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    item_ids: list[str] = _json()
