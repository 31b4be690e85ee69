"""Tokens, rights and the people of the demonstration."""

import jwt
import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1.person_service_pb2_grpc import PersonServiceStub
from directory.app import APP
from servicekit.rpc.client import Channel, Refused


def exchange(directory, person):
    return directory.as_whole("sign_ins.exchange").ExchangeSignIn(sign_in_pb.ExchangeSignInRequest(person=person))


def end_job(directory, person, agency, day):
    directory.as_whole("people.write").EndJob(
        person_pb.EndJobRequest(
            parent=f"agencies/{agency}", person=person.name, end_date=day.isoformat(), request_id=directory.request_id()
        )
    )


def signed_in(directory, person):
    """A stub that calls with the token that the directory gave, and nothing of the test's own."""
    token = exchange(directory, person.name).token
    channel = Channel(f"127.0.0.1:{directory.running.port}", lambda: token)
    directory.running._channels.append(channel)
    return channel.stub(PersonServiceStub)


def test_a_token_says_who_calls_and_lasts_five_minutes(directory):
    person = directory.hire("lake", staff_number="S-1")

    by_name, by_number = exchange(directory, person.name), exchange(directory, "staffNumbers/S-1")

    claims = jwt.decode(by_name.token, options={"verify_signature": False})
    assert by_name.person == by_number.person == person.name == claims["sub"]
    assert claims["exp"] - claims["iat"] == 300
    assert claims["exp"] == by_name.expire_time.seconds


def test_a_coordinators_token_opens_their_agency_and_no_other(directory):
    person = directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")
    stub = signed_in(directory, person)

    assert stub.ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).total_size == 1
    with pytest.raises(Refused) as refused:
        stub.ListPeople(person_pb.ListPeopleRequest(parent="agencies/mendocino"))
    assert refused.value.metadata == {"right": "people.read", "scope": "UNIT"}


def test_me_is_the_caller_with_roles_and_rights(directory):
    person = directory.hire("lake")
    grant = directory.grant(person.name, "supervisor", "agencies/lake")

    me = signed_in(directory, person).GetMe(person_pb.GetMeRequest())

    assert me.person.name == person.name
    assert list(me.grants) == [grant]
    rights = {each.right: list(each.scopes) for each in me.rights}
    assert rights["people.read"] == ["agencies/lake"]
    assert rights["learning.do"] == ["self"]


def test_who_left_cannot_sign_in(directory):
    person = directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")
    end_job(directory, person, "lake", directory.day())

    with pytest.raises(Refused) as refused:
        exchange(directory, person.name)

    assert (refused.value.reason, refused.value.metadata) == ("NO_CURRENT_WORK", {"person": person.name})


def test_roles_end_with_the_job_and_do_not_come_back_with_the_person(directory):
    person = directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")
    end_job(directory, person, "lake", directory.day(-5))
    job = person_pb.Job(local_title="Clerk", job_class="attorney", start_date=directory.day(-1).isoformat())
    directory.as_whole("people.write").CreateJob(
        person_pb.CreateJobRequest(
            parent="agencies/lake", person=person.name, job=job, request_id=directory.request_id()
        )
    )

    me = signed_in(directory, person).GetMe(person_pb.GetMeRequest())

    assert list(me.grants) == []
    assert "people.read" not in {each.right for each in me.rights}


def test_nobody_is_signed_in_under_a_number_that_is_not_given(directory):
    with pytest.raises(Refused) as refused:
        exchange(directory, "staffNumbers/S-404")
    assert refused.value.metadata == {"resource": "staffNumbers/S-404"}


def named(directory, **key):
    return directory.as_whole("sign_ins.exchange").GetSignInPerson(sign_in_pb.GetSignInPersonRequest(**key))


def test_a_person_is_named_by_number_address_and_id_among_the_people_of_an_agency(directory):
    person = directory.hire("lake", staff_number="S-1", email="Jo.Mills@Lake.example.gov")
    directory.confirm(person)
    directory.grant(person.name, "coordinator", "agencies/lake")
    lake = {"agencies": ["agencies/mendocino", "agencies/lake"]}

    found = [
        named(directory, staff_number="S-1", **lake),
        named(directory, email="jo.mills@lake.EXAMPLE.gov", **lake),
        named(directory, person=person.name, whole_state=True),
    ]

    assert (
        found
        == [
            sign_in_pb.SignInPerson(
                person=person.name,
                staff_number="S-1",
                display_name=person.display_name,
                agencies=["agencies/lake"],
                role_scopes=["agencies/lake"],
                may_sign_in=True,
                kept_by=["agencies/lake"],
            )
        ]
        * 3
    )


def test_a_person_is_named_by_a_number_that_looks_like_theirs(directory):
    person = directory.hire("lake", staff_number="S-71")

    for number in ("s-71", "S\u201171", " S-71"):
        assert named(directory, staff_number=number, agencies=["agencies/lake"]).person == person.name
    with pytest.raises(Refused):
        named(directory, staff_number="S-17", agencies=["agencies/lake"])


@pytest.mark.parametrize("key", [{"staff_number": "S-1"}, {"email": "jo@lake.example.gov"}, {"staff_number": "S-9"}])
def test_nobody_is_named_who_works_elsewhere_or_left(directory, key):
    person = directory.hire("lake", staff_number="S-1", email="jo@lake.example.gov")
    directory.confirm(person)
    left = directory.hire("mendocino", staff_number="S-9")
    end_job(directory, left, "mendocino", directory.day())

    with pytest.raises(Refused) as refused:
        named(directory, agencies=["agencies/mendocino"], **key)

    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": "people/-"})
    end_job(directory, person, "lake", directory.day())
    gone = named(directory, person=person.name, whole_state=True)
    assert (gone.person, list(gone.agencies), gone.may_sign_in) == (person.name, [], False)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ({"whole_state": True}, "person"),
        ({"staff_number": "S-1", "email": "jo@lake.example.gov", "whole_state": True}, "person"),
        ({"staff_number": "S-1"}, "agencies"),
        ({"staff_number": "S-1", "agencies": ["agencies/lake"], "whole_state": True}, "agencies"),
    ],
)
def test_whom_a_sign_in_may_name_is_said_exactly(directory, key, field):
    with pytest.raises(Refused) as refused:
        named(directory, **key)

    assert refused.value.reason == "INVALID_FIELD"
    assert list(refused.value.fields) == [field]


def test_a_role_is_given_once_taken_back_once_and_given_again(directory):
    person = directory.hire("lake")
    grant = directory.grant(person.name, "director", "agencies/lake")
    stub = directory.as_whole("roles.grant")

    with pytest.raises(Refused) as again:
        directory.grant(person.name, "director", "agencies/lake")
    with pytest.raises(Refused) as no_reason:
        stub.RevokeRole(person_pb.RevokeRoleRequest(name=grant.name, request_id=directory.request_id()))
    ask = person_pb.RevokeRoleRequest(name=grant.name, reason="moved", request_id=directory.request_id())
    assert stub.RevokeRole(ask) == grant
    with pytest.raises(Refused) as gone:
        stub.RevokeRole(person_pb.RevokeRoleRequest(name=grant.name, reason="x", request_id=directory.request_id()))

    assert (again.value.reason, again.value.metadata) == ("ALREADY_EXISTS", {"resource": grant.name})
    assert list(no_reason.value.fields) == ["reason"]
    assert gone.value.reason == "NOT_FOUND"
    assert directory.grant(person.name, "director", "agencies/lake").name != grant.name


def test_the_personas_are_one_person_for_each_part_and_the_same_every_time(directory):
    analyst = directory.hire("dcss", staff_number="S-2")
    both = directory.hire("dcss", staff_number="S-1")
    approver = directory.hire("dcss", staff_number="S-3")
    operator = directory.hire("dcss", staff_number="S-4")
    manager = directory.hire("dcss", staff_number="S-9")
    for person, role in (
        (analyst, "policy_analyst"),
        (both, "policy_analyst"),
        (both, "approver"),
        (approver, "approver"),
        (operator, "operator"),
        (manager, "training_manager"),
    ):
        directory.grant(person.name, role, "state")
    coordinator = directory.hire("lake", staff_number="S-5")
    directory.grant(coordinator.name, "coordinator", "agencies/lake")
    directory.hire("lake", staff_number="S-6", job_class="supervisor")
    learner = directory.hire("lake", staff_number="S-7", job_class="child-support-specialist-1")
    director = directory.hire("lake", staff_number="S-10")
    directory.grant(director.name, "director", "agencies/lake")
    large = directory.hire("los-angeles", staff_number="S-8")
    directory.grant(large.name, "coordinator", "agencies/los-angeles")
    stub = directory.as_whole("sign_ins.exchange")

    personas = stub.ListPersonas(sign_in_pb.ListPersonasRequest())

    assert [(each.part, each.person) for each in personas.personas] == [
        ("analyst", both.name),
        ("approver", approver.name),
        ("coordinator", coordinator.name),
        ("learner", learner.name),
        ("large-coordinator", large.name),
        ("director", director.name),
        ("training-manager", manager.name),
        ("operator", operator.name),
    ]
    assert [each.title for each in personas.personas] == [
        "State analyst: write and send",
        "Approver: issue and watch",
        "Coordinator, Lake (4 staff): confirm, record a briefing",
        "Specialist, Lake: read, train",
        "Coordinator, Los Angeles: the same page by unit",
        "Director, Lake: where we stand",
        "Training manager: write a course and its test",
        "Operator",
    ]
    assert personas == stub.ListPersonas(sign_in_pb.ListPersonasRequest())


def test_there_are_no_personas_outside_a_demonstration(launch):
    stub = launch(APP).stubs(rights=["sign_ins.exchange"])

    with pytest.raises(Refused) as refused:
        stub.ListPersonas(sign_in_pb.ListPersonasRequest())

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "DEMONSTRATION_OFF")
