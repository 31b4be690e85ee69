"""Ten thousand people cost as many statements as ten, and go into events of at most a thousand."""

import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from servicekit.calendar import pacific_date
from servicekit.testing.plans import require_by_key, scans

from .conftest import Letter, change, course, passed, person, request_id, take

LARGE = 10_000
_TAKEN = """
WITH taken AS (
  UPDATE assignment AS a SET state = 'COMPLETED' FROM requirement AS r
  WHERE r.id = a.requirement_id AND r.notice_id = %(notice)s
  RETURNING a.requirement_id, a.person_id
)
INSERT INTO completion (requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by)
SELECT requirement_id, person_id, 'COURSE', 25, now(), now()::date, '' FROM taken
"""


@pytest.fixture
def world(world_without_bus):
    """These tests are about statements."""
    return world_without_bus


def first_membership(letter, people):
    """The chunks of revision 1."""
    chunks = -(-people // 1000)
    return [
        letter.changed(
            1, [change(n) for n in range(1000 * i, min(people, 1000 * i + 1000))], chunk=i + 1, chunks=chunks
        )
        for i in range(chunks)
    ]


def test_ten_thousand_assignments_are_one_statement_and_ten_events(world):
    counts = {}
    for people in (10, LARGE):
        letter = Letter()
        world.hear_together(*first_membership(letter, people))
        with world.statements() as seen:
            world.hear_together(letter.published())
        counts[people] = len(seen)
        assert sum("INSERT INTO assignment" in statement for statement in seen) == 1
        assert len(world.states(letter)) == people
        announced = [event for event in world.announced("created") if event.notice_id == letter.notice_id]
        assert [len(event.person_ids) for event in announced] == ([10] if people == 10 else [1000] * 10)
        assert {one for event in announced for one in event.person_ids} == {person(n) for n in range(people)}

    # One of them reads the days on which offices are closed, one notes the version, one asks for agencies' own days.
    assert counts[10] == counts[LARGE] <= 12


def test_an_amendment_to_ten_thousand_is_a_handful_of_statements(world):
    counts = {}
    for people in (10, LARGE):
        letter, other = Letter(), Letter()
        world.hear_together(*first_membership(letter, people))
        world.hear_together(*first_membership(other, people // 2))
        world.hear_together(letter.published())
        for version, values in enumerate(
            (
                {"due_date": "2027-05-03"},
                {"audience_id": other.audience_id},
                {"course_id": "another-course"},
                {"course_id": ""},
            ),
            start=2,
        ):
            with world.statements() as seen:
                world.hear_together(letter.amended(version, **values))
            counts.setdefault(version, []).append(len(seen))
            if version == 3:
                assert Counter(world.states(letter).values()) == {"ASSIGNED": people // 2, "WITHDRAWN": people // 2}
    assert all(few == many <= 15 for few, many in counts.values()), counts


@pytest.mark.timers
@pytest.mark.parametrize("known", [0, 4])
def test_an_amendment_compares_nobody_with_everybody_whatever_statistics_know(world, known):
    """They know nothing yet, or letters before this one; of a letter that was issued just now never anything."""
    with world.service.connect() as connection:
        for table in ("assignment", "audience_member"):
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        for before in [Letter() for _ in range(known)]:
            world.hear_together(*first_membership(before, LARGE))
            world.hear_together(before.published())
        if known:
            connection.execute("ANALYZE")
    letter, other = Letter(), Letter()
    world.hear_together(*first_membership(letter, LARGE))
    world.hear_together(*first_membership(other, LARGE // 2))
    took = []
    versions = (letter.amended(2, due_date="2027-05-03"), letter.amended(3, audience_id=other.audience_id))
    for said in (letter.published(), *versions, letter.withdrawn()):
        began = time.perf_counter()
        world.hear_together(said)
        took.append(time.perf_counter() - began)

    # Compared with everybody it was 300 times as much.
    assert max(took[1:]) < 50 * took[0]


def test_a_change_of_two_thousand_memberships_costs_what_one_of_two_does(world):
    counts = []
    for people in (2, 2_000):
        letter = Letter()
        world.hear(letter.changed(1, [change(0)]), letter.published())
        with world.statements() as seen:
            world.hear_together(
                *(
                    letter.changed(2, [change(n) for n in range(first, first + people // 2)], chunk=half, chunks=2)
                    for half, first in ((1, 1), (2, 1 + people // 2))
                )
            )
        assert len(world.states(letter)) == people + 1
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_many_tests_passed_together_cost_what_one_does(world, letter):
    world.hear(course(), letter.changed(1, [change(n) for n in range(1, 41)]), letter.published())
    for number in range(1, 41):
        take(world, letter, number)
    counts = []
    for group in (range(1, 2), range(2, 41)):
        with world.statements() as seen:
            world.hear_together(*(passed(number) for number in group))
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert set(world.states(letter).values()) == {"COMPLETED"}
    assert [len(event.completions) for event in world.announced("completed")] == [1, 39]


def test_training_recorded_for_two_thousand_people_is_one_call_and_two_events(world, letter):
    world.hear(course(), letter.changed(1, [change(n) for n in range(2_000)]), letter.published())
    request = completion_pb.RecordTrainingRequest(
        parent="agencies/lake",
        notice=letter.name,
        people=[f"people/{person(n)}" for n in range(2_000)],
        kind=completion_pb.Completion.OTHER_SYSTEM,
        complete_date=pacific_date(datetime.now(UTC)).isoformat(),
        minutes=60,
        request_id=request_id(),
    )

    with world.statements() as seen:
        answer = world.coordinator("lake").RecordTraining(request)

    assert answer.completed == 2_000
    assert len(seen) == 5
    assert [len(event.completions) for event in world.announced("completed")] == [1000, 1000]


def test_who_takes_a_course_is_found_by_key_also_where_nobody_made_statistics(world, letter):
    tables, database = ("assignment", "idempotency"), world.service.runtime.database
    with world.service.connect() as connection:
        for table in (*tables, "completion", "audience_member"):
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    first = Letter()
    for one, people in ((first, 10), (letter, LARGE)):
        world.hear_together(course(test=False))
        world.hear_together(*first_membership(one, people))
        world.hear(one.published())
        if one is first:
            # So often that the server keeps the plan, and made it while there were a few.
            for number in range(10):
                take(world, first, number)
    before = scans(database, tables)

    for number in range(10):
        assert take(world, letter, number).state == assignment_pb.Assignment.COMPLETED

    require_by_key(database, before)


def test_ten_thousand_are_credited_by_as_many_statements_as_ten(world):
    counts = {}
    for people in (10, LARGE):
        first, second = Letter(course_id=f"course-{people}"), Letter(course_id=f"course-{people}", credit_months=12)
        world.hear_together(course(course_id=first.course_id, test=False))
        world.hear_together(*first_membership(first, people))
        world.hear_together(*first_membership(second, people))
        world.hear_together(first.published())
        with world.service.runtime.database.transaction(actor="services/test", method="test") as db:
            db.run(_TAKEN, notice=first.notice_id)
        with world.statements() as seen:
            world.hear_together(second.published())
        counts[people] = len(seen)
        assert set(world.states(second).values()) == {"COMPLETED"}
        assert len(world.states(second)) == people
    assert counts[10] == counts[LARGE]
