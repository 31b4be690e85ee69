"""What a body says of itself, and what its seats are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from partnership.bodies.rules import ruling
from partnership.bodies.rules.ruling import Ruling
from servicekit.refusals import InvalidField, Kind, Refusal, Stale

KINDS = ("COMMITTEE", "PARTNERSHIP", "PEER_GROUP", "WORK_GROUP", "WORKSHOP")
VISIBILITIES = ("EVERYONE", "MEMBERS")
MOST_CONSTITUENCIES, MOST_SEATS = 30, 200
LONGEST_REASON = 500
_LONGEST = {"title": 120, "purpose": 1_000, "source": 500}
_LONGEST_SEAT = {"title": 120, "wanted": 200}
_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*")
_LONGEST_CODE = 20


class CodeTaken(Refusal):
    """Another body numbers its decisions by this code."""

    kind = Kind.EXISTS


class SeatTaken(Refusal):
    """Somebody has this seat then."""


class SeatEnded(Refusal):
    """There is no such seat any more then."""


@dataclass(frozen=True)
class Seat:
    """A seat of a body."""

    id: str
    title: str
    voting: bool = True
    wanted: str = ""
    end_on: date | None = None


@dataclass(frozen=True)
class Constituency:
    """Those whom seats are for."""

    id: str
    title: str
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True)
class Said:
    """What a body says of itself."""

    title: str
    code: str
    kind: str
    visibility: str
    purpose: str
    newcomers_read_all: bool
    open_meetings: bool
    source: str
    rules: Ruling


def check(said: Said) -> None:
    """Refuse a body that lacks what every one says, or says too much."""
    for name, most in _LONGEST.items():
        length = len(getattr(said, name))
        if length > most:
            raise InvalidField(f"body.{name}", length, f"must have at most {most:,} characters")
    if not said.title:
        raise InvalidField("body.title", "", "must be given")
    if not _CODE.fullmatch(said.code) or len(said.code) > _LONGEST_CODE:
        rule = f"must be capital letters and digits, at most {_LONGEST_CODE}, such as STSC"
        raise InvalidField("body.code", said.code, rule)
    for name, value, known in (("kind", said.kind, KINDS), ("visibility", said.visibility, VISIBILITIES)):
        if value not in known:
            raise InvalidField(f"body.{name}", value, f"must be one of {', '.join(known)}")
    ruling.check(said.rules)


def check_seats(constituencies: Sequence[Constituency]) -> None:
    """Refuse constituencies and seats that cannot be told apart, or are too many."""
    seats = [seat for one in constituencies for seat in one.seats]
    for name, ids, most in (
        ("constituencies", [one.id for one in constituencies], MOST_CONSTITUENCIES),
        ("constituencies.seats", [one.id for one in seats], MOST_SEATS),
    ):
        if len(ids) > most:
            raise InvalidField(f"body.{name}", len(ids), f"must be at most {most}")
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise InvalidField(f"body.{name}.id", twice[0], "must be there only once in a body")
    for constituency in constituencies:
        check_title("body.constituencies.title", constituency.title)
        for seat in constituency.seats:
            check_seat("body.constituencies.seats", seat)


def check_seat(field: str, seat: Seat) -> None:
    """Refuse a seat without a title, or that says too much."""
    check_title(f"{field}.title", seat.title)
    most = _LONGEST_SEAT["wanted"]
    if len(seat.wanted) > most:
        raise InvalidField(f"{field}.wanted", len(seat.wanted), f"must have at most {most} characters")


def check_title(field: str, title: str) -> None:
    """Refuse no title, and one that is too long."""
    most = _LONGEST_SEAT["title"]
    if not title or len(title) > most:
        raise InvalidField(field, title, f"must be given, of at most {most} characters")


def check_etag(name: str, given: str, revision: int) -> None:
    """Refuse a change by somebody who has not seen the resource as it is now."""
    if not given:
        raise InvalidField("etag", given, "must be the one last read")
    if given != str(revision):
        raise Stale(name)
