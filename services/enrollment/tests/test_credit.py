"""Who took the same version of a course for another letter, not too long before, is not asked for it again."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from servicekit.calendar import pacific_date

from .conftest import MINUTES, Letter, assignment_name, change, course, passed, person, request_id, take

YEAR = 12


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def first(world):
    """A letter that asks persons 1 and 2 for the course."""
    letter = Letter()
    world.hear(course(), letter.changed(1, [change(1), change(2)]), letter.published())
    return letter


def finish(world, letter, number):
    take(world, letter, number)
    world.hear(passed(number))


def issue(world, letter, *numbers, at=None):
    """Issue another letter to people."""
    published = letter.published()
    if at is not None:
        published.publish_time.FromDatetime(at)
    world.hear(letter.changed(1, [change(number) for number in numbers]), published)


def own(world, letter, number):
    return world.learner(number).GetAssignment(pb.GetAssignmentRequest(name=letter.name))


def told(world, fact, letter):
    """Whom an event of that fact named under a letter, one after another."""
    events = [event for event in world.announced(fact) if event.notice_id == letter.notice_id]
    return [one if fact == "created" else one.person_id for event in events for one in named(event, fact)]


def named(event, fact):
    return event.person_ids if fact == "created" else event.completions


def test_who_took_the_course_before_a_letter_was_issued_is_told_so_and_asked_nothing(world, first):
    finish(world, first, 1)
    second = Letter(credit_months=YEAR)
    issue(world, second, 1, 2)

    assert world.states(second) == {1: "COMPLETED", 2: "ASSIGNED"}
    credited = own(world, second, 1)
    today = pacific_date(datetime.now(UTC)).isoformat()
    assert (credited.credited_notice, credited.credited_date) == (first.name, today)
    assert own(world, first, 1).credited_notice == ""
    assert told(world, "created", second) == [person(1), person(2)]
    assert told(world, "completed", second) == [person(1)]


def test_a_credit_stands_in_the_record_without_minutes_of_its_own(world, first):
    finish(world, first, 1)
    second = Letter(credit_months=YEAR)
    issue(world, second, 1)

    record = world.learner(1).ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}"))
    lines = {line.notice: line for line in record.completions}
    assert lines[second.name].kind == completion_pb.Completion.CREDIT
    assert lines[second.name].credited_notice == first.name
    assert [year.minutes for year in record.years] == [MINUTES]


def test_taking_the_course_for_one_letter_completes_the_others_that_ask_for_it(world, first):
    second, every_time = Letter(credit_months=YEAR), Letter()
    issue(world, second, 1, 2)
    issue(world, every_time, 1, 2)

    take(world, first, 1)
    assert world.states(second) == {1: "ASSIGNED", 2: "ASSIGNED"}
    world.hear(passed(1))

    assert world.states(second) == {1: "COMPLETED", 2: "ASSIGNED"}
    assert world.states(every_time) == {1: "ASSIGNED", 2: "ASSIGNED"}
    assert told(world, "completed", second) == [person(1)]


def test_a_last_section_after_the_test_completes_the_others_too(world, first):
    second = Letter(credit_months=YEAR)
    issue(world, second, 1)
    world.hear(passed(1))

    take(world, first, 1)

    assert world.states(second) == {1: "COMPLETED"}
    assert told(world, "completed", second) == [person(1)]


@pytest.mark.parametrize(("days", "state"), [(-1, "COMPLETED"), (0, "ASSIGNED")])
def test_a_course_counts_as_long_as_it_is_younger_than_the_letter_says(world, first, days, state):
    finish(world, first, 1)
    now = datetime.now(UTC)
    a_year_later = now.replace(year=now.year + 1) if (now.month, now.day) != (2, 29) else now + timedelta(days=366)
    second = Letter(credit_months=YEAR)
    issue(world, second, 1, at=a_year_later + timedelta(days=days))

    assert world.states(second) == {1: state}


def test_a_briefing_on_another_letter_is_not_the_course(world, first):
    record = completion_pb.RecordTrainingRequest(
        parent="agencies/lake",
        notice=first.name,
        people=[f"people/{person(1)}"],
        kind=completion_pb.Completion.BRIEFING,
        complete_date=pacific_date(datetime.now(UTC)).isoformat(),
        minutes=30,
        request_id=request_id(),
    )
    world.coordinator("lake").RecordTraining(record)
    second = Letter(credit_months=YEAR)
    issue(world, second, 1)

    assert world.states(second) == {1: "ASSIGNED"}


def test_who_comes_to_the_audience_later_is_credited_too(world, first):
    finish(world, first, 1)
    second = Letter(credit_months=YEAR)
    issue(world, second, 2)

    world.hear(second.changed(2, [change(1)]))

    assert world.states(second) == {1: "COMPLETED", 2: "ASSIGNED"}


def test_who_took_it_while_they_were_excused_is_not_asked_once_they_are_reinstated(world, first):
    second = Letter(credit_months=YEAR)
    issue(world, second, 1)
    name, coordinator = assignment_name(world, second, 1), world.coordinator("lake")
    excuse = {"name": name, "parent": "agencies/lake", "reason": "Other work"}
    coordinator.WaiveAssignment(pb.WaiveAssignmentRequest(**excuse, request_id=request_id()))
    finish(world, first, 1)
    assert world.states(second) == {1: "WAIVED"}

    answer = coordinator.ReinstateAssignment(pb.ReinstateAssignmentRequest(**excuse, request_id=request_id()))

    assert answer.state == pb.Assignment.COMPLETED
    assert answer.credited_notice == first.name
