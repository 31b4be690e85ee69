"""Stages of approval: what a route is, which stage is next, and who may approve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from servicekit.calendar import Calendar
from servicekit.refusals import InvalidField, Kind, Refusal

MOST_STAGES, MOST_PEOPLE, LONGEST_TITLE, MOST_DAYS = 5, 20, 40, 30


class NotOfStage(Refusal):
    """A stage is approved by those who stand for it, or by their deputies."""

    kind = Kind.DENIED


class ApprovedEarlierStage(Refusal):
    """Each stage is approved by somebody else."""

    kind = Kind.DENIED


class StagesOpen(Refusal):
    """The letter cannot be issued yet: earlier stages are not approved."""


class LastStage(Refusal):
    """The last stage is approved by issuing the letter."""


class NoStage(Refusal):
    """The letter is approved in one step."""


class StageWithoutApprover(Refusal):
    """Everybody who stands for a stage wrote on the letter."""


@dataclass(frozen=True)
class Planned:
    """A stage of a route: who approves it, who does so in their place, and within how many business days."""

    title: str
    approvers: tuple[UUID, ...]
    deputies: tuple[UUID, ...]
    business_days: int

    @property
    def everybody(self) -> tuple[UUID, ...]:
        """Approvers and deputies."""
        return self.approvers + self.deputies


@dataclass(frozen=True)
class Stage:
    """A stage of a letter that was sent for approval."""

    title: str
    approvers: tuple[UUID, ...]
    deputies: tuple[UUID, ...]
    due_date: date
    approved_at: datetime | None = None
    approved_by: UUID | None = None


def check_route(stages: Sequence[Planned]) -> None:
    """Refuse a route that could not be gone, naming the stage and the rule."""
    if len(stages) > MOST_STAGES:
        raise InvalidField("route.stages", len(stages), f"must be at most {MOST_STAGES}")
    for place, stage in enumerate(stages):
        field = f"route.stages[{place}]"
        if not 0 < len(stage.title) <= LONGEST_TITLE:
            raise InvalidField(f"{field}.title", stage.title, f"must have 1 to {LONGEST_TITLE} characters")
        if stage.title.casefold() in {other.title.casefold() for other in stages[:place]}:
            raise InvalidField(f"{field}.title", stage.title, "must not be that of another stage")
        if not len(stage.approvers) > 0 or len(stage.everybody) > MOST_PEOPLE:
            raise InvalidField(
                f"{field}.approvers", len(stage.approvers), f"must be 1 to {MOST_PEOPLE} people, with their deputies"
            )
        if len(set(stage.everybody)) < len(stage.everybody):
            raise InvalidField(f"{field}.deputies", len(stage.deputies), "must not name somebody twice")
        if not 0 < stage.business_days <= MOST_DAYS:
            raise InvalidField(f"{field}.business_days", stage.business_days, f"must be 1 to {MOST_DAYS}")


def open_for(
    name: str, planned: Sequence[Planned], writers: Sequence[UUID], calendar: Calendar, today: date
) -> list[Stage]:
    """Return the stages of a letter that is sent for approval today, each due after the one before it.

    Raises:
        StageWithoutApprover: those who stand for one wrote on it, every one of them.
    """
    stages, due = [], today
    for one in planned:
        if set(one.everybody) <= set(writers):
            raise StageWithoutApprover("Everybody who approves it wrote on the letter.", notice=name, stage=one.title)
        due = calendar.add(due, one.business_days)
        stages.append(Stage(one.title, one.approvers, one.deputies, due))
    return stages


def next_of(stages: Sequence[Stage]) -> int | None:
    """Return the place of the stage that is to be approved; None if none is."""
    return next((place for place, stage in enumerate(stages) if stage.approved_at is None), None)


def check_may(name: str, stages: Sequence[Stage], place: int, person: UUID) -> None:
    """Refuse somebody who does not stand for a stage, or who approved an earlier one."""
    stage = stages[place]
    if person not in stage.approvers + stage.deputies:
        raise NotOfStage("They do not stand for this stage.", notice=name, stage=stage.title)
    if person in [earlier.approved_by for earlier in stages[:place]]:
        raise ApprovedEarlierStage("They approved an earlier stage.", notice=name, stage=stage.title)


def check_between(name: str, stages: Sequence[Stage]) -> int:
    """Return the place of the stage that may be approved by itself now."""
    place = next_of(stages)
    if place is None:
        raise NoStage("The letter has no stages.", notice=name)
    if place == len(stages) - 1:
        raise LastStage("The last stage is approved by issuing the letter.", notice=name, stage=stages[place].title)
    return place


def check_last(name: str, stages: Sequence[Stage]) -> int:
    """Return the place of the last stage; refuse to issue a letter while an earlier one is open."""
    place = next_of(stages)
    if place is not None and place < len(stages) - 1:
        raise StagesOpen("An earlier stage is not approved yet.", notice=name, stage=stages[place].title)
    return len(stages) - 1
