"""What the pages of a committee show: the committee, who sits there, its meetings, what is to be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.committees import phrases
from gateway.web import ours
from gateway.web.visit import Visit
from gateway.words import glossary
from servicekit.rpc.incoming import LONGEST_STRING

_ALL_PEOPLE, _ALL_ACTIONS, _MOST_NAMES = 500, 100, 1_000
CONVENE = "bodies.convene"
_PART = membership_pb.Membership


@dataclass(frozen=True)
class Sitting:
    """A seat with who holds it and who stands for them; both None where it is vacant."""

    seat: body_pb.Seat
    holder: membership_pb.Membership | None
    alternate: membership_pb.Membership | None


@dataclass(frozen=True)
class Constituency:
    """Seats of one side of a committee."""

    title: str
    seats: Sequence[Sitting]


@dataclass(frozen=True)
class People:
    """Who has a part in a committee on a day, with the names that the visitor may see."""

    memberships: Sequence[membership_pb.Membership]
    names: Mapping[str, str]
    agencies: Mapping[str, str]
    seats: Mapping[str, str] = field(default_factory=dict)
    # For which organization outside somebody speaks, by person.
    outside: Mapping[str, str] = field(default_factory=dict)

    def name(self, person: str) -> str:
        """Name somebody; by their agency, where the visitor does not see their name."""
        if person in self.names:
            return self.names[person]
        found = next((one for one in self.memberships if one.person == person), None)
        place = self.place(found) if found else ""
        return f"Somebody of {place}" if place else "Somebody who has no part here now"

    def place(self, membership: membership_pb.Membership) -> str:
        """For whom somebody sits there: an agency, or an organization outside as far as it may be named."""
        key = f"agencies/{membership.organization}"
        return self.agencies.get(key) or self.outside.get(membership.person) or glossary.place(key)

    def of_part(self, *parts: str) -> list[membership_pb.Membership]:
        """Return those who have one of *parts*, in the order of these."""
        wanted = [_PART.Part.Value(one) for one in parts]
        found = [one for one in self.memberships if one.part in wanted]
        return sorted(found, key=lambda one: (wanted.index(one.part), self.name(one.person).casefold()))

    @property
    def unseated(self) -> list[membership_pb.Membership]:
        """Members and alternates without a seat."""
        return [one for one in self.of_part("MEMBER", "ALTERNATE") if one.seat not in self.seats]

    @property
    def each(self) -> list[membership_pb.Membership]:
        """Everybody once, with what they are there above all, by name."""
        ranked = self.of_part("MEMBER", "ALTERNATE", "CHAIR", "DEPUTY", "SECRETARY", "OBSERVER")
        once = {one.person: one for one in reversed(ranked)}
        return sorted(once.values(), key=lambda one: self.name(one.person).casefold())

    def has_alternate(self, person: str) -> bool:
        """Whether somebody stands for a seat that a person holds."""
        held = {one.seat for one in self.of_part("MEMBER") if one.person == person and one.seat}
        return any(one.seat in held for one in self.of_part("ALTERNATE"))

    def parts(self, person: str) -> str:
        """What somebody is there: `Chair and member`."""
        return phrases.parts(_PART.Part.Name(one.part) for one in self.memberships if one.person == person)


def name(slug: str) -> str:
    """Return the resource name of a committee."""
    return f"bodies/{slug}"


def path(resource: str) -> str:
    """Return the address of a committee, or of what is of it, by its resource name."""
    return f"/{resource.replace('bodies/', 'committees/', 1).replace('/documents/', '/papers/', 1)}"


def slug_of(resource: str) -> str:
    """Return the slug of the committee of a resource."""
    return resource.split("/")[1]


def load(visit: Visit, slug: str) -> body_pb.Body:
    """Return a committee that the visitor sees."""
    return visit.clients.bodies.GetBody(body_pb.GetBodyRequest(name=name(slug)))


def meeting(visit: Visit, slug: str, meeting_id: str) -> meeting_pb.Meeting:
    """Return a meeting that the visitor sees."""
    request = meeting_pb.GetMeetingRequest(name=f"{name(slug)}/meetings/{meeting_id}")
    return visit.clients.meetings.GetMeeting(request)


def write(asked: meeting_pb.AddEditionRequest | meeting_pb.RecordItemRequest, field: str, text: str) -> None:
    """Write a *text* that may be long into a request: where its own strings are too short, in what it writes."""
    setattr(asked if len(text) <= LONGEST_STRING else asked.written, field, text)


def people(visit: Visit, committee: body_pb.Body, day: str = "", others: Iterable[str] = ()) -> People:
    """Return who has a part on a day, today if it is not said; and the names of *others*."""
    request = membership_pb.ListMembershipsRequest(parent=committee.name, day=day, page_size=_ALL_PEOPLE)
    found: list[membership_pb.Membership] = []
    while True:
        answer = visit.clients.memberships.ListMemberships(request)
        found += answer.memberships
        request.page_token = answer.next_page_token
        if not answer.next_page_token:
            break
    known = visit.people([*(one.person for one in found), *others])
    names = {key: person.display_name for key, person in known.items()}
    # Who sits there knows those whom they sit with, and so does who calls it together: not whom else a page is about.
    if committee.my_parts or convenes(visit):
        names |= ours.names(visit, [one.person for one in found if one.person not in names][:_MOST_NAMES])
    speaks = {key: person.affiliations[0].organization_title for key, person in known.items() if person.affiliations}
    # People from outside see no agencies: these are named by their addresses then.
    listed = {} if visit.rights.from_outside else visit.agencies()
    agencies = {key: agency.short_title for key, agency in listed.items()}
    seats = {seat.id: seat.title for side in committee.constituencies for seat in side.seats}
    return People(found, names, agencies, seats, speaks)


def sittings(committee: body_pb.Body, found: People, day: str) -> list[Constituency]:
    """Return the seats of a day by constituency, each with who sits there."""
    holders = {one.seat: one for one in found.of_part("MEMBER") if one.seat}
    alternates = {one.seat: one for one in found.of_part("ALTERNATE") if one.seat}
    sides = [
        Constituency(
            side.title,
            [
                Sitting(seat, holders.get(seat.id), alternates.get(seat.id))
                for seat in side.seats
                if not seat.end_date or seat.end_date > day
            ],
        )
        for side in committee.constituencies
    ]
    return [side for side in sides if side.seats]


def filled(sides: Iterable[Constituency]) -> tuple[int, int]:
    """Return how many seats are filled, and how many there are."""
    seats = [one for side in sides for one in side.seats]
    return sum(one.holder is not None for one in seats), len(seats)


def actions(visit: Visit, parent: str = "") -> list[meeting_pb.Action]:
    """Return what is to be done in a committee, or by the visitor in all of them; open ones first, by day."""
    request = meeting_pb.ListActionsRequest(parent=parent, page_size=_ALL_ACTIONS)
    return list(visit.clients.meetings.ListActions(request).actions)


def is_open(action: meeting_pb.Action) -> bool:
    """Whether it is still to be done."""
    return not action.HasField("complete_time")


def titles(committee: body_pb.Body) -> dict[str, str]:
    """Return the titles of constituencies by their short names."""
    return {side.id: side.title for side in committee.constituencies}


def convenes(visit: Visit) -> bool:
    """Whether the visitor calls committees together."""
    return visit.rights.state(CONVENE)


def runs_votes(committee: body_pb.Body) -> bool:
    """Whether the visitor prepares and opens what a committee votes on."""
    return any(one in committee.my_parts for one in phrases.RUNS)


def runs(visit: Visit, committee: body_pb.Body) -> bool:
    """Whether the visitor runs its meetings."""
    return convenes(visit) or runs_votes(committee)
