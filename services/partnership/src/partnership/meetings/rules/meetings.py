"""What a meeting says of itself, and what may be done with it when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from servicekit.calendar import pacific_date
from servicekit.refusals import InvalidField, Kind, Refusal

LONGEST_REASON = 500
_LONGEST = {"title": 200, "place": 200, "link": 500}
_LONGEST_MEETING = timedelta(days=14)
# People come before it and stay after it; nobody is there on another day.
BEFORE, AFTER = timedelta(hours=4), timedelta(hours=8)


class State(StrEnum):
    """Where a meeting stands."""

    DRAFT = "DRAFT"
    CALLED = "CALLED"
    HELD = "HELD"
    NOTES_OUT = "NOTES_OUT"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """What may be done with a meeting."""

    CHANGE = "CHANGE"
    CALL = "CALL"
    CANCEL = "CANCEL"
    ANSWER = "ANSWER"
    RECORD = "RECORD"
    HOLD = "HOLD"
    PUBLISH = "PUBLISH"
    APPROVE = "APPROVE"
    ADD_PAPER = "ADD_PAPER"
    ADD_WHAT_CAME_OF_IT = "ADD_WHAT_CAME_OF_IT"


_NOT_CANCELLED = (State.DRAFT, State.CALLED, State.HELD, State.NOTES_OUT, State.CLOSED)
# From which states each step starts.
STARTS: Mapping[Step, tuple[State, ...]] = {
    Step.CHANGE: (State.DRAFT, State.CALLED),
    Step.CALL: (State.DRAFT,),
    Step.CANCEL: (State.DRAFT, State.CALLED),
    Step.ANSWER: (State.CALLED,),
    Step.RECORD: (State.CALLED, State.HELD),
    Step.HOLD: (State.CALLED,),
    Step.PUBLISH: (State.HELD,),
    Step.APPROVE: (State.NOTES_OUT,),
    Step.ADD_PAPER: _NOT_CANCELLED,
    Step.ADD_WHAT_CAME_OF_IT: _NOT_CANCELLED[2:],
}
TOOK_PLACE = _NOT_CANCELLED[2:]


class MeetingState(Refusal):
    """The meeting is not in a state that this step starts from."""


class NoticeTooShort(Refusal):
    """It is nearer than the body's rules let it be called, and nobody said why."""


class MeetingNotBegun(Refusal):
    """Nobody can have held what has not begun."""


class MeetingBegun(Refusal):
    """People were there already: its times stay."""


class MeetingNotHeld(Refusal):
    """A body approves minutes at another meeting of it, that was held, and not an earlier one."""


class DigestChanged(Refusal):
    """There is a newer edition than the one that is named."""

    kind = Kind.STALE


@dataclass(frozen=True)
class Said:
    """What a meeting says of itself beside its agenda."""

    title: str
    start: datetime
    end: datetime
    zone: str
    place: str = ""
    link: str = ""
    public: bool = False


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check(said: Said) -> None:
    """Refuse a meeting that lacks what every one says, or whose times cannot be."""
    for name, most in _LONGEST.items():
        length = len(getattr(said, name))
        if length > most:
            raise InvalidField(f"meeting.{name}", length, f"must have at most {most} characters")
    if not said.title:
        raise InvalidField("meeting.title", "", "must be given")
    check_link("meeting.link", said.link)
    if said.zone not in _zones():
        raise InvalidField("meeting.zone", said.zone, "must be the name of a time zone, such as America/Los_Angeles")
    if said.end <= said.start:
        raise InvalidField("meeting.end_time", said.end.isoformat(), "must lie after its start")
    if said.end - said.start > _LONGEST_MEETING:
        raise InvalidField(
            "meeting.end_time", said.end.isoformat(), f"must lie within {_LONGEST_MEETING.days} days of its start"
        )


def check_link(field: str, link: str) -> None:
    """Refuse an address that is none of the web's, or not an encrypted one."""
    if link and (not link.startswith("https://") or link == "https://" or " " in link):
        raise InvalidField(field, link, "must begin with https://")


def check_step(step: Step, name: str, state: str) -> None:
    """Refuse a step that does not start from *state*."""
    if state not in STARTS[step]:
        needed = " or ".join(STARTS[step])
        raise MeetingState(f"The meeting is {state}, not {needed}.", meeting=name, state=state, needed=needed)


def check_notice(start: datetime, *, now: datetime, hours: int, reason: str) -> str:
    """Return why it is called so late, '' where it is not; refuse it where nothing is said."""
    if start - now >= timedelta(hours=hours):
        return ""
    said = reason.strip()
    if not said:
        raise NoticeTooShort("It is called later than the rules ask.", field="late_reason", hours=hours)
    if len(said) > LONGEST_REASON:
        raise InvalidField("late_reason", len(said), f"must have at most {LONGEST_REASON} characters")
    return said


def check_moved(before: Said, after: Said, *, now: datetime, hours: int, late_reason: str) -> None:
    """Refuse to bring a called meeting nearer than the rules let it be called, unless it was called late anyway."""
    if after.start < before.start and not late_reason:
        check_notice(after.start, now=now, hours=hours, reason="")


def check_begun(start: datetime, *, name: str, now: datetime) -> None:
    """Refuse to say that a meeting was held before it begins."""
    if now < start:
        raise MeetingNotBegun("It has not begun.", meeting=name, start_time=start.isoformat())


def check_approving(name: str, start: datetime, *, other: str, state: str, other_start: datetime) -> None:
    """Refuse minutes that were approved where that cannot have been."""
    if name == other or state not in TOOK_PLACE or other_start < start:
        raise MeetingNotHeld("It is no later meeting that was held.", field="approving_meeting", meeting=other)


def check_within(field: str, at: datetime, said: Said) -> None:
    """Refuse a moment that is too far from the meeting to be of it."""
    if not said.start - BEFORE <= at <= said.end + AFTER:
        rule = f"must lie from {BEFORE.seconds // 3600} hours before the meeting to {AFTER.seconds // 3600} hours after"
        raise InvalidField(field, at.isoformat(), rule)


def moved(before: Said, after: Said) -> bool:
    """Whether it is at another time."""
    return (before.start, before.end) != (after.start, after.end)


def elsewhere(before: Said, after: Said) -> bool:
    """Whether those who come have to know of it."""
    return moved(before, after) or (before.zone, before.place, before.link) != (after.zone, after.place, after.link)


def day(said: Said) -> str:
    """Return the day in California on which it begins."""
    return pacific_date(said.start).isoformat()
