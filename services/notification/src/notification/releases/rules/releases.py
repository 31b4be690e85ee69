"""What a release says, who may do what with it and when, and whether it may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from servicekit import text
from servicekit.refusals import InvalidField, Kind, Refusal, Stale

_LONGEST = {"number": 40, "title": 200, "summary": 5_000, "contact": 200, "production_hours": 120, "source": 500}
_LONGEST_REASON = 2_000
KINDS = ("MAJOR", "MINOR", "MAINTENANCE", "EMERGENCY", "OUTAGE")
_LONGEST_FREEZE = 120


class State(StrEnum):
    """Where a release stands; no-go leaves it planned."""

    PLANNED = "PLANNED"
    GO = "GO"
    LIVE = "LIVE"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """What may be done with a release."""

    WRITE = "WRITE"
    ANNOUNCE = "ANNOUNCE"
    LETTER = "LETTER"
    DECIDE = "DECIDE"
    COMPLETE = "COMPLETE"
    CANCEL = "CANCEL"


# From which states each step starts.
STARTS: Mapping[Step, tuple[State, ...]] = {
    Step.WRITE: (State.PLANNED, State.GO),
    Step.ANNOUNCE: (State.PLANNED, State.GO, State.LIVE),
    Step.LETTER: (State.PLANNED, State.GO, State.LIVE),
    Step.DECIDE: (State.PLANNED, State.GO),
    Step.COMPLETE: (State.GO,),
    Step.CANCEL: (State.PLANNED, State.GO),
}


class ReleaseState(Refusal):
    """The release is not in a state that this step starts from."""


class ReleaseWriterDecides(Refusal):
    """Somebody who wrote the release cannot decide whether it goes."""

    kind = Kind.DENIED


class ReleaseEmpty(Refusal):
    """The release has no change items, so there is nothing to announce or to decide."""


class ReleaseAnnounced(Refusal):
    """The release was announced before."""


class ReleaseNumberTaken(Refusal):
    """Another release has this number."""

    kind = Kind.EXISTS


class ItemHasLetter(Refusal):
    """The change item has a letter, so it stays."""


@dataclass(frozen=True)
class Said:
    """What a release says."""

    kind: str
    number: str
    title: str
    production_on: date | None
    summary: str = ""
    contact: str = ""
    test_on: date | None = None
    training_on: date | None = None
    production_hours: str = ""
    freeze_from: date | None = None
    freeze_to: date | None = None
    demonstration: bool = False
    source: str = ""

    @property
    def days(self) -> dict[str, date | None]:
        """Its days by name: what a decision is about, beside the items."""
        names = ("test_on", "training_on", "production_on", "freeze_from", "freeze_to")
        return {name: getattr(self, name) for name in names}


def check(said: Said) -> None:
    """Refuse a release that lacks what every one says, or whose days contradict each other."""
    for name, most in _LONGEST.items():
        length = len(getattr(said, name))
        if length > most:
            raise InvalidField(f"release.{name}", length, f"must have at most {most:,} characters")
    for name in ("kind", "number", "title"):
        if not getattr(said, name):
            raise InvalidField(f"release.{name}", "", "must be given")
    if said.production_on is None:
        raise InvalidField("release.production_date", "", "must be given")
    earlier: tuple[str, date] | None = None
    for name in ("test", "training", "production"):
        day: date | None = getattr(said, f"{name}_on")
        if day is None:
            continue
        if earlier is not None and day < earlier[1]:
            raise InvalidField(f"release.{name}_date", day, f"must not lie before the {earlier[0]} date, {earlier[1]}")
        earlier = (name, day)
    _check_freeze(said)


def _check_freeze(said: Said) -> None:
    begins, ends = said.freeze_from, said.freeze_to
    if begins is None and ends is None:
        return
    if begins is None or ends is None:
        missing = "freeze_from_date" if begins is None else "freeze_to_date"
        raise InvalidField(f"release.{missing}", "", "must be given: a freeze window has a first and a last day")
    if ends < begins:
        raise InvalidField("release.freeze_to_date", ends, f"must not lie before its first day, {begins}")
    if (ends - begins).days >= _LONGEST_FREEZE:
        raise InvalidField("release.freeze_to_date", ends, f"must lie within {_LONGEST_FREEZE} days of its first day")


def check_step(step: Step, name: str, state: str) -> None:
    """Refuse a step that does not start from *state*."""
    starts = STARTS[step]
    if state not in starts:
        needed = " or ".join(starts)
        raise ReleaseState(f"The release is {state}, not {needed}.", release=name, state=state, needed=needed)


def check_etag(name: str, given: str, revision: int) -> None:
    """Refuse a change by somebody who has not seen the release as it is now."""
    if not given:
        raise InvalidField("etag", given, "must be the one last read")
    if given != str(revision):
        raise Stale(name)


def check_decider(name: str, decider: UUID, writers: Sequence[UUID]) -> None:
    """Refuse a decision by somebody who wrote on the release: four eyes."""
    if decider in writers:
        raise ReleaseWriterDecides("Who wrote it cannot decide.", release=name, decider=f"people/{decider}")


def check_items(name: str, count: int) -> None:
    """Refuse to announce or decide a release without items."""
    if not count:
        raise ReleaseEmpty("The release has no change items.", release=name)


def check_reason(reason: str) -> str:
    """Return *reason* without blanks around it; refuse to decide without saying why."""
    return text.reason(reason, most=_LONGEST_REASON)
