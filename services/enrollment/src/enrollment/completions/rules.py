"""What may be recorded of training that was given elsewhere."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from servicekit.refusals import InvalidField, Kind, Refusal

# More than work at the largest agency.
MOST_PEOPLE = 10_000
# A working day's training is 480 minutes; nothing recorded as one training is longer than a day and a night.
MOST_MINUTES = 1_440
LONGEST_LEADER = 200


class TrainingKind(StrEnum):
    """How an assignment was completed."""

    COURSE = "COURSE"
    BRIEFING = "BRIEFING"
    OTHER_SYSTEM = "OTHER_SYSTEM"
    # The course was taken for another letter.
    CREDIT = "CREDIT"


# What somebody records; the others complete by themselves.
RECORDED = (TrainingKind.BRIEFING, TrainingKind.OTHER_SYSTEM)


class TrainingInFuture(Refusal):
    """The training is dated after today (in California)."""

    kind = Kind.INVALID


class TrainingBeforeNotice(Refusal):
    """The training is dated before the notice was issued: it cannot have been about it."""

    kind = Kind.INVALID


class BriefingDoesNotCount(Refusal):
    """The notice asks for the course itself: a local briefing does not count as the training."""


class PeopleNotOfAgency(Refusal):
    """Some of the people are not on the agency's list under this notice; `count` says how many."""


class PeopleExcused(Refusal):
    """Some of the people are excused: reinstate them first; `count` says how many."""


class CourseTaken(Refusal):
    """Some of the people took the course, here or for another letter: that is not taken back. `count` says how many."""


@dataclass(frozen=True)
class Training:
    """A training given elsewhere: a local briefing, or a course in another system."""

    kind: TrainingKind
    completed_on: date
    minutes: int
    led_by: str = ""

    def check(self) -> None:
        """Refuse what no training can be."""
        if self.kind not in RECORDED:
            raise InvalidField("kind", self.kind, "must be BRIEFING or OTHER_SYSTEM: courses complete by themselves")
        if not 0 < self.minutes <= MOST_MINUTES:
            raise InvalidField("minutes", self.minutes, f"must be between 1 and {MOST_MINUTES}")
        if len(self.led_by) > LONGEST_LEADER:
            raise InvalidField("led_by", "", f"must have at most {LONGEST_LEADER} characters")

    def check_counts(self, notice_id: str, *, briefing_counts: bool) -> None:
        """Refuse a briefing where the notice says that none counts."""
        if self.kind is TrainingKind.BRIEFING and not briefing_counts:
            raise BriefingDoesNotCount(
                "A briefing does not count as this training.", field="kind", notice=f"notices/{notice_id}"
            )

    def check_day(self, *, today: date, issued_on: date) -> None:
        """Refuse a day that is not between the issue of the notice and today."""
        if self.completed_on > today:
            raise TrainingInFuture(
                "Training is recorded once it was given.",
                field="complete_date",
                complete_date=self.completed_on,
                today=today,
            )
        if self.completed_on < issued_on:
            raise TrainingBeforeNotice(
                "The training was given before the notice was issued.",
                field="complete_date",
                complete_date=self.completed_on,
                issued=issued_on,
            )
