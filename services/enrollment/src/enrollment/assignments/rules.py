"""What an assignment is, and how it moves from one state to another."""

from dataclasses import dataclass, replace
from enum import StrEnum

from servicekit import text
from servicekit.refusals import InvalidField, Refusal

LONGEST_REASON = 500


class State(StrEnum):
    """Where an assignment stands."""

    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    WAIVED = "WAIVED"
    # The person left the audience before they completed it, or the notice was withdrawn.
    WITHDRAWN = "WITHDRAWN"


OPEN = (State.ASSIGNED, State.IN_PROGRESS)


class AssignmentNotOpen(Refusal):
    """The assignment is completed, waived or withdrawn; `state` says which."""


class AssignmentNotWaived(Refusal):
    """Only a waiver can be undone, and there is none; `state` says what there is."""


class ExcusedByUnit(Refusal):
    """It does not apply to their units: the exemption of a unit is taken back, not the waiver of one of its people."""


class CourseNotKnown(Refusal):
    """The course version has not arrived from its owner yet: nobody can take it. It passes."""


class SectionOutOfOrder(Refusal):
    """Sections are completed in order; `next` is the one whose turn it is."""


@dataclass(frozen=True)
class Progress:
    """How far a person got with a version of a course. *section_count* 0 = the version is not known here yet."""

    state: State
    sections_completed: int = 0
    section_count: int = 0
    has_test: bool = False
    test_passed: bool = False

    @property
    def awaits_test(self) -> bool:
        """Whether nothing but the test is missing."""
        return (
            self.state is State.IN_PROGRESS
            and self.sections_completed == self.section_count
            and self.has_test
            and not self.test_passed
        )

    def start(self) -> "Progress":
        """Open the course. Idempotent: opening it again is how a learner continues.

        It completes what has nothing missing: they may have passed the test while they were excused or off the list.
        """
        self._must_be_open()
        return _completed_if_done(replace(self, state=State.IN_PROGRESS))

    def complete_section(self, section: int) -> "Progress":
        """Complete *section*, counted from 1; the first one also starts the course, the last may complete it.

        Idempotent: a section that was completed before is accepted in any state and changes nothing.
        """
        if section < 1:
            raise InvalidField("section", section, "must be counted from 1")
        if section <= self.sections_completed:
            return self
        self._must_be_open()
        if section > self.section_count:
            raise InvalidField("section", section, f"must be one of the {self.section_count} of the course")
        expected = self.sections_completed + 1
        if section != expected:
            raise SectionOutOfOrder("Sections are completed in order.", field="section", section=section, next=expected)
        return _completed_if_done(replace(self, state=State.IN_PROGRESS, sections_completed=section))

    def pass_test(self) -> "Progress":
        """Note that the test is passed; it completes the assignment if it was what was missing."""
        return _completed_if_done(replace(self, test_passed=True))

    def waive(self) -> "Progress":
        """Excuse the person."""
        if self.state not in OPEN:
            raise AssignmentNotOpen("Only an open assignment can be waived.", state=self.state)
        return replace(self, state=State.WAIVED)

    def reinstate(self) -> "Progress":
        """Undo a waiver: the person goes on where they were.

        It completes what has nothing missing: they may have passed the test while they were excused.
        """
        if self.state is not State.WAIVED:
            raise AssignmentNotWaived("The assignment is not waived.", state=self.state)
        return _completed_if_done(replace(self, state=State.IN_PROGRESS if self.sections_completed else State.ASSIGNED))

    def _must_be_open(self) -> None:
        if self.state not in OPEN:
            raise AssignmentNotOpen("The assignment is not open.", state=self.state)
        if not self.section_count:
            raise CourseNotKnown("The course version has not arrived yet.")


def check_reason(reason: str) -> str:
    """Return *reason* without blanks around it; a waiver and its undoing need one."""
    return text.reason(reason, most=LONGEST_REASON)


def _completed_if_done(progress: Progress) -> Progress:
    done = progress.sections_completed == progress.section_count and (progress.test_passed or not progress.has_test)
    return replace(progress, state=State.COMPLETED) if progress.state is State.IN_PROGRESS and done else progress
