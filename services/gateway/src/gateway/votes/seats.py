"""The seats of a vote: who speaks for each, and what counts of what was said."""

from collections.abc import Sequence
from dataclasses import dataclass

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import shown
from gateway.committees.shown import People
from gateway.votes import phrases
from gateway.web.visit import Visit


@dataclass(frozen=True)
class Seat:
    """A seat of the roll in words; *counts* is what counts of what was said for it."""

    id: str
    title: str
    side: str
    holder: str
    alternate: str
    counts: pb.Position | None
    mine: bool
    # The visitor holds it themselves: they do not stand in for somebody.
    held: bool
    # What the visitor said for it themselves, or was written down as theirs, last.
    own: pb.Position | None
    # They wrote what is voted on.
    recused: bool

    @property
    def objects(self) -> bool:
        """Whether it holds the decision up."""
        return self.counts is not None and self.counts.choice == pb.HOLD

    @property
    def who(self) -> str:
        """`Maria Lopez (Small agency)`."""
        return f"{self.holder} ({self.title})"


@dataclass(frozen=True)
class Sheet:
    """A vote with its committee and the names that the visitor may see."""

    ballot: pb.Ballot
    committee: body_pb.Body
    people: People
    seats: Sequence[Seat]

    @property
    def mine(self) -> list[Seat]:
        """The seats for which the visitor speaks."""
        return [one for one in self.seats if one.mine]

    @property
    def holds(self) -> list[Seat]:
        """Those that object."""
        return [one for one in self.seats if one.objects]

    @property
    def silent(self) -> int:
        """How many seats said nothing that counts."""
        return sum(one.counts is None for one in self.seats)

    @property
    def told(self) -> int:
        """How many people are told of it."""
        lines = self.ballot.roll
        return len({one.holder for one in lines} | {one.alternate for one in lines if one.alternate})

    @property
    def sides(self) -> dict[str, str]:
        """Titles of constituencies by their short names."""
        return shown.titles(self.committee)

    @property
    def holders(self) -> dict[str, str]:
        """Who objects, by seat: who said so, who may be another than who holds it."""
        return {
            one.id: f"{self.people.name(one.counts.person)} ({one.title})" if one.counts else one.who
            for one in self.seats
        }

    def by_side(self) -> list[tuple[str, list[Seat]]]:
        """Seats by constituency, in the committee's order."""
        known = {one.side for one in self.seats}
        ordered = [one for one in self.sides.values() if one in known]
        names = [*ordered, *sorted(known - set(ordered))]
        return [(name, [one for one in self.seats if one.side == name]) for name in names]


def get(visit: Visit, ballot_id: str) -> pb.Ballot:
    """Return a vote that the visitor sees."""
    return visit.clients.ballots.GetBallot(pb.GetBallotRequest(name=f"ballots/{ballot_id}"))


def sheet(visit: Visit, ballot: pb.Ballot) -> Sheet:
    """Return a vote in words."""
    committee = shown.load(visit, shown.slug_of(ballot.body))
    spoke = [one for line in ballot.roll for one in line.positions]
    people = shown.people(
        visit,
        committee,
        others=[
            *(person for line in ballot.roll for person in (line.holder, line.alternate)),
            *(person for one in spoke for person in (one.person, one.recorder)),
            *ballot.authors,
        ],
    )
    sides = shown.titles(committee)
    return Sheet(ballot, committee, people, [_seat(visit, ballot, line, people, sides) for line in ballot.roll])


def _seat(visit: Visit, ballot: pb.Ballot, line: pb.RollSeat, people: People, sides: dict[str, str]) -> Seat:
    own = [one for one in line.positions if one.person == visit.person]
    return Seat(
        id=line.seat,
        title=people.seats.get(line.seat, line.seat),
        side=sides.get(line.constituency, line.constituency),
        holder=people.name(line.holder),
        alternate=people.name(line.alternate) if line.alternate else "",
        counts=next((one for one in line.positions if line.counting and one.number == line.counting), None),
        mine=line.seat in ballot.my_seats,
        held=line.holder == visit.person,
        own=own[-1] if own else None,
        recused=line.holder in ballot.authors,
    )


def counted(sheet: Sheet) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return the table by constituency: each with its numbers and their heads."""
    titles = sheet.sides
    return [(titles.get(one.constituency, one.constituency), phrases.counts(one)) for one in sheet.ballot.counts]
