"""A notice that is withdrawn: what it asked is closed, whenever that is heard."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

from .conftest import (
    Letter,
    assignment_name,
    change,
    course,
    person,
    request_id,
    take,
)

TODAY = pacific_date(datetime.now(UTC))
EVERYBODY = range(1, 6)


@pytest.fixture
def assigned(world_without_bus, letter):
    """Five people under a letter: 1 has completed it, 2 has begun, 3 is excused, 4 and 5 have not."""
    world = world_without_bus
    world.hear(course(test=False), letter.changed(1, [change(n) for n in EVERYBODY]), letter.published())
    take(world, letter, 1)
    take(world, letter, 2, sections=(1,))
    waive(world, letter, 3)
    return world


def waive(world, letter, number):
    request = assignment_pb.WaiveAssignmentRequest(
        parent="agencies/lake", name=assignment_name(world, letter, number), reason="Elsewhere", request_id=request_id()
    )
    return world.coordinator("lake").WaiveAssignment(request)


def record(world, letter, *numbers, kind=completion_pb.Completion.BRIEFING):
    request = completion_pb.RecordTrainingRequest(
        parent="agencies/lake",
        notice=letter.name,
        people=[f"people/{person(number)}" for number in numbers],
        kind=kind,
        complete_date=str(TODAY),
        minutes=30,
        led_by="A lead",
        request_id=request_id(),
    )
    return world.coordinator("lake").RecordTraining(request)


def test_open_training_is_withdrawn_and_what_is_done_or_excused_stays(assigned, letter):
    assigned.hear(letter.withdrawn())

    assert assigned.states(letter) == {1: "COMPLETED", 2: "WITHDRAWN", 3: "WAIVED", 4: "WITHDRAWN", 5: "WITHDRAWN"}
    (told,) = assigned.announced("withdrawn")
    assert sorted(told.person_ids) == sorted(person(n) for n in (2, 4, 5))
    assert told.notice_id == letter.notice_id
    assert list(assigned.learner(4).ListToDo(assignment_pb.ListToDoRequest()).assignments) == []
    assert len(
        assigned.learner(1)
        .ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}"))
        .completions
    )


def test_hearing_it_twice_tells_it_once(assigned, letter):
    assigned.hear(letter.withdrawn(), letter.withdrawn())

    assert len(assigned.announced("withdrawn")) == 1


def test_whoever_joins_or_comes_back_afterwards_gets_nothing(assigned, letter):
    assigned.hear(letter.changed(2, [change(4, member=False)]), letter.withdrawn())

    assigned.hear(letter.changed(3, [change(4), change(9), change(5, on_leave=True)]), letter.changed(4, [change(5)]))

    assert assigned.states(letter) == {1: "COMPLETED", 2: "WITHDRAWN", 3: "WAIVED", 4: "WITHDRAWN", 5: "WITHDRAWN"}


@pytest.mark.parametrize("order", [("withdrawn", "published", "changed"), ("published", "withdrawn", "changed")])
def test_a_notice_that_is_withdrawn_before_its_audience_or_itself_is_heard_of_assigns_nobody(
    world_without_bus, letter, order
):
    said = {
        "withdrawn": letter.withdrawn(),
        "published": letter.published(),
        "changed": letter.changed(1, [change(n) for n in EVERYBODY]),
    }
    world_without_bus.hear(course(test=False), *(said[name] for name in order))

    assert world_without_bus.states(letter) == {}
    assert world_without_bus.announced("created") == []


def test_nothing_can_be_begun_recorded_or_reinstated_any_more(assigned, letter):
    assigned.hear(letter.withdrawn())
    lake = assigned.coordinator("lake")
    undo = assignment_pb.ReinstateAssignmentRequest(
        parent="agencies/lake", name=assignment_name(assigned, letter, 3), reason="After all", request_id=request_id()
    )

    for refused_call in (lambda: lake.ReinstateAssignment(undo), lambda: record(assigned, letter, 4)):
        with pytest.raises(Refused) as refused:
            refused_call()
        assert (refused.value.reason, refused.value.metadata) == ("NOTICE_WITHDRAWN", {"notice": letter.name})
    with pytest.raises(Refused) as refused:
        take(assigned, letter, 4)
    assert (refused.value.reason, refused.value.metadata) == ("ASSIGNMENT_NOT_OPEN", {"state": "WITHDRAWN"})


def test_other_letters_to_the_same_people_go_on(assigned, letter):
    other = Letter(audience_id=letter.audience_id)
    assigned.hear(other.published())

    assigned.hear(letter.withdrawn())

    assert set(assigned.states(other).values()) == {"ASSIGNED"}


def test_closing_costs_as_many_statements_for_one_person_as_for_two_thousand(world_without_bus):
    counted = []
    world_without_bus.hear(course(test=False))
    for people in (1, 2_000):
        letter = Letter()
        world_without_bus.hear(letter.changed(1, [change(n) for n in range(people)]), letter.published())
        with world_without_bus.statements() as sent:
            world_without_bus.hear(letter.withdrawn())
        counted.append(len(sent))
        assert set(world_without_bus.states(letter).values()) == {"WITHDRAWN"}

    assert counted[0] == counted[1]


@pytest.mark.timers
def test_who_finishes_while_it_is_withdrawn_has_completed_it_or_is_told_that_it_is_closed(world_without_bus, letter):
    world, people = world_without_bus, range(1, 25)
    world.hear(course(test=False), letter.changed(1, [change(n) for n in people]), letter.published())

    def finish(number):
        try:
            take(world, letter, number)
        except Refused as refused:
            return refused.reason
        return "COMPLETED"

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(finish, people)
        world.hear(letter.withdrawn())
        told = dict(zip(people, answers, strict=True))

    ended = {number: "COMPLETED" if said == "COMPLETED" else "WITHDRAWN" for number, said in told.items()}
    assert world.states(letter) == ended
    assert set(told.values()) <= {"COMPLETED", "ASSIGNMENT_NOT_OPEN"}


def test_a_briefing_that_does_not_count_is_refused_and_another_course_is_not(world_without_bus):
    letter = Letter(briefing_counts=False)
    world_without_bus.hear(course(test=False), letter.changed(1, [change(1), change(2)]), letter.published())

    with pytest.raises(Refused) as refused:
        record(world_without_bus, letter, 1)

    assert (refused.value.reason, refused.value.fields) == (
        "BRIEFING_DOES_NOT_COUNT",
        {"kind": "A briefing does not count as this training."},
    )
    assert refused.value.metadata == {"notice": letter.name}
    record(world_without_bus, letter, 1, kind=completion_pb.Completion.OTHER_SYSTEM)
    assert world_without_bus.states(letter) == {1: "COMPLETED", 2: "ASSIGNED"}
