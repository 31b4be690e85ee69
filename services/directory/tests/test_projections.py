"""The directory recomputes who is in which audience, and tells everybody's copy again."""

from datetime import UTC, datetime

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from directory.app import APP
from servicekit.background.jobs import Progress

_SPOIL = """
SET session_replication_role = replica;
UPDATE audience_member SET member = false;
RESET session_replication_role
"""


@pytest.fixture
def rebuild(directory):
    """Rebuild a projection, as the service's worker would."""

    def run(name):
        (projection,) = (one for one in APP.projections if one.name == name)
        database = directory.running.runtime.database
        projection.rebuild(database, datetime.now(UTC), Progress(database, projection.entry))

    return run


@pytest.fixture
def audience(directory):
    """An audience of two at Lake, one of whom has left since."""
    stays, leaves = directory.hire("lake"), directory.hire("lake")
    made = directory.audience(audience_pb.AudienceClause(agencies=["agencies/lake"]))
    directory.as_whole("people.write").EndJob(
        person_pb.EndJobRequest(
            parent="agencies/lake",
            person=leaves.name,
            end_date=directory.day(-1).isoformat(),
            request_id=directory.request_id(),
        )
    )
    return made, stays, leaves


def drift(directory):
    stub = directory.running.stub(OperationsServiceStub, rights=["operations.read"])
    return {one.name: one.count for one in stub.RunAudits(operations.RunAuditsRequest()).audits}["audiences.drift"]


def test_spoilt_memberships_are_recomputed_and_what_that_changes_is_told(directory, rebuild, audience):
    made, stays, _ = audience
    before = directory.get_audience(made)
    with directory.running.connect() as connection:
        connection.execute(_SPOIL)
    assert drift(directory) == 1

    rebuild("memberships")

    assert drift(directory) == 0
    told = directory.changes(made, before.revision + 1)
    assert {key: change.member for key, change in told.items()} == {(stays.name, "lake"): True}


def test_the_copies_of_others_are_told_everybody_who_is_or_was_a_member_as_a_new_revision(directory, rebuild, audience):
    made, stays, leaves = audience
    before = directory.get_audience(made)

    rebuild("audience-copies")

    after = directory.get_audience(made)
    assert (after.revision, after.people) == (before.revision + 1, before.people)
    told = directory.changes(made, after.revision)
    assert {key: change.member for key, change in told.items()} == {
        (stays.name, "lake"): True,
        (leaves.name, "lake"): False,
    }
    whole = {one.revision: one.whole for one in directory.events(events_pb2.AudienceMembersChanged)}
    assert [revision for revision, is_whole in whole.items() if is_whole] == [after.revision]
    assert drift(directory) == 0


def test_the_copies_of_the_calendar_are_told_again_year_by_year(directory, rebuild):
    before = directory.events(events_pb2.CalendarChanged)

    rebuild("calendar-copies")

    told = {one.year: one for one in directory.events(events_pb2.CalendarChanged)[len(before) :]}
    assert sorted(told) == list(range(2015, 2036))
    assert len(told[2028].closed) == 10
    assert "2028-11-10" in told[2028].closed
    assert {one.revision for one in told.values()} == {1}


def test_the_copies_of_the_list_of_agencies_are_told_again(directory, rebuild):
    before = directory.events(events_pb2.AgencyListed)

    rebuild("agency-copies")

    again = directory.events(events_pb2.AgencyListed)[len(before) :]
    assert {one.agency_id for one in again} == {one.agency_id for one in before}
    assert len(again) > 1
