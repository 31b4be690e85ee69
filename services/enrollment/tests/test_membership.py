"""Lists follow the audience by themselves: who comes, leaves, comes back, moves, goes on leave."""

from datetime import date

import pytest

from cadre.directory.v1 import events_pb2
from cadre.enrollment.v1 import assignment_service_pb2 as pb
from servicekit import closed_days
from servicekit.testing.offices import state_calendar

from .conftest import DUE, JOINER_DAYS, Letter, assignment_name, change, course, passed, person, take

SOON = date(2027, 1, 4)
# A Thursday before Presidents' Day, so near that five business days go beyond DUE.
LATE = date(2027, 2, 25)
LATE_DUE = date(2027, 3, 4)


@pytest.fixture
def open_letter(world, letter) -> Letter:
    """Persons 1 and 2 of Lake and 3 of Kern have the course on their lists."""
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2), change(3, "kern")]))
    world.hear(letter.published())
    return letter


def people_of(events):
    return [list(event.person_ids) for event in events]


def test_who_joins_in_time_is_due_with_the_others(world, open_letter):
    world.hear(open_letter.changed(2, [change(4)], effective=SOON))

    assert world.states(open_letter)[4] == "ASSIGNED"
    assert world.due(open_letter, 4) == DUE
    assert people_of(world.announced("created"))[1:] == [[person(4)]]


def test_who_joins_late_has_the_joiner_days(world, open_letter):
    world.hear(open_letter.changed(2, [change(4)], effective=LATE))

    assert JOINER_DAYS == 5
    assert world.due(open_letter, 4) == LATE_DUE
    assert world.due(open_letter, 1) == DUE


def test_the_copy_of_the_calendar_begins_with_the_years_that_ship(world):
    with world.service.runtime.database.read() as db:
        assert closed_days.known(db) == state_calendar()


def test_who_joins_after_the_calendar_changed_is_due_by_it_and_who_is_on_the_list_stays_due(world, open_letter):
    world.hear(open_letter.changed(2, [change(4)], effective=LATE))
    closed = ["2027-01-01", "2027-02-15", "2027-03-01", "2027-03-02"]
    world.hear(events_pb2.CalendarChanged(year=2027, revision=2, closed=closed))
    world.hear(events_pb2.CalendarChanged(year=2027, revision=1, closed=[]))

    world.hear(open_letter.changed(3, [change(5)], effective=LATE))

    assert world.due(open_letter, 4) == LATE_DUE
    assert world.due(open_letter, 5) == date(2027, 3, 8)


def test_who_joins_in_a_year_of_which_the_holidays_are_not_known_is_due_all_the_same(world, open_letter):
    world.hear(open_letter.changed(2, [change(4)], effective=date(2061, 3, 10)))

    assert world.due(open_letter, 4) == date(2061, 3, 17)


def test_a_joiner_who_was_heard_of_before_the_notice_has_the_joiner_days_too(world, letter):
    world.hear(letter.changed(1, [change(1)]), letter.changed(2, [change(4)], effective=LATE))
    world.hear(letter.published(revision=1))

    assert world.due(letter, 1) == DUE
    assert world.due(letter, 4) == LATE_DUE


def test_who_leaves_before_completing_is_withdrawn(world, open_letter):
    take(world, open_letter, 2, sections=[1])

    world.hear(open_letter.changed(2, [change(1, member=False), change(2, member=False)]))

    assert world.states(open_letter) == {1: "WITHDRAWN", 2: "WITHDRAWN", 3: "ASSIGNED"}
    assert people_of(world.announced("withdrawn")) == [[person(1), person(2)]]
    assert not world.learner(1).ListToDo(pb.ListToDoRequest()).assignments


def test_who_comes_back_goes_on_where_they_were_with_the_joiner_days(world, open_letter):
    take(world, open_letter, 2, sections=[1])
    world.hear(open_letter.changed(2, [change(1, member=False), change(2, member=False)]))

    world.hear(open_letter.changed(3, [change(1), change(2, "kern")], effective=LATE))

    assert world.states(open_letter) == {1: "ASSIGNED", 2: "IN_PROGRESS", 3: "ASSIGNED"}
    assert world.due(open_letter, 1) == world.due(open_letter, 2) == LATE_DUE
    assert people_of(world.announced("created"))[1:] == [[person(1), person(2)]]
    (shown,) = world.learner(2).ListToDo(pb.ListToDoRequest()).assignments
    assert shown.sections_completed == 1


def test_a_test_passed_while_off_the_list_counts_when_they_open_the_course_again(world, open_letter):
    take(world, open_letter, 1)
    world.hear(open_letter.changed(2, [change(1, member=False)]))
    world.hear(passed(1))
    assert world.states(open_letter)[1] == "WITHDRAWN"
    world.hear(open_letter.changed(3, [change(1)]))

    assert take(world, open_letter, 1, sections=[]).state == pb.Assignment.COMPLETED


def test_what_is_completed_stays_completed(world, open_letter):
    take(world, open_letter, 1)
    world.hear(passed(1))

    world.hear(open_letter.changed(2, [change(1, member=False)]))
    world.hear(open_letter.changed(3, [change(1)], effective=LATE))

    assert world.assignments(open_letter)[person(1)] == ("COMPLETED", DUE)
    assert world.announced("withdrawn") == []
    assert len(world.announced("created")) == 1


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_move_between_agencies_changes_whose_list_they_are_on_and_nothing_else(world, open_letter, chunks):
    halves = [change(1, "lake", member=False), change(1, "kern")]
    before = world.assignments(open_letter)

    if chunks == 1:
        world.hear(open_letter.changed(2, halves, effective=LATE))
    else:
        for n, half in enumerate(halves, start=1):
            world.hear(open_letter.changed(2, [half], effective=LATE, chunk=n, chunks=2))

    assert world.assignments(open_letter) == before
    assert listed(world, "lake") == {person(2)}
    assert listed(world, "kern") == {person(1), person(3)}
    if chunks == 1:
        assert world.announced("withdrawn") == []


def test_leave_keeps_the_assignment_and_the_return_gives_the_joiner_days(world, open_letter):
    world.hear(open_letter.changed(2, [change(1, on_leave=True)]))
    (shown,) = world.learner(1).ListToDo(pb.ListToDoRequest()).assignments
    assert shown.on_leave
    assert shown.due_date == DUE.isoformat()

    world.hear(open_letter.changed(3, [change(1)], effective=LATE))

    (shown,) = world.learner(1).ListToDo(pb.ListToDoRequest()).assignments
    assert not shown.on_leave
    assert shown.due_date == LATE_DUE.isoformat()
    assert world.due(open_letter, 2) == DUE
    assert len(world.announced("created")) == 1


def test_a_change_of_unit_while_on_leave_does_not_end_the_leave(world, open_letter):
    world.hear(open_letter.changed(2, [change(1, on_leave=True)]))
    world.hear(open_letter.changed(3, [change(1, on_leave=True)], effective=LATE))
    assert world.due(open_letter, 1) == DUE

    world.hear(open_letter.changed(4, [change(1)], effective=LATE))

    assert world.due(open_letter, 1) == LATE_DUE


def test_a_return_from_leave_in_time_changes_no_due_date(world, open_letter):
    world.hear(open_letter.changed(2, [change(1, on_leave=True)], effective=SOON))
    world.hear(open_letter.changed(3, [change(1)], effective=SOON))

    assert world.due(open_letter, 1) == DUE


def test_a_person_of_two_agencies_has_one_assignment_on_both_lists(world, open_letter):
    world.hear(open_letter.changed(2, [change(1, "kern")]))

    assert len(world.learner(1).ListToDo(pb.ListToDoRequest()).assignments) == 1
    assert person(1) in listed(world, "lake")
    assert person(1) in listed(world, "kern")
    both = world.coordinator("lake", "kern")
    everywhere = world.stub(["assignments.read"]).ListAssignments(pb.ListAssignmentsRequest(parent="agencies/-"))
    assert sorted(one.person for one in everywhere.assignments) == [f"people/{person(n)}" for n in (1, 2, 3)]
    assert len(both.ListAssignments(pb.ListAssignmentsRequest(parent="agencies/kern")).assignments) == 2

    world.hear(open_letter.changed(3, [change(1, "lake", member=False)]))

    assert world.states(open_letter)[1] == "ASSIGNED"
    assert listed(world, "lake") == {person(2)}


def test_several_changes_heard_together_are_taken_in_order(world, open_letter):
    world.others.publish(
        [
            open_letter.changed(2, [change(1, member=False)]),
            open_letter.changed(3, [change(1)], effective=LATE),
            open_letter.changed(4, [change(2, member=False)]),
        ]
    )
    world.quiet()

    assert world.states(open_letter) == {1: "ASSIGNED", 2: "WITHDRAWN", 3: "ASSIGNED"}
    assert world.due(open_letter, 1) == LATE_DUE


def test_an_older_change_that_comes_late_does_not_undo_a_newer_one(world, open_letter):
    world.hear(open_letter.changed(3, [change(1, member=False)]))

    world.hear(open_letter.changed(2, [change(1), change(4)]))

    assert world.states(open_letter)[1] == "WITHDRAWN"
    assert world.states(open_letter)[4] == "ASSIGNED"


def test_every_open_requirement_of_the_audience_follows(world, open_letter):
    second = Letter(audience_id=open_letter.audience_id)
    other = Letter()
    world.hear(second.published())
    world.hear(other.changed(1, [change(1)]), other.published())

    world.hear(open_letter.changed(2, [change(1, member=False), change(4)]))

    for letter in (open_letter, second):
        assert world.states(letter) == {1: "WITHDRAWN", 2: "ASSIGNED", 3: "ASSIGNED", 4: "ASSIGNED"}
    assert world.states(other) == {1: "ASSIGNED"}


def test_an_excused_person_stays_excused_whatever_becomes_of_their_membership(world, open_letter):
    request = pb.WaiveAssignmentRequest(
        parent="agencies/lake", name=assignment_name(world, open_letter, 1), reason="Retires", request_id="w"
    )
    world.coordinator("lake").WaiveAssignment(request)

    world.hear(open_letter.changed(2, [change(1, member=False)]))
    world.hear(open_letter.changed(3, [change(1)]))

    assert world.states(open_letter)[1] == "WAIVED"


def listed(world, agency):
    """Who is on an agency's list."""
    request = pb.ListAssignmentsRequest(parent=f"agencies/{agency}")
    answer = world.coordinator(agency).ListAssignments(request)
    return {one.person.removeprefix("people/") for one in answer.assignments}


def test_a_whole_revision_makes_up_for_one_that_was_lost(world, letter):
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2)]))
    world.hear(letter.published(revision=2))  # revision 2 was told, and never heard
    everybody = [change(1, member=False), change(2), change(3, "kern")]
    first, second = (letter.changed(3, part, chunk=n, chunks=2) for n, part in ((1, everybody[:2]), (2, everybody[2:])))
    first.whole = second.whole = True

    world.hear(first)
    assert world.states(letter) == {}
    world.hear(second)

    assert world.states(letter) == {2: "ASSIGNED", 3: "ASSIGNED"}
    assert world.due(letter, 2) == DUE
    world.hear(letter.changed(4, [change(1)]))
    assert world.states(letter)[1] == "ASSIGNED"
