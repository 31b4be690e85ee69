"""Audiences: memberships that follow people, explanations."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from directory import locks
from directory.audiences import audits
from servicekit.rpc.client import Refused


def explain(stub, audience, person):
    return stub.ExplainMembership(audience_pb.ExplainMembershipRequest(audience=audience.name, person=person.name))


def end_job(directory, person, agency, day):
    directory.as_whole("people.write").EndJob(
        person_pb.EndJobRequest(
            parent=f"agencies/{agency}", person=person.name, end_date=day.isoformat(), request_id=directory.request_id()
        )
    )


def create_job(directory, person, agency, start):
    job = person_pb.Job(local_title="X", job_class="attorney", start_date=start.isoformat())
    ask = person_pb.CreateJobRequest(
        parent=f"agencies/{agency}", person=person.name, job=job, request_id=directory.request_id()
    )
    return directory.as_whole("people.write").CreateJob(ask)


def drift(directory):
    with directory.running.runtime.database.read() as db:
        return {audit.name: audit.count(db) for audit in audits.AUDITS}


def test_a_new_audience_has_its_members_as_revision_one(directory):
    person = directory.hire("lake", units=["legal", "intake"])
    directory.hire("los-angeles")

    audience = directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))

    assert (audience.revision, audience.people, audience.sentence) == (1, 1, "Everyone at Lake County")
    (change,) = directory.changes(audience, 1).values()
    assert change == events_pb2.MemberChange(
        person_id=person.name.removeprefix("people/"), agency_id="lake", units=["intake", "legal"], member=True
    )
    (told,) = directory.events(events_pb2.AudienceMembersChanged)
    assert told.effective_date == directory.day().isoformat()
    assert directory.get_audience(audience) == audience


def test_an_audience_without_members_has_a_first_revision_of_one_empty_chunk(directory):
    audience = directory.audience(audience_pb.AudienceClause(roles=["supervisor"]))

    (told,) = directory.events(events_pb2.AudienceMembersChanged)
    assert (told.revision, told.chunk, told.chunks, len(told.changes)) == (1, 1, 1, 0)
    assert (audience.revision, audience.people) == (1, 0)


def test_a_big_change_is_told_in_chunks_of_a_thousand(directory):
    rows = [{"staff_number": f"S-{n:05}", "email": ""} for n in range(2_300)]
    directory.import_roster(directory.roster(*rows))

    audience = directory.audience()

    told = directory.events(events_pb2.AudienceMembersChanged)
    assert [(each.chunk, each.chunks, len(each.changes)) for each in told] == [(1, 3, 1000), (2, 3, 1000), (3, 3, 300)]
    assert len(directory.changes(audience, 1)) == audience.people == 2_300


def test_members_follow_hires_moves_and_ends_by_themselves(directory):
    audience = directory.audience(audience_pb.AudienceClause(units=["legal"]))
    other = directory.audience(audience_pb.AudienceClause(agencies=["agencies/mendocino"]))

    person = directory.hire("lake", units=["legal"])
    assert directory.changes(audience, 2)[person.name, "lake"].member
    directory.as_whole("people.write").UpdateJob(
        person_pb.UpdateJobRequest(
            parent="agencies/lake",
            person=person.name,
            job=person_pb.Job(local_title="X", job_class="attorney", units=["intake"]),
            request_id=directory.request_id(),
        )
    )
    assert not directory.changes(audience, 3)[person.name, "lake"].member
    create_job(directory, person, "mendocino", directory.day(-1))
    assert directory.changes(audience, 4)[person.name, "mendocino"].member
    assert directory.changes(other, 2)[person.name, "mendocino"].member
    end_job(directory, person, "mendocino", directory.day())
    assert not directory.changes(other, 3)[person.name, "mendocino"].member
    assert directory.get_audience(audience).people == 0


def test_leave_is_told_for_every_row_of_the_person_without_ending_membership(directory):
    audience = directory.audience()
    person = directory.hire("lake")
    create_job(directory, person, "mendocino", directory.day(-1))
    stub = directory.as_coordinator("lake")

    stub.RecordLeave(
        person_pb.RecordLeaveRequest(
            person=person.name,
            leave=person_pb.Leave(start_date=directory.day(-2).isoformat()),
            request_id=directory.request_id(),
        )
    )

    changes = directory.changes(audience, directory.get_audience(audience).revision)
    assert {agency: (change.member, change.on_leave) for (_, agency), change in changes.items()} == {
        "lake": (True, True),
        "mendocino": (True, True),
    }
    assert directory.get_audience(audience).people == 1


def test_a_person_who_leaves_one_of_two_agencies_still_counts_once(directory):
    audience = directory.audience()
    person = directory.hire("lake")
    create_job(directory, person, "mendocino", directory.day(-1))

    end_job(directory, person, "lake", directory.day())

    after = directory.get_audience(audience)
    changes = directory.changes(audience, after.revision)
    assert {key: change.member for key, change in changes.items()} == {(person.name, "lake"): False}
    assert after.people == 1


def test_only_audiences_with_a_change_get_a_revision(directory):
    lake = directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))
    other = directory.audience(audience_pb.AudienceClause(agencies=["agencies/los-angeles"]))

    directory.hire("lake")

    assert (directory.get_audience(lake).revision, directory.get_audience(other).revision) == (2, 1)


def test_roles_given_and_taken_move_people_in_and_out(directory):
    person = directory.hire("lake")
    audience = directory.audience(audience_pb.AudienceClause(roles=["supervisor"]))

    grant = directory.grant(person.name, "supervisor", "agencies/lake")
    assert directory.changes(audience, 2)[person.name, "lake"].member
    directory.as_whole("roles.grant").RevokeRole(
        person_pb.RevokeRoleRequest(name=grant.name, reason="x", request_id=directory.request_id())
    )
    assert not directory.changes(audience, 3)[person.name, "lake"].member


def test_whom_an_audience_is_for_never_changes_and_its_title_does(directory):
    person = directory.hire("lake")
    audience = directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))
    stub = directory.as_whole("audiences.write")

    def change(title, *agencies, etag=""):
        clauses = [audience_pb.AudienceClause(agencies=[f"agencies/{agency}" for agency in agencies])]
        changed = audience_pb.Audience(
            name=audience.name, title=title, expression=audience_pb.AudienceExpression(include=clauses), etag=etag
        )
        return stub.UpdateAudience(
            audience_pb.UpdateAudienceRequest(audience=changed, request_id=directory.request_id())
        )

    # The same values in another order are the same expression.
    renamed = change("Another title", "lake", "lake", etag=audience.etag)
    refusals = {}
    for agencies in (("mendocino",), ("lake", "mendocino"), ()):
        with pytest.raises(Refused) as refused:
            change("Another title", *agencies)
        refusals[agencies] = (refused.value.reason, refused.value.metadata)
    with pytest.raises(Refused) as stale:
        change("Yet another", "lake", etag=audience.etag)

    assert set(map(str, refusals.values())) == {str(("EXPRESSION_FIXED", {"resource": audience.name}))}
    assert (renamed.title, renamed.revision, renamed.people) == ("Another title", 1, 1)
    assert directory.get_audience(audience).expression == audience.expression
    assert directory.changes(audience, 1)[person.name, "lake"].member
    assert (stale.value.reason, stale.value.metadata) == ("STALE", {"resource": audience.name})


def test_the_database_itself_keeps_an_expression(directory):
    directory.hire("lake")
    audience = directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))

    with (
        directory.running.connect() as connection,
        pytest.raises(psycopg.IntegrityError, match="the expression of an audience does not change"),
    ):
        connection.execute("UPDATE audience SET expression = '{}' WHERE id = %s", [audience.name.split("/")[1]])


def test_an_agency_that_changes_its_region_changes_its_audiences(directory):
    person = directory.hire("lake")
    audience = directory.audience(audience_pb.AudienceClause(regions=["Southern"]))
    lake = agency_pb.Agency(
        name="agencies/lake", title="Lake", short_title="Lake County", kind="single-county", region="Southern"
    )

    directory.as_whole("reference.import").ImportReference(
        agency_pb.ImportReferenceRequest(agencies=[lake], request_id=directory.request_id())
    )

    assert directory.changes(audience, 2)[person.name, "lake"].member


def test_people_chosen_by_name_are_members_and_unknown_ones_are_refused(directory):
    person = directory.hire("lake")
    directory.hire("lake")

    audience = directory.audience(audience_pb.AudienceClause(people=[person.name]))
    with pytest.raises(Refused) as refused:
        directory.audience(audience_pb.AudienceClause(people=["people/00000000-0000-0000-0000-000000000001"]))

    assert [key for key, _ in directory.changes(audience, 1)] == [person.name]
    assert refused.value.metadata["value"] == "people/00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("audience", "field"),
    [
        (audience_pb.Audience(title="X"), "expression.include"),
        (
            audience_pb.Audience(expression=audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])),
            "audience.title",
        ),
        (
            audience_pb.Audience(
                title="X",
                expression=audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(agencies=["lake"])]),
            ),
            "expression.include.agencies",
        ),
    ],
)
def test_an_audience_that_makes_no_sense_is_refused(directory, audience, field):
    with pytest.raises(Refused) as refused:
        directory.as_whole("audiences.write").CreateAudience(
            audience_pb.CreateAudienceRequest(audience=audience, request_id=directory.request_id())
        )
    assert list(refused.value.fields) == [field]


def test_an_audience_that_does_not_exist_is_not_found(directory):
    name = "audiences/00000000-0000-0000-0000-000000000001"
    with pytest.raises(Refused) as refused:
        directory.as_whole("audiences.read").GetAudience(audience_pb.GetAudienceRequest(name=name))
    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": name})


def test_a_member_is_told_why_and_since_when(directory):
    audience = directory.audience()
    person = directory.hire("lake")
    stub = directory.as_person(person.name, {"self.read": ["self"]})

    answer = explain(stub, audience, person)

    assert answer == audience_pb.ExplainMembershipResponse(
        member=True,
        reasons=["You work at Lake County; this is for everyone at all 3 agencies."],
        since_revision=2,
    )


def test_a_coordinator_is_told_of_their_people_and_of_nobody_else(directory):
    audience = directory.audience(audience_pb.AudienceClause(agencies=["agencies/mendocino"]))
    person, stranger = directory.hire("lake"), directory.hire("mendocino")
    stub = directory.as_coordinator("lake")

    answer = explain(stub, audience, person)
    with pytest.raises(Refused) as refused:
        explain(stub, audience, stranger)
    with pytest.raises(Refused) as colleague:
        explain(directory.as_person(person.name, {"self.read": ["self"]}), audience, stranger)

    assert not answer.member
    assert list(answer.reasons) == ["Works at Lake County; this is for everyone at Mendocino County."]
    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": stranger.name})
    assert colleague.value.reason == "PERMISSION_MISSING"


def test_hires_and_new_audiences_at_the_same_time_lose_nobody(directory):
    everyone = directory.audience()

    def do(n):
        return (
            directory.hire("lake")
            if n % 3
            else directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))
        )

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(do, range(24)))

    people = [each for each in made if each.name.startswith("people/")]
    audiences = [everyone, *(each for each in made if each.name.startswith("audiences/"))]
    assert (len(people), len(audiences)) == (16, 9)
    for audience in audiences:
        after = directory.get_audience(audience)
        assert after.people == 16
        told = [
            each
            for each in directory.events(events_pb2.AudienceMembersChanged)
            if f"audiences/{each.audience_id}" == audience.name
        ]
        assert [each.revision for each in told] == list(range(1, after.revision + 1))
    assert drift(directory) == {"audiences.drift": 0, "audiences.people": 0}


def test_a_lost_member_shows_in_the_audits(directory):
    directory.audience()
    directory.hire("lake")
    with directory.running.connect() as connection:
        connection.execute("ALTER TABLE audience_member DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM audience_member")

    assert drift(directory) == {"audiences.drift": 1, "audiences.people": 1}


@pytest.mark.timers
def test_a_hire_during_a_long_change_of_many_is_asked_to_come_back(directory):
    database = directory.running.runtime.database
    with database.transaction(actor="services/test", method="test") as db:
        locks.hold(db)
        with (
            pytest.raises(locks.PeopleBeingChanged) as refused,
            database.transaction(actor="services/test", method="test") as other,
        ):
            other.run("SET LOCAL lock_timeout = '50ms'")
            locks.share(other)

    assert refused.value.reason == "PEOPLE_BEING_CHANGED"
    assert refused.value.kind.value == "UNAVAILABLE"
