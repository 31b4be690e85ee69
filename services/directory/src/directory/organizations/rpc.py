"""Organizations outside and who speaks for them: unpack, call, pack."""

from uuid import UUID

from cadre.directory.v1 import organization_service_pb2 as pb
from directory.organizations import organizations, outside, queries, wire
from directory.people import wire as people_wire
from directory.people.visible import reach
from directory.rules import spells
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer

_WRITES = "organizations.write"


class OrganizationServicer(Servicer):
    """Answers `cadre.directory.v1.OrganizationService`."""

    service = pb.DESCRIPTOR.services_by_name["OrganizationService"]

    def ListOrganizations(self, request: pb.ListOrganizationsRequest, call: Call) -> pb.ListOrganizationsResponse:
        page, whole = self.page_of(request), reach(call, _WRITES).whole
        with self.read() as db:
            rows = queries.organizations(db, page, unlisted=whole, day=pacific_date(call.now))
        shown, token = page.cut(rows, lambda row: [row.sort_key, row.id])
        found = [wire.organization(row, whole=whole) for row in shown]
        return pb.ListOrganizationsResponse(organizations=found, next_page_token=token)

    def GetOrganization(self, request: pb.GetOrganizationRequest, call: Call) -> pb.Organization:
        organization_id, whole = wire.organization_id(request.name), reach(call, _WRITES).whole
        with self.read() as db:
            row = queries.organization(db, organization_id, unlisted=whole, day=pacific_date(call.now))
        return wire.organization(row, whole=whole)

    def CreateOrganization(self, request: pb.CreateOrganizationRequest, call: Call) -> pb.Organization:
        said = wire.said(request.organization)
        with self.write(call, request) as db:
            row = organizations.create(db, said, organization_id=request.organization_id)
            return self._organization(db, row.id, call)

    def UpdateOrganization(self, request: pb.UpdateOrganizationRequest, call: Call) -> pb.Organization:
        organization_id = wire.organization_id(request.organization.name, "organization.name")
        said, fields = wire.said(request.organization), set(request.update_mask.paths)
        with self.write(call, request) as db:
            organizations.update(db, organization_id, said, fields=fields, etag=request.organization.etag)
            return self._organization(db, organization_id, call)

    def ListOutsidePeople(self, request: pb.ListOutsidePeopleRequest, call: Call) -> pb.ListOutsidePeopleResponse:
        page, organization_id = self.page_of(request), wire.organization_id(request.parent, "parent")
        day = pacific_date(call.now)
        with self.read() as db:
            queries.organization(db, organization_id, unlisted=True, day=day)
            rows = queries.people(db, page, organization_id, day=day)
        shown, token = page.cut(rows, lambda row: [row.over, row.sort_key, row.id])
        return pb.ListOutsidePeopleResponse(people=map(wire.person, shown), next_page_token=token)

    def GetOutsidePerson(self, request: pb.GetOutsidePersonRequest, call: Call) -> pb.OutsidePerson:
        affiliation_id = wire.affiliation_id(request.name)
        with self.read() as db:
            return wire.person(queries.person(db, affiliation_id, day=pacific_date(call.now)))

    def CreateOutsidePerson(self, request: pb.CreateOutsidePersonRequest, call: Call) -> pb.OutsidePerson:
        organization_id, said = wire.organization_id(request.parent, "parent"), wire.said_of(request.person)
        start = spells.day("person.start_date", request.person.start_date)
        with self.write(call, request) as db:
            row = outside.begin(db, organization_id, said, staff_number=request.staff_number, start=start)
            return self._person(db, row.id, call)

    def UpdateOutsidePerson(self, request: pb.UpdateOutsidePersonRequest, call: Call) -> pb.OutsidePerson:
        person_id = people_wire.person_id(request.person.name, "person.name")
        affiliation_id = wire.affiliation_id(request.person.affiliation, "person.affiliation")
        said, fields = wire.said_of(request.person), set(request.update_mask.paths)
        with self.write(call, request) as db:
            outside.update(db, affiliation_id, person_id, said, fields=fields, etag=request.person.etag)
            return self._person(db, affiliation_id, call)

    def EndAffiliation(self, request: pb.EndAffiliationRequest, call: Call) -> pb.OutsidePerson:
        affiliation_id, day = wire.affiliation_id(request.name), spells.day("end_date", request.end_date)
        with self.write(call, request) as db:
            outside.end(db, affiliation_id, day=day, reason=request.reason)
            return self._person(db, affiliation_id, call)

    def _organization(self, db: Db, organization_id: str, call: Call) -> pb.Organization:
        row = queries.organization(db, organization_id, unlisted=True, day=pacific_date(call.now))
        return db.answer(wire.organization(row, whole=True))

    def _person(self, db: Db, affiliation_id: UUID, call: Call) -> pb.OutsidePerson:
        return db.answer(wire.person(queries.person(db, affiliation_id, day=pacific_date(call.now))))
