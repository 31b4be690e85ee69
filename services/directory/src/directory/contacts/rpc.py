"""Whom to write to: unpack, call, pack."""

from cadre.directory.v1 import contact_service_pb2 as pb
from directory.contacts import queries, wire
from directory.people.wire import person_ids
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of, pacific_date
from servicekit.rpc.calls import Call, Servicer


class ContactServicer(Servicer):
    """Answers `cadre.directory.v1.ContactService`."""

    service = pb.DESCRIPTOR.services_by_name["ContactService"]

    def ListHolders(self, request: pb.ListHoldersRequest, call: Call) -> pb.ListHoldersResponse:
        held, scopes = wire.held(request.roles), wire.scopes(request.scopes)
        with self.read() as db:
            found = queries.holders(db, held=held, scopes=scopes, day=pacific_date(call.now))
        return pb.ListHoldersResponse(holders=map(wire.holder, found))

    def BatchGetContacts(self, request: pb.BatchGetContactsRequest, call: Call) -> pb.BatchGetContactsResponse:
        ids = person_ids(request.people, "people", most=wire.MOST_AT_ONCE)
        with self.read() as db:
            found = queries.contacts(db, ids, day=pacific_date(call.now))
        return pb.BatchGetContactsResponse(contacts=map(wire.contact, found))

    def ListClosedDays(self, request: pb.ListClosedDaysRequest, call: Call) -> pb.ListClosedDaysResponse:  # noqa: ARG002
        first = day_of("start_date", request.start_date, YEARS_OF_DOCUMENTS)
        with self.read() as db:
            found = queries.closed_days(db, first)
        return pb.ListClosedDaysResponse(days=map(wire.closed_day, found))
