"""An agency asks units of its own too: heard twice, out of order, and before the audience is known."""

import uuid

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2
from directory.audiences import additions, audits
from servicekit.rpc.client import Refused


@pytest.fixture
def database(directory):
    return directory.running.runtime.database


@pytest.fixture
def audience(directory):
    return directory.audience(audience_pb.AudienceClause(units=["legal"], recorded_units_only=True))


def hear(database, *told):
    with database.transaction(actor="services/test", method="test") as db:
        additions.take(
            db, [additions.Addition(uuid.UUID(audience.name[10:]), "lake", units, n) for audience, units, n in told]
        )


def last_told(directory, audience):
    """What was told of the members last: (person, member, local)."""
    heard = directory.events(events_pb2.AudienceMembersChanged)
    newest = [one for one in heard if one.audience_id == audience.name[10:]][-1]
    return {(f"people/{one.person_id}", one.member, one.local) for one in newest.changes}


def test_people_of_a_unit_come_and_go_by_their_agencys_word_and_the_states_number_stays(directory, database, audience):
    directory.hire()
    directory.hire("mendocino", units=["intake"])
    too = directory.hire(units=["intake"]).name
    stub, ask = directory.as_whole("audiences.read"), audience_pb.GetAudienceRequest(name=audience.name)
    before = stub.GetAudience(ask)

    hear(database, (audience, ["intake", "legal"], 1))
    assert last_told(directory, audience) == {(too, True, True)}
    after = stub.GetAudience(ask)
    assert (after.people, after.revision) == (before.people, before.revision + 1)
    hired = directory.hire(units=["intake", "locate"]).name
    assert last_told(directory, audience) == {(hired, True, True)}

    hear(database, (audience, ["intake", "legal"], 1))
    hear(database, (audience, [], 3), (audience, ["locate"], 2))
    # Whoever was there by that alone is told so as they go.
    assert last_told(directory, audience) == {(too, False, True), (hired, False, True)}
    with database.read() as db:
        assert [audit.count(db) for audit in audits.AUDITS] == [0, 0]


def test_what_is_heard_before_the_audience_is_kept(database):
    unknown = uuid.uuid4()
    with database.transaction(actor="services/test", method="test") as db:
        additions.take(db, [additions.Addition(unknown, "lake", ["intake"], 1)])
        assert additions.of(db, unknown) == {"lake": ["intake"]}


def test_an_agency_sees_how_many_of_its_people_it_could_ask_too_and_they_why(directory, database, audience):
    directory.hire()
    both = directory.hire(units=["intake", "locate"]).name
    directory.hire(units=["intake"])
    directory.hire("mendocino", units=["intake"])
    stub = directory.as_person(both, {"notices.confirm_for_agency": ["agencies/lake"]})

    def preview(*units, parent="agencies/lake"):
        request = audience_pb.PreviewAdditionRequest(parent=parent, audience=audience.name, units=units)
        return stub.PreviewAddition(request)

    found = preview("intake", "locate")
    assert {one.value: one.people for one in found.units} == {"intake": 2, "locate": 1}
    assert (found.people, found.on_leave) == (2, 0)
    hear(database, (audience, ["locate"], 1))
    assert {one.value: one.people for one in preview("intake").units} == {"intake": 1}
    with pytest.raises(Refused) as refused:
        preview(parent="agencies/mendocino")
    assert refused.value.reason == "PERMISSION_MISSING"

    me = directory.as_person(both, {"self.read": ["self"]})
    why = me.ExplainMembership(audience_pb.ExplainMembershipRequest(audience=audience.name, person=both))
    assert why.member
    (reason,) = why.reasons
    assert reason.endswith("the agency asks its people there too.")
