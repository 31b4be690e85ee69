"""Whoever supervises a unit reads its people, and nobody else's."""

from datetime import UTC, datetime

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import person_service_pb2 as pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from servicekit.rpc.client import Refused
from servicekit.rpc.tokens import Verifier

LAKE, LEGAL = "agencies/lake", "agencies/lake/units/legal"
READ = ("people.read", "assignments.read", "readiness.read_agency")


@pytest.fixture
def staff(directory):
    """Two in legal, one of whom is in intake too; one in intake alone; one in legal elsewhere."""
    return [
        directory.hire(family="Abe", units=["legal"], email="abe@example.org"),
        directory.hire(family="Bea", units=["legal", "intake"]),
        directory.hire(family="Cal", units=["intake"], email="cal@example.org"),
        directory.hire("mendocino", family="Dee", units=["legal"]),
    ]


def supervising(directory, unit=LEGAL):
    """What somebody with the rights of a supervisor of one unit calls."""
    rights = dict.fromkeys(READ, (unit,)) | {"self.read": ["self", unit]}
    return directory.as_person("people/00000000-0000-0000-0000-000000000002", rights)


def rights_of(directory, person):
    """What the token says that a person gets when they sign in."""
    token = (
        directory.as_whole("sign_ins.exchange")
        .ExchangeSignIn(sign_in_pb.ExchangeSignInRequest(person=person.name))
        .token
    )
    keys = directory.running.runtime.settings.keys_dir
    return Verifier(keys).principal(token, datetime.now(UTC)).rights


def lead(directory, person, unit=LEGAL, start=None, end=None):
    stub = directory.as_coordinator("lake")
    message = unit_pb.UnitLead(
        unit=unit,
        person=person.name,
        start_date=str(start or directory.day()),
        end_date=str(end) if end else "",
    )
    return stub.CreateUnitLead(
        unit_pb.CreateUnitLeadRequest(
            parent=unit.partition("/units/")[0], lead=message, request_id=directory.request_id()
        )
    )


def test_they_list_and_count_their_unit_alone(directory, staff):
    stub = supervising(directory)

    listed = stub.ListPeople(pb.ListPeopleRequest(parent=LAKE))
    counts = stub.GetStaffCounts(pb.GetStaffCountsRequest(parent=LAKE))

    assert [one.family_name for one in listed.people] == ["Abe", "Bea"]
    assert (listed.total_size, counts.staff) == (2, 2)
    assert stub.ListJobClassCounts(pb.ListJobClassCountsRequest(parent=LAKE)).staff == 2
    in_intake = stub.ListPeople(pb.ListPeopleRequest(parent=LAKE, unit="intake"))
    assert [one.family_name for one in in_intake.people] == ["Bea"]
    with pytest.raises(Refused, match="PERMISSION_MISSING"):
        stub.ListPeople(pb.ListPeopleRequest(parent="agencies/mendocino"))


def test_who_left_lately_is_listed_if_they_were_in_the_unit(directory, staff):
    for person in (staff[0], staff[2]):
        directory.as_whole("people.write").EndJob(
            pb.EndJobRequest(
                parent=LAKE, person=person.name, end_date=str(directory.day()), request_id=directory.request_id()
            )
        )

    left = supervising(directory).ListPeople(pb.ListPeopleRequest(parent=LAKE, only_left=True))

    assert [one.family_name for one in left.people] == ["Abe"]


def test_they_see_names_and_addresses_of_their_unit_and_of_nobody_else(directory, staff):
    request = pb.BatchGetPeopleRequest(names=[person.name for person in staff])

    people = supervising(directory).BatchGetPeople(request).people

    assert [(one.family_name, one.email) for one in people] == [("Abe", "abe@example.org"), ("Bea", "")]


def test_they_see_their_unit_and_who_led_it_and_no_other(directory, staff):
    lead(directory, staff[0])
    lead(directory, staff[2], "agencies/lake/units/intake")
    stub = supervising(directory)

    assert [one.name for one in stub.ListUnits(unit_pb.ListUnitsRequest(parent=LAKE)).units] == [LEGAL]
    assert [one.unit for one in stub.ListUnitLeads(unit_pb.ListUnitLeadsRequest(parent=LAKE)).leads] == [LEGAL]


def test_they_read_why_somebody_of_their_unit_is_on_a_list_and_nobody_else(directory, staff):
    audience = directory.audience()
    stub = supervising(directory)

    assert stub.ExplainMembership(
        audience_pb.ExplainMembershipRequest(audience=audience.name, person=staff[1].name)
    ).member
    for stranger in (staff[2], staff[3]):
        with pytest.raises(Refused, match="NOT_FOUND"):
            stub.ExplainMembership(audience_pb.ExplainMembershipRequest(audience=audience.name, person=stranger.name))


def test_who_leads_a_unit_signs_in_with_the_rights_of_its_supervisor_while_they_do(directory, staff):
    person = staff[0]
    assert "people.read" not in rights_of(directory, person)
    lead(directory, person, start=directory.day(-9), end=directory.day(-1))
    lead(directory, person, start=directory.day(1))
    assert "people.read" not in rights_of(directory, person)

    lead(directory, person, "agencies/lake/units/locate")

    held = rights_of(directory, person)
    assert {held[right] for right in READ} == {frozenset({"agencies/lake/units/locate"})}
    assert "people.write" not in held


def test_a_supervisor_of_the_agency_who_leads_a_unit_keeps_the_rights_that_they_have(directory, staff):
    directory.grant(staff[0].name, "supervisor", LAKE)
    before = rights_of(directory, staff[0])

    lead(directory, staff[0])

    assert rights_of(directory, staff[0]) == before


def test_a_grant_for_a_unit_names_it_and_ends_with_the_job_at_the_agency(directory, staff):
    grant = directory.grant(staff[2].name, "supervisor", LEGAL)
    assert grant.scope == LEGAL
    assert rights_of(directory, staff[2])["people.read"] == {LEGAL}
    audience = directory.audience(audience_pb.AudienceClause(roles=["supervisor"]))
    assert audience.people == 1

    directory.as_whole("people.write").EndJob(
        pb.EndJobRequest(
            parent=LAKE, person=staff[2].name, end_date=str(directory.day()), request_id=directory.request_id()
        )
    )

    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM role_grant WHERE revoked_at IS NULL").fetchone() == (0,)
    assert directory.get_audience(audience).people == 0


def test_grants_for_a_unit_and_for_its_agency_stand_beside_each_other(directory, staff):
    of_unit = directory.grant(staff[0].name, "supervisor", LEGAL)
    directory.grant(staff[0].name, "supervisor", LAKE)
    assert directory.audience(audience_pb.AudienceClause(roles=["supervisor"])).people == 1
    with pytest.raises(Refused, match="ALREADY_EXISTS"):
        directory.grant(staff[0].name, "supervisor", LEGAL)

    directory.as_whole("roles.grant").RevokeRole(
        pb.RevokeRoleRequest(name=of_unit.name, reason="a test", request_id=directory.request_id())
    )

    assert rights_of(directory, staff[0])["people.read"] == {LAKE}


@pytest.mark.parametrize(
    ("role", "scope", "reason"),
    [
        ("coordinator", LEGAL, "INVALID_FIELD"),
        ("supervisor", "agencies/lake/units/parking", "NOT_FOUND"),
        ("supervisor", "agencies/atlantis/units/legal", "NOT_FOUND"),
        ("supervisor", "agencies/lake/units/", "INVALID_FIELD"),
    ],
)
def test_a_unit_that_is_none_or_a_role_that_is_not_for_one_is_refused(directory, staff, role, scope, reason):
    with pytest.raises(Refused, match=reason):
        directory.grant(staff[0].name, role, scope)
