"""Completions as they are read."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class Completion(NamedTuple):
    """A line of a transcript."""

    id: UUID
    person_id: UUID
    notice_id: UUID
    course_id: str
    course_version: int
    kind: str
    minutes: int
    completed_at: datetime
    completed_on: date
    led_by: str
    credited_notice_id: UUID | None
    credited_on: date | None
    retracted_at: datetime | None
    retracted_by: UUID | None
    retract_reason: str | None


class YearOfTraining(NamedTuple):
    """What a transcript adds up to in a calendar year in California, and in its months."""

    year: int
    completions: int
    minutes: int
    minutes_by_month: list[int]
