"""Taking the course: in order, by each person for themselves, and never by accident twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from servicekit.rpc.client import Refused

from .conftest import assignment_name, change, check_books, course, passed, person, request_id, take


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def open_letter(world, letter):
    """Persons 1 and 2 have the course on their lists."""
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2)]))
    world.hear(letter.published())
    return letter


def start(name):
    return pb.StartAssignmentRequest(name=name, request_id=request_id())


def section(name, number):
    return pb.CompleteSectionRequest(name=name, section=number, request_id=request_id())


def test_opening_the_course_again_is_how_they_continue(world, open_letter):
    take(world, open_letter, 1, sections=[1])

    answer = world.learner(1).StartAssignment(start(assignment_name(world, open_letter, 1)))

    assert answer.state == pb.Assignment.IN_PROGRESS
    assert answer.sections_completed == 1


def test_the_first_section_starts_the_course_too(world, open_letter):
    answer = world.learner(1).CompleteSection(section(assignment_name(world, open_letter, 1), 1))

    assert answer.state == pb.Assignment.IN_PROGRESS
    assert answer.sections_completed == 1


def test_a_section_completed_before_is_accepted_again_and_changes_nothing(world, open_letter):
    take(world, open_letter, 1)
    world.hear(passed(1))
    before = world.rows("SELECT * FROM assignment ORDER BY person_id")

    answer = world.learner(1).CompleteSection(section(assignment_name(world, open_letter, 1), 1))

    assert answer.state == pb.Assignment.COMPLETED
    assert answer.sections_completed == 2
    assert answer.HasField("complete_time")
    assert world.rows("SELECT * FROM assignment ORDER BY person_id") == before


def test_sections_are_completed_in_order(world, open_letter):
    with pytest.raises(Refused) as refused:
        world.learner(1).CompleteSection(section(assignment_name(world, open_letter, 1), 2))

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "SECTION_OUT_OF_ORDER")
    assert refused.value.metadata == {"section": "2", "next": "1"}


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_section_that_the_course_does_not_have_is_refused(world, open_letter, number):
    take(world, open_letter, 1)

    with pytest.raises(Refused) as refused:
        world.learner(1).CompleteSection(section(assignment_name(world, open_letter, 1), number))

    assert (refused.value.reason, set(refused.value.fields)) == ("INVALID_FIELD", {"section"})


@pytest.mark.parametrize("ended", ["COMPLETED", "WAIVED", "WITHDRAWN"])
def test_what_is_not_open_cannot_be_started(world, open_letter, ended):
    name = assignment_name(world, open_letter, 1)
    if ended == "COMPLETED":
        take(world, open_letter, 1)
        world.hear(passed(1))
    elif ended == "WAIVED":
        request = pb.WaiveAssignmentRequest(parent="agencies/lake", name=name, reason="Retires", request_id="w")
        world.coordinator("lake").WaiveAssignment(request)
    else:
        world.hear(open_letter.changed(2, [change(1, member=False)]))

    with pytest.raises(Refused) as refused:
        world.learner(1).StartAssignment(start(name))

    assert (refused.value.reason, refused.value.metadata) == ("ASSIGNMENT_NOT_OPEN", {"state": ended})


def test_a_course_that_has_not_arrived_yet_cannot_be_started(world, letter):
    world.hear(letter.changed(1, [change(1)]), letter.published())
    name = assignment_name(world, letter, 1)

    with pytest.raises(Refused) as refused:
        world.learner(1).StartAssignment(start(name))
    assert refused.value.reason == "COURSE_NOT_KNOWN"

    world.hear(course())
    assert world.learner(1).StartAssignment(start(name)).section_count == 2


@pytest.mark.parametrize("method", ["GetAssignment", "StartAssignment", "CompleteSection"])
def test_another_persons_assignment_does_not_exist_for_them(world, open_letter, method):
    name = assignment_name(world, open_letter, 2)
    request = {
        "GetAssignment": pb.GetAssignmentRequest(name=name),
        "StartAssignment": start(name),
        "CompleteSection": section(name, 1),
    }[method]
    getattr(world.learner(2), method)(request)

    with pytest.raises(Refused) as refused:
        getattr(world.learner(1), method)(request)

    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": name})


def test_a_person_reads_their_own_by_its_name_or_by_the_notice(world, open_letter):
    learner = world.learner(1)

    by_name = learner.GetAssignment(pb.GetAssignmentRequest(name=assignment_name(world, open_letter, 1)))
    by_notice = learner.GetAssignment(pb.GetAssignmentRequest(name=open_letter.name))

    assert by_name == by_notice
    assert by_name.person == f"people/{person(1)}"


@pytest.mark.parametrize("number", [1, 77])
def test_what_is_not_on_their_list_is_not_found(world, open_letter, number):
    unknown = f"notices/{person(5)}" if number == 1 else open_letter.name

    with pytest.raises(Refused) as refused:
        world.learner(number).GetAssignment(pb.GetAssignmentRequest(name=unknown))

    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": unknown})


def test_what_is_no_person_has_no_training_of_its_own(world, open_letter):
    with pytest.raises(Refused) as refused:
        world.stub(["learning.do"]).ListToDo(pb.ListToDoRequest())

    assert (refused.value.reason, refused.value.metadata) == ("PERMISSION_MISSING", {"caller": "services/test"})


@pytest.mark.timers
def test_a_last_section_and_a_passed_test_at_the_same_moment_complete_it(world, open_letter):
    """Whichever commits second must see the other; it is tried for several people at once."""
    numbers = range(10, 30)
    world.hear(open_letter.changed(2, [change(number) for number in numbers]))
    for number in numbers:
        take(world, open_letter, number, sections=[1])

    with ThreadPoolExecutor(8) as pool:
        finishing = [pool.submit(take, world, open_letter, number, [2]) for number in numbers]
        for number in numbers:
            world.hear(passed(number))
        for one in finishing:
            one.result()

    assert {world.states(open_letter)[number] for number in numbers} == {"COMPLETED"}


@pytest.mark.timers
def test_twenty_threads_that_finish_one_section_finish_it_once(world, letter):
    world.hear(course(test=False), letter.changed(1, [change(1)]), letter.published())
    take(world, letter, 1, sections=[1])
    name, learner = assignment_name(world, letter, 1), world.learner(1)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: learner.CompleteSection(section(name, 2)), range(20)))

    assert {answer.state for answer in answers} == {pb.Assignment.COMPLETED}
    assert len(world.announced("completed")) == 1


@pytest.mark.timers
def test_twenty_people_who_finish_at_once_are_each_told_of_once(world, letter):
    numbers = range(10, 30)
    world.hear(course(test=False), letter.changed(1, [change(number) for number in numbers]), letter.published())
    for number in numbers:
        take(world, letter, number, sections=[1])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda number: take(world, letter, number, [2]), numbers))

    told = world.announced("completed")
    assert sorted(one.person_id for event in told for one in event.completions) == sorted(map(person, numbers))
    assert {event.notice_id for event in told} == {letter.notice_id}
    check_books(world)


def test_a_section_costs_two_statements_of_its_own(world, open_letter):
    name, learner = assignment_name(world, open_letter, 1), world.learner(1)
    learner.StartAssignment(start(name))

    with world.statements() as seen:
        learner.CompleteSection(section(name, 1))

    # The kit's two around them: audit and look-up first; audit, answer and events last.
    assert len(seen) == 4, seen


def keep(name, number, block):
    place = pb.Place(section=number, block=block)
    return pb.KeepPlaceRequest(name=name, place=place, request_id=request_id())


def test_the_last_place_where_somebody_stopped_reading_is_kept_for_them_alone(world, open_letter):
    mine, theirs = (assignment_name(world, open_letter, n) for n in (1, 2))
    assert world.learner(1).GetPlace(pb.GetPlaceRequest(name=mine)) == pb.Place()

    world.learner(1).KeepPlace(keep(mine, 1, 7))
    world.learner(1).KeepPlace(keep(mine, 2, 3))

    assert world.learner(1).GetPlace(pb.GetPlaceRequest(name=mine)) == pb.Place(section=2, block=3)
    assert world.learner(2).GetPlace(pb.GetPlaceRequest(name=theirs)) == pb.Place()
    for learner, number in ((2, 1), (1, 99)):
        with pytest.raises(Refused):
            world.learner(learner).KeepPlace(keep(mine, number, 1))


def test_a_place_is_no_progress(world, open_letter):
    name = assignment_name(world, open_letter, 1)
    world.learner(1).KeepPlace(keep(name, 2, 3))
    answer = world.learner(1).GetAssignment(pb.GetAssignmentRequest(name=name))
    assert (answer.state, answer.sections_completed) == (pb.Assignment.ASSIGNED, 0)
