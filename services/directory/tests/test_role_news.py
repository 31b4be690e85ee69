"""Who is given a role, or has one taken from them, is told which and where; not of those that they came with."""

from cadre.directory.v1 import person_service_pb2 as pb
from cadre.messages.v1 import messages_pb2


def told(directory):
    """What the directory wants said: kind, what it is about, role and place, and to how many."""
    return [
        (one.kind, one.about, one.facts["role"], one.facts["where"], [f"people/{person}" for person in one.person_ids])
        for one in directory.events(messages_pb2.MessageWanted)
    ]


def test_a_role_that_is_given_and_taken_back_is_told_to_its_person_once_each(directory):
    person = directory.hire("lake").name
    grant = directory.grant(person, "director", "agencies/lake")
    revoke = pb.RevokeRoleRequest(name=grant.name, reason="moved", request_id=directory.request_id())
    for _ in range(2):
        directory.as_whole("roles.grant").RevokeRole(revoke)

    [given, taken] = told(directory)
    assert given == ("role.given", "agencies/lake", "director", given[3], [person])
    assert "Lake" in given[3]
    assert taken == ("role.taken", *given[1:])
    occasions = {(one.kind, one.once) for one in directory.events(messages_pb2.MessageWanted)}
    grant_id = grant.name.removeprefix("roleGrants/")
    assert occasions == {("role.given", grant_id), ("role.taken", grant_id)}


def test_a_role_for_the_state_and_one_for_a_unit_say_where(directory):
    analyst, lead = directory.hire("dcss").name, directory.hire("lake").name
    directory.grant(analyst, "approver", "state")
    directory.grant(lead, "supervisor", "agencies/lake/units/intake")

    of_state, of_unit = told(directory)
    assert of_state == ("role.given", "state", "approver", "the state", [analyst])
    assert of_unit[1] == "agencies/lake/units/intake"
    assert "ntake at " in of_unit[3]
    assert "Lake" in of_unit[3]


def test_a_roster_tells_nobody_of_the_roles_that_they_came_with_and_everybody_of_those_that_change(directory):
    came = [{"roles": "coordinator"}, {"roles": "coordinator"}, {}]
    directory.import_roster(directory.roster(*came))
    assert told(directory) == []

    directory.import_roster(directory.roster({"roles": "director"}, {"roles": "director"}, {}, {"roles": "director"}))

    first, second, *_ = sorted(directory.staff().items())
    both = sorted([first[1].name, second[1].name])
    assert sorted((kind, role, people) for kind, _, role, _, people in told(directory)) == [
        ("role.given", "director", both),
        ("role.taken", "training coordinator", both),
    ]


def test_a_role_that_ends_with_its_job_is_not_said_to_be_taken(directory):
    person = directory.hire("lake")
    directory.grant(person.name, "director", "agencies/lake")
    end = pb.EndJobRequest(
        parent="agencies/lake",
        person=person.name,
        end_date=person.jobs[0].start_date,
        request_id=directory.request_id(),
    )
    directory.as_whole("people.write").EndJob(end)

    assert [kind for kind, *_ in told(directory)] == ["role.given"]
