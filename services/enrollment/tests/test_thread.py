"""The thread: a notice becomes assignments; a learner takes the course and its test, and has completed it."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as pb

from .conftest import COURSE, DUE, MINUTES, Letter, assignment_name, change, course, passed, person, take

A = pb.Assignment


@pytest.fixture
def assigned(world, letter):
    """Three people of Lake have the course on their lists."""
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2), change(3)]))
    world.hear(letter.published())
    return letter


def test_a_published_notice_puts_the_course_on_each_members_list(world, assigned):
    (shown,) = world.learner(2).ListToDo(pb.ListToDoRequest()).assignments

    assert shown.name == assignment_name(world, assigned, 2)
    assert shown.person == f"people/{person(2)}"
    assert shown.notice == assigned.name
    assert shown.course_version == f"courses/{COURSE}/versions/3"
    assert shown.state == A.ASSIGNED
    assert shown.due_date == DUE.isoformat()
    assert (shown.section_count, shown.sections_completed, shown.minutes) == (2, 0, MINUTES)
    assert shown.has_test
    assert not shown.test_passed
    assert not shown.HasField("complete_time")


def test_everybody_assigned_is_announced_once(world, assigned):
    (event,) = world.announced("created")

    assert event.notice_id == assigned.notice_id
    assert list(event.person_ids) == [person(1), person(2), person(3)]


def test_sections_then_test_complete_it_and_announce_it(world, assigned):
    answer = take(world, assigned, 1)
    assert answer.state == A.IN_PROGRESS
    assert answer.sections_completed == 2

    moment = datetime.now(UTC) + timedelta(minutes=3)
    world.hear(passed(1, at=moment))

    done = world.learner(1).GetAssignment(pb.GetAssignmentRequest(name=assigned.name))
    assert done.state == A.COMPLETED
    assert done.test_passed
    assert done.complete_time.ToDatetime(UTC) == moment
    (event,) = world.announced("completed")
    assert event.notice_id == assigned.notice_id
    assert [(one.person_id, one.complete_time.ToDatetime(UTC)) for one in event.completions] == [(person(1), moment)]
    assert not world.learner(1).ListToDo(pb.ListToDoRequest()).assignments


def test_a_test_passed_before_the_assignment_exists_completes_it_with_the_last_section(world, letter):
    world.hear(passed(1))
    world.hear(course())
    world.hear(letter.published())
    world.hear(letter.changed(1, [change(1)]))

    assert take(world, letter, 1, sections=[1]).state == A.IN_PROGRESS
    answer = take(world, letter, 1, sections=[2])

    assert answer.state == A.COMPLETED
    assert answer.test_passed
    assert answer.HasField("complete_time")
    (event,) = world.announced("completed")
    assert [one.person_id for one in event.completions] == [person(1)]


def test_without_a_test_the_last_section_completes_it(world, letter):
    world.hear(course(test=False))
    world.hear(letter.published(), letter.changed(1, [change(1)]))

    answer = take(world, letter, 1)

    assert answer.state == A.COMPLETED
    assert not answer.has_test


def test_a_last_section_finished_after_the_test_gives_the_moment_of_completion(world, assigned):
    take(world, assigned, 1)

    world.hear(passed(1, at=datetime.now(UTC) - timedelta(days=2)))

    ((completed_at, progressed_at),) = world.rows(
        "SELECT completed_at, progressed_at FROM completion JOIN assignment USING (requirement_id, person_id)"
    )
    assert completed_at == progressed_at


def test_several_people_who_pass_at_once_are_each_announced_once(world, assigned):
    for number in (1, 2, 3):
        take(world, assigned, number)

    world.others.publish([passed(1), passed(2), passed(3)])
    world.quiet()

    assert sorted(one.person_id for event in world.announced("completed") for one in event.completions) == [
        person(1),
        person(2),
        person(3),
    ]
    assert set(world.states(assigned).values()) == {"COMPLETED"}


def test_passing_again_changes_nothing(world, assigned):
    take(world, assigned, 1)
    world.hear(passed(1))
    before = world.rows("SELECT * FROM completion")

    world.hear(passed(1))

    assert before
    assert world.rows("SELECT * FROM completion") == before
    assert len(world.announced("completed")) == 1


def test_the_notice_before_the_audience_and_the_audience_before_the_notice_give_the_same(world):

    first, second = Letter(), Letter()
    people = [change(1), change(2, "kern"), change(2, "lake"), change(3, on_leave=True), change(4, member=False)]

    world.hear(first.published())
    assert world.assignments(first) == {}
    world.hear(first.changed(1, people))
    world.hear(second.changed(1, people))
    world.hear(second.published())

    assert world.assignments(first) == world.assignments(second)
    assert set(world.states(first)) == {1, 2, 3}
    assert {due for _, due in world.assignments(first).values()} == {DUE}


def test_nothing_is_assigned_before_every_chunk_of_every_revision_is_here(world, letter):
    world.hear(letter.published(revision=2))

    world.hear(letter.changed(2, [change(3)]))
    assert world.states(letter) == {}
    world.hear(letter.changed(1, [change(2)], chunk=2, chunks=2))
    assert world.states(letter) == {}
    world.hear(letter.changed(1, [change(2)], chunk=2, chunks=2))
    assert world.states(letter) == {}
    world.hear(letter.changed(1, [change(1)], chunk=1, chunks=2))

    assert world.states(letter) == {1: "ASSIGNED", 2: "ASSIGNED", 3: "ASSIGNED"}


def test_a_notice_without_a_course_asks_nothing_here(world, letter):
    letter.course_id = ""

    world.hear(letter.published(), letter.changed(1, [change(1)]))

    assert world.rows("SELECT * FROM requirement") == []


def test_events_that_come_again_change_nothing(world, assigned):
    again = [course(), assigned.changed(1, [change(1), change(2), change(3)]), assigned.published()]
    before = world.rows("SELECT * FROM assignment ORDER BY person_id")

    world.hear(*again)

    assert before
    assert world.rows("SELECT * FROM assignment ORDER BY person_id") == before
    assert len(world.announced("created")) == 1


def test_a_malformed_event_is_laid_aside_and_the_next_is_handled(world, letter):
    broken = letter.changed(1, [change(1)])
    broken.changes[0].person_id = "nobody"

    world.hear(broken)
    world.hear(letter.changed(1, [change(1)]), letter.published())

    ((error,),) = world.rows("SELECT error FROM dead_letter")
    assert "INVALID_FIELD" in error
    assert world.states(letter) == {1: "ASSIGNED"}
