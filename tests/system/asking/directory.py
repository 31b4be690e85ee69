"""A request for each method of the directory, and what it names."""

from google.protobuf import field_mask_pb2

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import contact_service_pb2 as contact_pb
from cadre.directory.v1 import mailing_list_service_pb2 as mailing_pb
from cadre.directory.v1 import organization_service_pb2 as organization_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1 import unit_service_pb2 as units
from servicekit.testing.waiting import wait_until

from .common import ELSEWHERE, HOME, day, fresh


def job(agency=HOME, **fields):
    return person_pb.Job(
        agency=agency,
        local_title="Specialist",
        job_class="child-support-specialist-1",
        start_date=day(-300),
        **fields,
    )


def everyone():
    return audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])


def people_of(world, agency=HOME):
    request = person_pb.ListPeopleRequest(parent=agency, page_size=100)
    return [p.name for p in world.rightly(world.access.people.ListPeople, request, "people.read").people]


def address_of(world):
    """Give the person an address, since some have none."""
    person = person_pb.Person(name=world.person, email=f"{fresh()[:8]}@lake.synthetic.example.org")
    mask = field_mask_pb2.FieldMask(paths=["email"])
    request = person_pb.UpdatePersonRequest(person=person, update_mask=mask, request_id=fresh())
    return world.rightly(world.access.people.UpdatePerson, request, "people.write").email


def audience_of(world):
    request = audience_pb.GetAudienceRequest(name=world.audience)
    return world.rightly(world.access.audiences.GetAudience, request, "audiences.read")


def new_roster_import(world):
    request = roster_pb.CreateRosterImportRequest(parent=HOME, dry_run=True, request_id=fresh())
    method = world.access.rosters.CreateRosterImport
    return world.call(method, request, world.lead, {"roster.import": (HOME,)}).name


def run_roster_import(world):
    name = new_roster_import(world)
    append = roster_pb.AppendRosterChunkRequest(name=name, index=0, content=b"staff_number\n", request_id=fresh())
    method = world.access.rosters.AppendRosterChunk
    world.call(method, append, world.lead, {"roster.import": (HOME,)})
    return roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=fresh())


def checked_roster(world):
    """A sound file of one line."""
    row = f"lake,T-{fresh()[:8]},Person,New,Specialist,child-support-specialist-1,{day(-300)}"
    content = f"agency,staff_number,family_name,given_name,local_title,job_class,hired_on\n{row}\n".encode()
    held = {"roster.import": (HOME,)}
    name = new_roster_import(world)
    append = roster_pb.AppendRosterChunkRequest(name=name, index=0, content=content, request_id=fresh())
    world.call(world.access.rosters.AppendRosterChunk, append, world.lead, held)
    run = roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=fresh())
    world.call(world.access.rosters.RunRosterImport, run, world.lead, held)

    def checked():
        request = roster_pb.GetRosterImportRequest(name=name)
        found = world.call(world.access.rosters.GetRosterImport, request, world.lead, held)
        return found.state == roster_pb.RosterImport.CHECKED

    wait_until(checked, "the file should have been checked")
    return name


def newcomer(world):
    person = person_pb.Person(staff_number=f"T-{fresh()[:8]}", given_name="New", family_name="Person", jobs=[job()])
    request = person_pb.CreatePersonRequest(parent=HOME, person=person, request_id=fresh())
    return world.call(world.access.people.CreatePerson, request, world.lead, {"people.write": (HOME,)}).name


def end_leave(world):
    leave = person_pb.Leave(start_date=day(-20), end_date=day(300))
    record = person_pb.RecordLeaveRequest(person=world.waived, leave=leave, request_id=fresh())
    world.call(world.access.people.RecordLeave, record, world.lead, {"people.write": (HOME,)})
    return person_pb.EndLeaveRequest(person=world.waived, return_date=day(-5), request_id=fresh())


def new_lead(world):
    """Somebody new, who leads nothing yet: so a repeat meets nobody."""
    lead = units.UnitLead(unit=f"{HOME}/units/legal", person=newcomer(world), start_date=day(-10))
    return units.CreateUnitLeadRequest(parent=HOME, lead=lead, request_id=fresh())


def end_lead(world):
    lead = world.call(world.access.units.CreateUnitLead, new_lead(world), world.lead, {"people.write": (HOME,)})
    return units.EndUnitLeadRequest(parent=HOME, name=lead.name, end_date=day(-5), request_id=fresh())


def new_grant(world):
    request = person_pb.GrantRoleRequest(
        grant=person_pb.RoleGrant(person=world.lead, role="supervisor", scope=HOME), request_id=fresh()
    )
    return world.rightly(world.access.people.GrantRole, request, "roles.grant").name


def mailbox():
    return f"{fresh()[:8]}@lake.synthetic.example.org"


def keep_mailbox(world):
    """Take one off that was added: others' stay, and the list is no fuller afterwards."""
    mine = {"people.write": (HOME,)}
    service, pasted = world.access.mailing_lists, mailbox()
    add = mailing_pb.AddMailingAddressesRequest(parent=HOME, pasted=pasted, request_id=fresh())
    world.call(service.AddMailingAddresses, add, world.lead, mine)
    found = world.call(
        service.ListMailingAddresses, mailing_pb.ListMailingAddressesRequest(parent=HOME), world.lead, mine
    )
    (name,) = (one.name for one in found.addresses if one.address == pasted)
    return mailing_pb.KeepMailingAddressRequest(name=name, kept=False, request_id=fresh())


def organization(world):
    """An organization that everybody may see."""
    said = organization_pb.Organization(
        title=f"Sweep {fresh()[:8]}", kind=organization_pb.Organization.COURT, listed=True
    )
    request = organization_pb.CreateOrganizationRequest(organization=said, request_id=fresh())
    return world.rightly(world.access.organizations.CreateOrganization, request, "organizations.write")


def new_outside_person(world):
    person = organization_pb.OutsidePerson(given_name="New", title="Clerk", start_date=day(-10))
    return organization_pb.CreateOutsidePersonRequest(
        parent=organization(world).name, person=person, request_id=fresh()
    )


def outside_person(world):
    service = world.access.organizations
    return world.rightly(service.CreateOutsidePerson, new_outside_person(world), "organizations.write")


REQUESTS = {
    "AgencyService": {
        "ListAgencies": lambda w: agency_pb.ListAgenciesRequest(),
        "GetAgency": lambda w: agency_pb.GetAgencyRequest(name=HOME),
        "ImportReference": lambda w: agency_pb.ImportReferenceRequest(request_id=fresh()),
        "ListVocabulary": lambda w: agency_pb.ListVocabularyRequest(),
    },
    "CalendarService": {
        "ListCalendars": lambda w: calendar_pb.ListCalendarsRequest(),
        "UpdateCalendar": lambda w: calendar_pb.UpdateCalendarRequest(
            calendar=calendar_pb.Calendar(
                name="calendars/2099", holidays=[calendar_pb.Holiday(date="2099-12-25", title="Christmas Day")]
            ),
            request_id=fresh(),
        ),
        "ImportCalendars": lambda w: calendar_pb.ImportCalendarsRequest(request_id=fresh()),
        "GetAgencyCalendar": lambda w: calendar_pb.GetAgencyCalendarRequest(name=f"{HOME}/calendars/2027"),
        "UpdateAgencyCalendar": lambda w: calendar_pb.UpdateAgencyCalendarRequest(
            parent=HOME, calendar=calendar_pb.AgencyCalendar(name=f"{HOME}/calendars/2027"), request_id=fresh()
        ),
    },
    "ContactService": {
        "ListClosedDays": lambda w: contact_pb.ListClosedDaysRequest(start_date=day(0)),
        "ListHolders": lambda w: contact_pb.ListHoldersRequest(roles=["coordinator"], scopes=[HOME]),
        "BatchGetContacts": lambda w: contact_pb.BatchGetContactsRequest(people=[w.person]),
    },
    "MailingListService": {
        "ListMailingAddresses": lambda w: mailing_pb.ListMailingAddressesRequest(parent=HOME),
        "PreviewMailingAddresses": lambda w: mailing_pb.PreviewMailingAddressesRequest(parent=HOME, pasted=mailbox()),
        "AddMailingAddresses": lambda w: mailing_pb.AddMailingAddressesRequest(
            parent=HOME, pasted=mailbox(), request_id=fresh()
        ),
        "KeepMailingAddress": keep_mailbox,
    },
    "PersonService": {
        "GetMe": lambda w: person_pb.GetMeRequest(),
        "ListPeople": lambda w: person_pb.ListPeopleRequest(parent=HOME),
        "BatchGetPeople": lambda w: person_pb.BatchGetPeopleRequest(names=[w.person]),
        "CreatePerson": lambda w: person_pb.CreatePersonRequest(
            parent=HOME,
            person=person_pb.Person(
                staff_number=f"T-{fresh()[:8]}", given_name="New", family_name="Person", jobs=[job()]
            ),
            request_id=fresh(),
        ),
        "UpdatePerson": lambda w: person_pb.UpdatePersonRequest(
            person=person_pb.Person(name=w.person, email=f"{fresh()[:8]}@lake.synthetic.example.org"),
            update_mask=field_mask_pb2.FieldMask(paths=["email"]),
            request_id=fresh(),
        ),
        "ConfirmEmail": lambda w: person_pb.ConfirmEmailRequest(email=address_of(w), request_id=fresh()),
        "CreateJob": lambda w: person_pb.CreateJobRequest(
            parent=HOME, person=people_of(w, ELSEWHERE)[-1], job=job(), request_id=fresh()
        ),
        "UpdateJob": lambda w: person_pb.UpdateJobRequest(
            parent=HOME, person=w.person, job=job(units=["intake"]), request_id=fresh()
        ),
        "EndJob": lambda w: person_pb.EndJobRequest(
            parent=HOME, person=w.leaver, end_date=day(-10), request_id=fresh()
        ),
        "BatchEndJobs": lambda w: person_pb.BatchEndJobsRequest(
            parent=HOME, ends=[person_pb.JobEnd(person=newcomer(w), end_date=day(-10))], request_id=fresh()
        ),
        "RecordLeave": lambda w: person_pb.RecordLeaveRequest(
            person=w.on_leave, leave=person_pb.Leave(start_date=day(-20), end_date=day(300)), request_id=fresh()
        ),
        "EndLeave": end_leave,
        "GrantRole": lambda w: person_pb.GrantRoleRequest(
            grant=person_pb.RoleGrant(person=people_of(w, ELSEWHERE)[-1], role="supervisor", scope=HOME),
            request_id=fresh(),
        ),
        "RevokeRole": lambda w: person_pb.RevokeRoleRequest(name=new_grant(w), reason="a test", request_id=fresh()),
        "ListStateHolders": lambda w: person_pb.ListStateHoldersRequest(role="approver"),
        "ListJobClassCounts": lambda w: person_pb.ListJobClassCountsRequest(parent=HOME),
        "GetStaffCounts": lambda w: person_pb.GetStaffCountsRequest(parent=HOME),
        "FindStaffNumbers": lambda w: person_pb.FindStaffNumbersRequest(parent=HOME, numbers=["1"]),
    },
    "OrganizationService": {
        "ListOrganizations": lambda w: organization_pb.ListOrganizationsRequest(),
        "GetOrganization": lambda w: organization_pb.GetOrganizationRequest(name=organization(w).name),
        "CreateOrganization": lambda w: organization_pb.CreateOrganizationRequest(
            organization=organization_pb.Organization(
                title=f"Sweep {fresh()[:8]}", kind=organization_pb.Organization.OTHER
            ),
            request_id=fresh(),
        ),
        "UpdateOrganization": lambda w: organization_pb.UpdateOrganizationRequest(
            organization=organization_pb.Organization(name=organization(w).name, source="Its site"),
            update_mask=field_mask_pb2.FieldMask(paths=["source"]),
            request_id=fresh(),
        ),
        "ListOutsidePeople": lambda w: organization_pb.ListOutsidePeopleRequest(parent=organization(w).name),
        "GetOutsidePerson": lambda w: organization_pb.GetOutsidePersonRequest(name=outside_person(w).affiliation),
        "CreateOutsidePerson": new_outside_person,
        "UpdateOutsidePerson": lambda w: organization_pb.UpdateOutsidePersonRequest(
            person=organization_pb.OutsidePerson(
                name=(made := outside_person(w)).name, affiliation=made.affiliation, title="Chief clerk"
            ),
            update_mask=field_mask_pb2.FieldMask(paths=["title"]),
            request_id=fresh(),
        ),
        "EndAffiliation": lambda w: organization_pb.EndAffiliationRequest(
            name=outside_person(w).affiliation, end_date=day(0), reason="a test", request_id=fresh()
        ),
    },
    "SignInService": {
        "ExchangeSignIn": lambda w: sign_in_pb.ExchangeSignInRequest(person=w.person),
        "GetSignInPerson": lambda w: sign_in_pb.GetSignInPersonRequest(person=w.person, whole_state=True),
        "BatchGetNames": lambda w: sign_in_pb.BatchGetNamesRequest(people=[w.person]),
        "ListPersonas": lambda w: sign_in_pb.ListPersonasRequest(),
    },
    "RosterService": {
        "CreateRosterImport": lambda w: roster_pb.CreateRosterImportRequest(
            parent=HOME, dry_run=True, request_id=fresh()
        ),
        "AppendRosterChunk": lambda w: roster_pb.AppendRosterChunkRequest(
            name=new_roster_import(w), index=0, content=b"staff_number\n", request_id=fresh()
        ),
        "RunRosterImport": run_roster_import,
        "ApplyRosterImport": lambda w: roster_pb.ApplyRosterImportRequest(name=checked_roster(w), request_id=fresh()),
        "ListRosterImports": lambda w: roster_pb.ListRosterImportsRequest(parent=HOME),
        "ListPeopleNotInFile": lambda w: roster_pb.ListPeopleNotInFileRequest(parent=new_roster_import(w)),
        "ListRosterNameChanges": lambda w: roster_pb.ListRosterNameChangesRequest(parent=new_roster_import(w)),
        "GetRosterImport": lambda w: roster_pb.GetRosterImportRequest(name=new_roster_import(w)),
        "ListRosterImportErrors": lambda w: roster_pb.ListRosterImportErrorsRequest(parent=new_roster_import(w)),
    },
    "AudienceService": {
        "CreateAudience": lambda w: audience_pb.CreateAudienceRequest(
            audience=audience_pb.Audience(title="All", expression=everyone()), request_id=fresh()
        ),
        "UpdateAudience": lambda w: audience_pb.UpdateAudienceRequest(audience=audience_of(w), request_id=fresh()),
        "GetAudience": lambda w: audience_pb.GetAudienceRequest(name=w.audience),
        "PreviewAudience": lambda w: audience_pb.PreviewAudienceRequest(expression=everyone()),
        "PreviewAddition": lambda w: audience_pb.PreviewAdditionRequest(
            parent=HOME, audience=w.audience, units=["legal"]
        ),
        "CompareAudience": lambda w: audience_pb.CompareAudienceRequest(name=w.audience, expression=everyone()),
        "ExplainMembership": lambda w: audience_pb.ExplainMembershipRequest(audience=w.audience, person=w.person),
    },
    "UnitService": {
        "ListUnits": lambda w: units.ListUnitsRequest(parent=HOME),
        "ListUnitLeads": lambda w: units.ListUnitLeadsRequest(parent=HOME),
        "CreateUnitLead": new_lead,
        "EndUnitLead": end_lead,
    },
}
