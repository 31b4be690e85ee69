"""Assignments as they are read: the row with what is known of requirement, course, test and completion."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Self
from uuid import UUID

from enrollment.assignments.rules import Progress, State
from enrollment.events import Asked

# To be read `FROM assignment AS a`, or from a page of it.
COLUMNS = """
  a.requirement_id, a.person_id, a.created_at, a.due_date, a.state, a.sections_completed, a.waiver_reason,
  requirement.of_notice_id AS notice_id, requirement.course_id, requirement.course_version,
  coalesce(course.section_count, 0) AS section_count, coalesce(course.minutes, 0) AS minutes,
  coalesce(course.test_id <> '', false) AS has_test, passed.person_id IS NOT NULL AS test_passed,
  completion.completed_at, completion.credited_notice_id, completion.credited_on,
  EXISTS (
    SELECT FROM audience_member AS member
    WHERE (member.audience_id, member.person_id) = (requirement.audience_id, a.person_id)
      AND member.member AND member.on_leave
  ) AS on_leave
"""
JOINS = """
JOIN requirement ON requirement.id = a.requirement_id
LEFT JOIN course_version AS course
  ON (course.course_id, course.version) = (requirement.course_id, requirement.course_version)
LEFT JOIN passed_test AS passed
  ON (passed.person_id, passed.test_id, passed.test_version) = (a.person_id, course.test_id, course.test_version)
LEFT JOIN completion ON (completion.requirement_id, completion.person_id) = (a.requirement_id, a.person_id)
  AND NOT EXISTS (SELECT FROM retraction WHERE retraction.completion_id = completion.id)
"""


class Row(NamedTuple):
    """What stands in `COLUMNS`."""

    requirement_id: UUID
    person_id: UUID
    created_at: datetime
    due_date: date
    state: str
    sections_completed: int
    waiver_reason: str | None
    notice_id: UUID
    course_id: str
    course_version: int
    section_count: int
    minutes: int
    has_test: bool
    test_passed: bool
    completed_at: datetime | None
    credited_notice_id: UUID | None
    credited_on: date | None
    on_leave: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person's assignment with all that its page shows."""

    requirement_id: UUID
    person_id: UUID
    notice_id: UUID
    course_id: str
    course_version: int
    progress: Progress
    due_date: date
    on_leave: bool
    minutes: int
    created_at: datetime
    completed_at: datetime | None
    waiver_reason: str
    # Completed by a credit: for which notice the course was taken, and when.
    credited_notice_id: UUID | None = None
    credited_on: date | None = None

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return what a row of `COLUMNS` says."""
        progress = Progress(
            state=State(row.state),
            sections_completed=row.sections_completed,
            section_count=row.section_count,
            has_test=row.has_test,
            test_passed=row.test_passed,
        )
        return cls(
            requirement_id=row.requirement_id,
            person_id=row.person_id,
            notice_id=row.notice_id,
            course_id=row.course_id,
            course_version=row.course_version,
            progress=progress,
            due_date=row.due_date,
            on_leave=row.on_leave,
            minutes=row.minutes,
            created_at=row.created_at,
            completed_at=row.completed_at,
            waiver_reason=row.waiver_reason or "",
            credited_notice_id=row.credited_notice_id,
            credited_on=row.credited_on,
        )

    @property
    def name(self) -> str:
        """The resource name."""
        return f"requirements/{self.requirement_id}/assignments/{self.person_id}"

    @property
    def asked(self) -> Asked:
        """What it is under."""
        return Asked(str(self.requirement_id), str(self.notice_id), self.course_id, self.course_version)
