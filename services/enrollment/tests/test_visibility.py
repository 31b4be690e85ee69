"""What a letter asks is there for a person from the moment at which the letter is: released to staff, not before."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

from .conftest import Letter, assignment_name, change, course, person, request_id

TODAY = pacific_date(datetime.now(UTC))
LAKE, YOLO, BOTH = 1, 2, 3


@pytest.fixture
def waiting(world_without_bus):
    """A letter that staff see a month from now: one person at Lake, one at Yolo, one at both."""
    letter = Letter(staff_release_date=(TODAY + timedelta(days=30)).isoformat())
    members = [change(LAKE), change(YOLO, "yolo"), change(BOTH), change(BOTH, "yolo")]
    world_without_bus.hear(course(), letter.changed(1, members), letter.published())
    return letter


def seen(world, letter, number, **rights):
    """Which calls of a person find their training."""
    learner = world.stub({"learning.do": ["self"]} | rights, caller=f"people/{person(number)}")
    name = assignment_name(world, letter, number)

    def found(call, request):
        try:
            answer = call(request)
        except Refused as refused:
            return {"NOT_FOUND": False}[refused.reason]
        return bool(answer.assignments) if isinstance(answer, pb.ListToDoResponse) else True

    return {
        "by its letter": found(learner.GetAssignment, pb.GetAssignmentRequest(name=letter.name)),
        "by name": found(learner.GetAssignment, pb.GetAssignmentRequest(name=name)),
        "on the list": found(learner.ListToDo, pb.ListToDoRequest(page_size=10)),
        "begun": found(learner.StartAssignment, pb.StartAssignmentRequest(name=name, request_id=request_id())),
        "a section": found(
            learner.CompleteSection, pb.CompleteSectionRequest(name=name, section=1, request_id=request_id())
        ),
    }


def everywhere(*, answer):
    return dict.fromkeys(("by its letter", "by name", "on the list", "begun", "a section"), answer)


def test_before_the_release_there_is_nothing_for_staff_by_any_call(world_without_bus, waiting):
    assert [seen(world_without_bus, waiting, number) for number in (LAKE, YOLO, BOTH)] == [everywhere(answer=False)] * 3
    assert world_without_bus.rows("SELECT DISTINCT state FROM assignment") == [("ASSIGNED",)]


def test_what_an_agency_releases_its_own_staff_see(world_without_bus, waiting):
    world_without_bus.hear(waiting.released("yolo"), waiting.released("yolo"))

    found = [seen(world_without_bus, waiting, number) for number in (LAKE, YOLO, BOTH)]

    assert found == [everywhere(answer=False), everywhere(answer=True), everywhere(answer=True)]


def test_a_release_that_is_heard_before_the_letter_counts_too(world_without_bus):
    letter = Letter(staff_release_date=(TODAY + timedelta(days=30)).isoformat())

    world_without_bus.hear(course(), letter.released("lake"), letter.changed(1, [change(LAKE)]), letter.published())

    assert seen(world_without_bus, letter, LAKE) == everywhere(answer=True)


@pytest.mark.parametrize("day", ["", TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()])
def test_from_its_day_on_everybody_sees_it(world_without_bus, day):
    letter = Letter(staff_release_date=day)
    world_without_bus.hear(course(), letter.changed(1, [change(LAKE)]), letter.published())

    assert seen(world_without_bus, letter, LAKE) == everywhere(answer=True)


@pytest.mark.parametrize(
    ("rights", "before"),
    [
        ({"notices.confirm_for_agency": ["agencies/lake"]}, True),
        ({"readiness.read_agency": ["agencies/yolo"]}, True),
        ({"notices.write": ["state"]}, True),
        ({"readiness.read_agency": ["self"]}, False),
        ({"people.read": ["agencies/lake"]}, False),
    ],
)
def test_whoever_prepares_letters_sees_their_own_training_before(world_without_bus, waiting, rights, before):
    assert seen(world_without_bus, waiting, LAKE, **rights) == everywhere(answer=before)


def test_the_agency_sees_and_excuses_before_its_staff_see_anything(world_without_bus, waiting):
    coordinator = world_without_bus.coordinator("lake")

    listed = coordinator.ListAssignments(pb.ListAssignmentsRequest(parent="agencies/lake", notice=waiting.name))
    excused = coordinator.WaiveAssignment(
        pb.WaiveAssignmentRequest(
            parent="agencies/lake", name=listed.assignments[0].name, reason="Another desk.", request_id=request_id()
        )
    )

    assert len(listed.assignments) == 2
    assert excused.state == pb.Assignment.WAIVED
