"""What operators see of training: people by state and course, never by name."""

from collections import Counter
from datetime import date

import pytest

from enrollment import metrics

from .conftest import COURSE, Letter, change, course, passed, take


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


def test_people_are_counted_by_the_state_of_their_training_and_by_who_is_past_due(world):
    letter = Letter(due_date=date(2020, 1, 2))
    world.hear(course(), letter.changed(1, [change(number) for number in range(1, 6)]), letter.published())
    take(world, letter, 1, sections=(1,))
    take(world, letter, 2)
    world.hear(passed(2))

    figures = world.service.figures()

    counted = {key[2]: value for key, value in figures.items() if key[:2] == ("cadre_assignments", COURSE)}
    states = Counter(state.lower().replace("_", " ") for state in world.states(letter).values())
    assert counted == {"assigned": 3, "in progress": 1, "completed": 1, "waived": 0, "withdrawn": 0}
    assert Counter({state: count for state, count in counted.items() if count}) == states
    assert figures["cadre_overdue_assignments", COURSE] == 4
    assert figures["cadre_completions", "course"] == 1
    assert figures["cadre_completions", "briefing"] == 0


def test_a_letter_that_waits_for_its_audience_is_counted_until_it_arrives(world):
    letter = Letter()
    world.hear(course(), letter.published())
    assert world.service.figures()["cadre_waiting_requirements",] == 1

    world.hear(letter.changed(1, [change(1)]))

    assert world.service.figures()["cadre_waiting_requirements",] == 0


def test_only_so_many_courses_are_named_and_the_rest_counts_together(world):
    many = metrics.MOST_NAMED + 3
    for number in range(many):
        letter = Letter(course_id=f"course-{number:02d}")
        # The first three have one person each, the others two: they are those that most are asked to take.
        people = [change(1), change(2)] if number >= 3 else [change(1)]
        world.hear(course(course_id=letter.course_id, test=False), letter.changed(1, people), letter.published())

    figures = world.service.figures()

    named = {key[1] for key in figures if key[0] == "cadre_assignments"}
    assert len(named) == metrics.MOST_NAMED + 1
    assert figures["cadre_assignments", metrics.OTHERS, "assigned"] == 3
    assert sum(value for key, value in figures.items() if key[0] == "cadre_assignments") == 2 * many - 3


def test_counting_takes_as_many_statements_for_many_people_as_for_one(world):
    def sent(people):
        letter = Letter()
        world.hear(letter.changed(1, [change(number) for number in people]), letter.published())
        with world.statements() as found:
            world.service.figures()
        return len(found)

    world.hear(course())

    assert sent(range(1, 2)) == sent(range(2, 40)) == 3


def test_it_is_counted_how_many_shared_a_transaction(world, letter):
    world.hear(course(test=False), letter.changed(1, [change(1)]), letter.published())
    take(world, letter, 1)

    count = world.service.runtime.registry.get_sample_value
    assert count("cadre_transaction_calls_count", {"method": "AssignmentService/CompleteSection"}) == 2
    assert count("cadre_transaction_calls_sum", {"method": "AssignmentService/CompleteSection"}) == 2
    assert count("cadre_transaction_calls_count", {"method": "AssignmentService/StartAssignment"}) == 1
