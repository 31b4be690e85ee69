"""How courses are completed, statewide: counts with their whole, a share with its interval, nothing of nobody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.enrollment.v1 import completion_service_pb2 as pb
from enrollment.app import APP

from .conftest import Letter, World, change, course, passed, person, take
from .test_lists import pages

LARGE = 20_000
STATES = ("ASSIGNED", "IN_PROGRESS", "COMPLETED", "WAIVED", "WITHDRAWN")
ASSIGN = """
INSERT INTO assignment (requirement_id, person_id, created_at, due_date, sections_completed, state, waiver_reason)
SELECT id, gen_random_uuid(), now(), '2027-03-01', 0, drawn, CASE drawn WHEN 'WAIVED' THEN 'none' END
FROM requirement, unnest(%s::text[]) AS drawn WHERE course_id = %s
"""


@pytest.fixture
def world(launch):
    """These tests are about figures: assignments are written as they would be after years, without their books."""
    return World(launch(APP))


@pytest.fixture
def evaluator(world):
    return world.stub({"quality.read": ["state"]})


def rates(evaluator, size=50):
    request = pb.ListCompletionRatesRequest(page_size=size)
    return [[rate.course for rate in page] for page in pages(evaluator.ListCompletionRates, request, "rates")]


def rate_of(evaluator, course_id):
    found = evaluator.ListCompletionRates(pb.ListCompletionRatesRequest()).rates
    return next(rate for rate in found if rate.course == f"courses/{course_id}")


def write(world, states, course_id):
    with world.service.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(ASSIGN, (states, course_id))


def clear(world):
    with world.service.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM assignment")


def test_who_completed_counts_of_all_who_were_to_take_it(world, evaluator):
    letters = [Letter(), Letter()]
    world.hear(course())
    for letter in letters:
        world.hear(letter.changed(1, [change(n) for n in range(1, 5)]), letter.published())
    take(world, letters[0], 1)
    world.hear(passed(1))
    world.hear(letters[0].changed(2, [change(4, member=False)]))

    rate = rate_of(evaluator, letters[0].course_id)

    # Two letters of four people; one completed the course under one of them, and one left that list.
    assert (rate.completed, rate.of) == (1, 7)
    # The interval: statsmodels 0.15.0, `proportion_confint(1, 7, method="wilson")`.
    assert (rate.share, rate.low, rate.high) == pytest.approx((1 / 7, 0.025680, 0.513128), abs=1e-6)


def test_whom_their_agency_alone_asks_is_in_no_rate(world, evaluator):
    letter = Letter()
    changes = [change(1), change(2, local=True), change(3, "yolo"), change(3, local=True)]
    world.hear(course(), letter.changed(1, changes), letter.published())
    take(world, letter, 2)
    world.hear(passed(2))
    # Who goes again stays out of it.
    world.hear(letter.changed(2, [change(2, member=False, local=True)]))

    rate = rate_of(evaluator, letter.course_id)
    assert (rate.completed, rate.of) == (0, 2)
    (kept,) = world.rows("SELECT state FROM assignment WHERE person_id = %s", person(2))
    assert kept[0] == "COMPLETED"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STATES), max_size=40))
def test_a_rate_is_between_0_and_1_and_of_nobody_there_is_none(world, evaluator, states):
    course_id = "drawn"
    if not world.rows("SELECT FROM requirement WHERE course_id = %s", course_id):
        letter = Letter(course_id=course_id)
        world.hear(course(course_id=course_id), letter.changed(1, [change(1)]), letter.published())
    clear(world)
    write(world, states, course_id)

    rate = rate_of(evaluator, course_id)

    assert rate.of == sum(state not in {"WAIVED", "WITHDRAWN"} for state in states)
    assert rate.completed == states.count("COMPLETED")
    if rate.of:
        assert 0 <= rate.low <= rate.share <= rate.high <= 1
    else:
        assert not any(rate.HasField(name) for name in ("share", "low", "high"))


def test_courses_come_by_keyset_and_cost_one_statement_however_many_take_them(world, evaluator):
    for course_id in ("b", "c", "a"):
        letter = Letter(course_id=course_id)
        world.hear(course(course_id=course_id), letter.changed(1, [change(1)]), letter.published())
    assert rates(evaluator, 2) == [["courses/a", "courses/b"], ["courses/c"]]

    counts = []
    for people in (10, LARGE):
        write(world, ["COMPLETED"] * people, "a")
        with world.statements() as seen:
            assert rate_of(evaluator, "a").completed >= people
        counts.append(len(seen))
    assert counts == [1, 1]
