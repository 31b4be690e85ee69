"""Which parts people have in a body, who may give and end one, and which cannot be held at the same time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from servicekit.refusals import InvalidField, Kind, Refusal

MEMBER, ALTERNATE = "MEMBER", "ALTERNATE"
PARTS = (MEMBER, ALTERNATE, "CHAIR", "DEPUTY", "SECRETARY", "OBSERVER")
SEATED = frozenset({MEMBER, ALTERNATE})
# Of these there is one in a body.
ALONE = frozenset({"CHAIR", "DEPUTY"})
LONGEST_REASON = 500


class OwnPart(Refusal):
    """Nobody gives themselves a part, or more of one."""

    kind = Kind.DENIED


class PartHeld(Refusal):
    """The person has this part in the body then."""

    kind = Kind.EXISTS


class PartTaken(Refusal):
    """Somebody else has this part in the body then, of which there is one."""


@dataclass(frozen=True)
class Given:
    """A part that somebody is to have in a body, from a day until a day."""

    person: UUID
    organization: str
    part: str
    seat: str | None
    start: date
    end: date | None
    carries_over: bool = False


def check(given: Given, *, has_seats: bool) -> None:
    """Refuse a part that contradicts itself; *has_seats*: so has the body, or had."""
    if given.part not in PARTS:
        raise InvalidField("membership.part", given.part, f"must be one of {', '.join(PARTS)}")
    if given.end is not None and given.end <= given.start:
        raise InvalidField("membership.end_date", given.end, f"must lie after its start, {given.start}")
    if given.seat is not None and given.part not in SEATED:
        raise InvalidField("membership.seat", given.seat, f"must be empty for {given.part}")
    if given.seat is None and (given.part == ALTERNATE or (given.part == MEMBER and has_seats)):
        raise InvalidField("membership.seat", "", f"must be given for {given.part}")
    if given.carries_over and given.end is None:
        raise InvalidField("membership.carries_over", "true", "must be false where no end is set")
    if given.carries_over and given.seat is None and given.part not in ALONE:
        raise InvalidField("membership.carries_over", "true", "must be false but for a seat, the chair and the deputy")


def check_giver(giver: UUID | None, person: UUID) -> None:
    """Refuse who gives themselves a part."""
    if giver == person:
        raise OwnPart("Nobody gives themselves a part.", person=f"people/{person}")


def check_end(end: date, *, start: date) -> None:
    """Refuse an end before the start; on the start it was recorded by mistake."""
    if end < start:
        raise InvalidField("end_date", end, f"must not lie before its start, {start}")


def check_own_end(end: date, *, person: UUID, last: date | None, today: date) -> None:
    """Refuse an own part to be ended in the past, or to be given more days; *last* is None where nothing ends it."""
    if end < today:
        raise InvalidField("end_date", end, f"must not lie before today, {today}, for an own part")
    if last is not None and end >= last:
        raise OwnPart("Nobody gives themselves more of a part.", person=f"people/{person}")
