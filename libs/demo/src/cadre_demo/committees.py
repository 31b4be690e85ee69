"""The demonstration's committees: who sits there, a meeting with approved minutes, one that is called, one in draft.

What has happened before is found: a committee by its id, a part by its person, a meeting and an action by their words.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo.content import Flag, Minutes
from servicekit import calendar

_EXACT = ConfigDict(extra="forbid")
# `persona:{part}`, `agency:{slug}` for whoever acts for it, `number:{staff number}`.
Who = Annotated[str, Field(pattern=r"^(persona|agency|number):[A-Za-z0-9-]+$")]
# Who has a part in the demonstration has it for so long.
_SINCE = timedelta(days=200)
_PART = membership_pb.Membership


@dataclass(frozen=True, config=_EXACT)
class Seat:
    """A seat, with who holds it and who stands for them."""

    title: Text
    wanted: Note = ""
    who: Who | None = None
    alternate: Who | None = None


@dataclass(frozen=True, config=_EXACT)
class Constituency:
    """Seats of one side."""

    title: Text
    seat: tuple[Seat, ...]


@dataclass(frozen=True, config=_EXACT)
class Action:
    """Something to be done, so many days from the day on which it is told."""

    what: Text
    who: Who
    days: int


@dataclass(frozen=True, config=_EXACT)
class Item:
    """An item of an agenda, with what came of it."""

    title: Text
    kind: Literal["decision", "consent", "discussion", "information", "priority", "talk", "report"]
    minutes: Minutes
    presenter: Note
    notes: Note = ""
    outcome: Note = ""
    action: Action | None = None


@dataclass(frozen=True, config=_EXACT)
class Meeting:
    """A meeting, so many days from the day on which it is told."""

    title: Text
    days: int
    hour: Annotated[int, Field(ge=0, le=23)]
    minutes: Minutes
    place: Note
    fate: Literal["draft", "called", "approved"]
    item: tuple[Item, ...]
    link: Note = ""
    away: tuple[Who, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Committee:
    """A committee."""

    flag: Flag
    id: Slug
    title: Text
    code: Text
    purpose: Text
    source: Text
    conflict: Text
    notice_hours: int
    secretary: Who
    chair: Who
    deputy: Who
    constituency: tuple[Constituency, ...]
    meeting: tuple[Meeting, ...]
    action: tuple[Action, ...] = ()


@dataclass(frozen=True)
class People:
    """Whom the words of the files mean: resource names of people, and where each works."""

    convener: str
    named: Mapping[str, str]
    agencies: Mapping[str, str]

    def of(self, who: str) -> str:
        """Return the person of a word."""
        return self.named[who]


def read() -> list[Committee]:
    """Read the committees."""
    return [read_document(path, Committee) for path in _files()]


def tell(access: Access, leads: Mapping[str, str]) -> int:
    """Take the committees as far as the demonstration goes, and return how many there are."""
    told = read()
    people = _people(access, leads, told)
    for committee in told:
        name = _begun(access, people, committee)
        _seat(access, people, committee, name)
    return len(told)


def _files() -> list[Path]:
    return sorted((data_root() / "demo" / "committees").glob("*.toml"))


def _words(committee: Committee) -> Iterator[str]:
    """Give every word that means somebody."""
    yield from (committee.secretary, committee.chair, committee.deputy)
    for side in committee.constituency:
        for seat in side.seat:
            yield from filter(None, (seat.who, seat.alternate))
    for meeting in committee.meeting:
        yield from meeting.away
        yield from (item.action.who for item in meeting.item if item.action)
    yield from (action.who for action in committee.action)


def _people(access: Access, leads: Mapping[str, str], told: list[Committee]) -> People:
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    parts = {persona.part: persona.person for persona in personas}
    named: dict[str, str] = {}
    agencies: dict[str, str] = {}
    for word in sorted({word for committee in told for word in _words(committee)}):
        way, _, key = word.partition(":")
        asked = sign_in_pb.GetSignInPersonRequest(whole_state=True)
        if way == "number":
            asked.staff_number = key
        else:
            asked.person = parts[key] if way == "persona" else leads[key]
        found = access.ask(access.sign_ins.GetSignInPerson, asked)
        named[word] = found.person
        own = f"agencies/{key}"
        places = [*found.agencies, *found.organizations]
        agencies[found.person] = (own if own in places else places[0]).partition("/")[2]
    return People(parts["training-manager"], named, agencies)


def _begun(access: Access, people: People, told: Committee) -> str:
    """Return the committee; begin it if it is not there."""
    name = f"bodies/{told.id}"
    listed = access.every(access.bodies.ListBodies, body_pb.ListBodiesRequest(), "bodies", person=people.convener)
    if name in {one.name for one in listed}:
        return name
    half, most = body_pb.Fraction(numerator=1, denominator=2), body_pb.Fraction(numerator=2, denominator=3)
    rules = body_pb.BodyRules(
        quorum=half,
        quorum_of_each_constituency=1,
        thresholds=[
            body_pb.Threshold(
                decision_class="MAJOR", of_all=most, of_each_constituency=half, yes_of_each_constituency=1
            ),
            body_pb.Threshold(decision_class="MINOR", of_all=half),
            body_pb.Threshold(decision_class="EDITORIAL", of_all=half),
        ],
        notice_hours=told.notice_hours,
        written_votes=True,
        override=most,
        conflict_text=told.conflict,
    )
    body = body_pb.Body(
        title=told.title,
        code=told.code,
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.EVERYONE,
        purpose=told.purpose,
        newcomers_read_all=True,
        rules=rules,
        source=told.source,
        constituencies=[
            body_pb.Constituency(
                id=_slug(side.title),
                title=side.title,
                seats=[
                    body_pb.Seat(id=_seat_id(side, seat), title=seat.title, voting=True, wanted=seat.wanted)
                    for seat in side.seat
                ],
            )
            for side in told.constituency
        ],
    )
    create = body_pb.CreateBodyRequest(body_id=told.id, body=body, request_id=request_id("committee", told.id))
    return access.ask(access.bodies.CreateBody, create, person=people.convener).name


def _seat(access: Access, people: People, told: Committee, name: str) -> None:
    """Give everybody their part; nobody gives one to themselves, so who convenes gets theirs from the secretary."""
    asked = membership_pb.ListMembershipsRequest(parent=name)
    listed = access.every(access.memberships.ListMemberships, asked, "memberships", person=people.convener)
    known = {(one.person, one.part, one.seat) for one in listed}
    since = (calendar.pacific_date(access.clock()) - _SINCE).isoformat()
    for part, word, seat in _parts(told):
        person = people.of(word)
        if (person, part, seat) in known:
            continue
        membership = _PART(person=person, organization=people.agencies[person], part=part, seat=seat, start_date=since)
        create = membership_pb.CreateMembershipRequest(
            parent=name,
            membership=membership,
            request_id=request_id(name, "part", person, _PART.Part.Name(part), seat, since),
        )
        giver = people.convener if person != people.convener else people.of(told.secretary)
        access.ask(access.memberships.CreateMembership, create, person=giver)


def _parts(told: Committee) -> Iterator[tuple[_PART.Part.ValueType, str, str]]:
    """Give each part with whose it is and its seat, the secretary's first."""
    yield _PART.SECRETARY, told.secretary, ""
    yield _PART.CHAIR, told.chair, ""
    yield _PART.DEPUTY, told.deputy, ""
    for side in told.constituency:
        for seat in side.seat:
            for part, who in ((_PART.MEMBER, seat.who), (_PART.ALTERNATE, seat.alternate)):
                if who:
                    yield part, who, _seat_id(side, seat)


def _seat_id(side: Constituency, seat: Seat) -> str:
    """Return the short name of a seat: with its side, as two sides may have seats of one title."""
    return f"{_slug(side.title)}-{_slug(seat.title)}"


def _slug(title: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.casefold()).split())
