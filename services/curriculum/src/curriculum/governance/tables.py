"""The tables of governance: decisions, which never change."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from curriculum.base import Base
from servicekit.data.tables import moment


def _list() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]"))


class DecisionRow(Base, table=True):
    """What was decided on a digest. A trigger refuses every change; a version of a course names one on its digest."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("way IN ('BALLOT', 'APPROVER', 'BEFORE_BODIES')", name="way"),
        CheckConstraint("(way = 'BALLOT') = (number <> '')", name="number"),
        CheckConstraint("(way = 'BALLOT') = (body_id <> '')", name="body"),
        CheckConstraint("way <> 'APPROVER' OR decider <> ''", name="decider"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("decision_class IN ('MAJOR', 'MINOR', 'EDITORIAL')", name="decision_class"),
        Index("uq_decision_number", "number", unique=True, postgresql_where=text("number <> ''")),
        Index("ix_decision_subject_digest", "subject", "digest"),
        Index("ix_decision_body_id_decided_at", "body_id", "decided_at"),
        Index("ix_decision_corrects", "corrects"),
    )

    id: uuid.UUID = Field(primary_key=True)
    # Such as STSC-2026-014; empty where no body decided.
    number: str
    way: str
    body_id: str
    ballot_id: uuid.UUID | None = None
    # A resource name, and the SHA-256 of its content at that moment.
    subject: str
    digest: str
    decision_class: str
    motion: str
    # By constituency, in the words of `rules.counting`.
    counts: list[dict[str, Any]] = _list()
    dissent: list[str] = _list()
    # Who decided, where one person did.
    decider: str
    decided_at: datetime = moment()
    corrects: uuid.UUID | None = Field(default=None, foreign_key="decision.id")
