"""What the directory is asked, outside of any transaction: who holds a role, and where people can be written to."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from uuid import UUID

from cadre.directory.v1 import contact_service_pb2 as pb
from cadre.directory.v1.contact_service_pb2_grpc import ContactServiceStub
from notification.messages.mails import Unresolved
from servicekit.clock import Clock
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer
from servicekit.settings import Settings

# The directory does not answer, or not this.
Unanswered = Refused

_MOST = 1_000
_PEOPLE, _AGENCIES = "people/", "agencies/"


class Contacts:
    """The directory, as this service sees it: the one call between back ends, and only to write to people."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        token = Signer(settings.keys_dir, settings.service).own_tokens(clock)
        self._channel = Channel(settings.peers["directory"], token)
        self._stub = self._channel.stub(ContactServiceStub)

    def holders(self, asked: Collection[Unresolved]) -> dict[tuple[str, str], list[UUID]]:
        """Return who holds each role for each scope that is asked for."""
        found: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
        roles = sorted({one.role for one in asked})
        for scopes in _cut(sorted({one.scope for one in asked})):
            answer = self._stub.ListHolders(pb.ListHoldersRequest(roles=roles, scopes=scopes))
            for holder in answer.holders:
                found[holder.role, holder.scope].append(UUID(holder.person.removeprefix(_PEOPLE)))
        return found

    def addresses(self, people: Collection[UUID]) -> dict[UUID, pb.PersonContact]:
        """Return where people can be written to; who works nowhere any more is not among them."""
        found: dict[UUID, pb.PersonContact] = {}
        for names in _cut([f"{_PEOPLE}{person}" for person in sorted(people)]):
            answer = self._stub.BatchGetContacts(pb.BatchGetContactsRequest(people=names))
            found |= {UUID(one.person.removeprefix(_PEOPLE)): one for one in answer.contacts}
        return found

    def closed_days(self, first: date) -> dict[str, set[date]]:
        """Return on which days from *first* on agencies are closed besides the state's, by agency."""
        found: defaultdict[str, set[date]] = defaultdict(set)
        answer = self._stub.ListClosedDays(pb.ListClosedDaysRequest(start_date=first.isoformat()))
        for one in answer.days:
            found[one.agency.removeprefix(_AGENCIES)].add(date.fromisoformat(one.date))
        return found

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


def _cut(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _MOST):
        yield names[start : start + _MOST]
