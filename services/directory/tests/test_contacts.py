"""Whom to write to, and where: what the service that writes to people asks."""

import uuid

import pytest

from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import contact_service_pb2 as pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from servicekit.rpc.client import Refused

LAKE, LEGAL = "agencies/lake", "agencies/lake/units/legal"


@pytest.fixture
def writer(directory):
    return directory.as_whole("contacts.read")


def grant(directory, person, role, scope):
    return directory.grant(person.name, role, scope)


def leave(directory, person, agency="lake"):
    """Their job there ended today."""
    end = person_pb.EndJobRequest(
        parent=f"agencies/{agency}",
        person=person.name,
        end_date=str(directory.day()),
        request_id=directory.request_id(),
    )
    directory.as_coordinator(agency).EndJob(end)


def holders(writer, roles, *scopes):
    answer = writer.ListHolders(pb.ListHoldersRequest(roles=roles, scopes=scopes))
    return [(one.role, one.scope, one.person) for one in answer.holders]


def test_who_holds_a_role_today_is_named_for_each_scope(directory, writer):
    ana, ben = directory.hire(family="Abe"), directory.hire("mendocino", family="Bea")
    grant(directory, ana, "coordinator", LAKE)
    grant(directory, ben, "coordinator", "agencies/mendocino")
    grant(directory, ben, "director", "agencies/mendocino")

    assert holders(writer, ["coordinator"], LAKE, "agencies/mendocino") == [
        ("coordinator", LAKE, ana.name),
        ("coordinator", "agencies/mendocino", ben.name),
    ]
    assert holders(writer, ["director"], LAKE) == []


def test_a_role_ends_with_the_last_job_there_and_when_it_is_taken_back(directory, writer):
    gone, taken = directory.hire(family="Abe"), directory.hire(family="Bea")
    grant(directory, gone, "coordinator", LAKE)
    given = grant(directory, taken, "coordinator", LAKE)
    assert len(holders(writer, ["coordinator"], LAKE)) == 2

    leave(directory, gone)
    revoke = person_pb.RevokeRoleRequest(name=given.name, reason="moved", request_id=directory.request_id())
    directory.as_whole("roles.grant").RevokeRole(revoke)

    assert holders(writer, ["coordinator"], LAKE) == []


def test_who_leads_a_unit_is_its_supervisor_once_also_if_they_hold_the_role_as_well(directory, writer):
    lead = directory.hire(family="Abe", units=["legal"])
    message = unit_pb.UnitLead(unit=LEGAL, person=lead.name, start_date=str(directory.day()))
    create = unit_pb.CreateUnitLeadRequest(parent=LAKE, lead=message, request_id=directory.request_id())
    directory.as_coordinator("lake").CreateUnitLead(create)
    grant(directory, lead, "supervisor", LEGAL)

    assert holders(writer, ["supervisor"], LEGAL) == [("supervisor", LEGAL, lead.name)]


def test_who_holds_a_role_of_the_state_works_there_or_never_did(directory, writer):
    staff, lent = directory.hire("dcss", family="Abe", units=["dcss-policy"]), directory.hire(family="Bea")
    left = directory.hire("dcss", family="Cal", units=["dcss-policy"])
    for person in (staff, lent, left):
        grant(directory, person, "policy_analyst", "state")
    leave(directory, left, "dcss")

    found = {person for _, _, person in holders(writer, ["policy_analyst"], "state")}

    assert found == {staff.name, lent.name}


def test_people_are_written_to_by_name_where_an_address_is_recorded_as_long_as_they_work(directory, writer):
    ana = directory.hire(family="Abe", given="Ana", email="ana@example.org")
    ben, gone = directory.hire(family="Bea", given=""), directory.hire(family="Cal", email="cal@example.org")
    leave(directory, gone)

    answer = writer.BatchGetContacts(pb.BatchGetContactsRequest(people=[ana.name, ben.name, gone.name]))
    found = {one.person: (one.given_name, one.email, one.on_leave) for one in answer.contacts}

    assert found == {ana.name: ("Ana", "ana@example.org", False), ben.name: ("Bea", "", False)}


@pytest.mark.parametrize(("roles", "scope"), [(["king"], LAKE), (["director"], "everywhere")])
def test_a_role_or_a_scope_that_there_is_not_is_named(writer, roles, scope):
    with pytest.raises(Refused) as refused:
        holders(writer, roles, scope)
    assert refused.value.reason == "INVALID_FIELD"
    assert refused.value.metadata["value"] in ("king", "everywhere")


def test_nobody_else_asks_this(directory):
    with pytest.raises(Refused) as refused:
        holders(directory.as_coordinator("lake"), ["director"], LAKE)
    assert refused.value.reason == "PERMISSION_MISSING"


def test_days_on_which_an_agency_is_closed_besides_the_states_are_named(directory, writer):
    name = f"{LAKE}/calendars/2027"
    mine = directory.as_person(f"people/{uuid.uuid4()}", {"self.read": ["self"], "calendar.write_agency": [LAKE]})
    calendar = directory.as_whole("agencies.read").GetAgencyCalendar(calendar_pb.GetAgencyCalendarRequest(name=name))
    calendar.days.add(date="2027-02-12", closed=True, title="County holiday")
    calendar.days.add(date="2027-02-17", closed=True, title="The office moves")
    ask = calendar_pb.UpdateAgencyCalendarRequest(parent=LAKE, calendar=calendar, request_id=directory.request_id())
    mine.UpdateAgencyCalendar(ask)

    def closed(start):
        found = writer.ListClosedDays(pb.ListClosedDaysRequest(start_date=start)).days
        return [(one.agency, one.date) for one in found]

    assert closed("2027-02-12") == [(LAKE, "2027-02-12"), (LAKE, "2027-02-17")]
    assert closed("2027-02-13") == [(LAKE, "2027-02-17")]
    # Two months ahead are enough.
    assert closed("2026-12-01") == []
    with pytest.raises(Refused) as refused:
        closed("tomorrow")
    assert refused.value.reason == "INVALID_FIELD"
