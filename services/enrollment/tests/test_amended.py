"""A letter that was amended: lists follow its newest version, and what was done for an older one stays done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

from .conftest import (
    COURSE,
    COURSE_VERSION,
    DUE,
    Letter,
    assignment_name,
    change,
    course,
    person,
    request_id,
    take,
)
from .test_membership import LATE, LATE_DUE
from .test_withdrawn import record, waive

MOVED = date(2027, 5, 3)
NEWER = COURSE_VERSION + 1
EVERYBODY = range(1, 6)


@pytest.fixture
def assigned(world_without_bus, letter):
    """Five people under a letter: 1 has completed it, 2 has begun, 3 is excused, 4 and 5 have not."""
    world = world_without_bus
    world.hear(
        course(test=False),
        course(test=False, version=NEWER),
        letter.changed(1, [change(n) for n in EVERYBODY]),
        letter.published(),
    )
    take(world, letter, 1)
    take(world, letter, 2, sections=(1,))
    waive(world, letter, 3)
    return world


def transcript(world, number):
    answer = world.learner(number).ListCompletions(
        completion_pb.ListCompletionsRequest(parent=f"people/{person(number)}")
    )
    return [(one.notice, one.course_version) for one in answer.completions]


def to_do(world, number):
    return [
        (one.notice, one.course_version, one.due_date)
        for one in world.learner(number).ListToDo(assignment_pb.ListToDoRequest()).assignments
    ]


def told(world, fact):
    return [(sorted(event.person_ids), event.course_id, event.course_version) for event in world.announced(fact)]


def people(*numbers):
    return sorted(map(person, numbers))


def test_a_moved_day_is_everybodys_who_still_has_it_and_nobody_is_told_of_new_training(assigned, letter):
    assigned.hear(letter.changed(2, [change(6)], effective=LATE))
    before = told(assigned, "created")

    assigned.hear(letter.amended(2, due_date=MOVED.isoformat()))

    assert {number: assigned.due(letter, number) for number in range(1, 7)} == {
        1: DUE,
        2: MOVED,
        3: MOVED,
        4: MOVED,
        5: MOVED,
        6: MOVED,
    }
    assert told(assigned, "created") == before
    assert assigned.announced("withdrawn") == []


def test_who_came_after_the_version_that_was_approved_has_the_joiners_days_and_who_came_before_has_not(
    assigned, letter
):
    assigned.hear(letter.changed(2, [change(6)], effective=LATE))
    assert assigned.due(letter, 6) == LATE_DUE

    assigned.hear(letter.amended(2, revision=2))
    assert assigned.due(letter, 6) == DUE

    assigned.hear(letter.amended(3, revision=1))
    assert assigned.due(letter, 6) == LATE_DUE


def test_an_amendment_of_the_same_audience_waits_for_no_revision_of_it_and_who_comes_by_that_has_the_letters_day(
    assigned, letter
):
    assigned.hear(letter.amended(2, revision=2, due_date=MOVED.isoformat()))
    assert assigned.due(letter, 4) == MOVED

    assigned.hear(letter.changed(2, [change(5, member=False), change(6)], effective=LATE))

    assert assigned.due(letter, 6) == MOVED
    assert assigned.states(letter)[5] == "WITHDRAWN"


def test_lists_follow_the_audience_that_it_has_now(assigned, letter):
    other = Letter()
    assigned.hear(other.changed(1, [change(n) for n in (1, 4, 7)]))

    assigned.hear(letter.amended(2, audience_id=other.audience_id))

    assert assigned.states(letter) == {
        1: "COMPLETED",
        2: "WITHDRAWN",
        3: "WAIVED",
        4: "ASSIGNED",
        5: "WITHDRAWN",
        7: "ASSIGNED",
    }
    assert told(assigned, "withdrawn") == [(people(2, 5), COURSE, COURSE_VERSION)]
    assert told(assigned, "created")[1:] == [(people(7), COURSE, COURSE_VERSION)]

    assigned.hear(other.changed(2, [change(2), change(4, member=False)]), letter.changed(2, [change(8)]))

    assert assigned.states(letter) == {
        1: "COMPLETED",
        2: "IN_PROGRESS",
        3: "WAIVED",
        4: "WITHDRAWN",
        5: "WITHDRAWN",
        7: "ASSIGNED",
    }


def test_until_the_new_audience_is_here_people_go_on_with_what_they_have(assigned, letter):
    other = Letter()
    assigned.hear(letter.amended(2, audience_id=other.audience_id))

    take(assigned, letter, 4)
    assert assigned.states(letter) == {1: "COMPLETED", 2: "IN_PROGRESS", 3: "WAIVED", 4: "COMPLETED", 5: "ASSIGNED"}
    assert not any(assigned.audits().values())

    assigned.hear(other.changed(1, [change(2)]))
    assert assigned.states(letter) == {1: "COMPLETED", 2: "IN_PROGRESS", 3: "WAIVED", 4: "COMPLETED", 5: "WITHDRAWN"}


def test_a_letter_that_asks_for_training_no_more_closes_it_and_one_that_asks_again_goes_on(assigned, letter):
    assigned.hear(letter.amended(2, course_id=""))

    assert assigned.states(letter) == {}
    assert [to_do(assigned, number) for number in EVERYBODY] == [[]] * 5
    assert told(assigned, "withdrawn") == [(people(2, 4, 5), COURSE, COURSE_VERSION)]
    assert transcript(assigned, 1) == [(letter.name, f"courses/{COURSE}/versions/{COURSE_VERSION}")]
    with pytest.raises(Refused) as refused:
        record(assigned, letter, 4)
    assert refused.value.reason == "NOT_FOUND"
    assigned.hear(letter.changed(2, [change(6)]))

    assigned.hear(letter.amended(3))

    assert assigned.states(letter) == {
        1: "COMPLETED",
        2: "IN_PROGRESS",
        3: "WAIVED",
        4: "ASSIGNED",
        5: "ASSIGNED",
        6: "ASSIGNED",
    }


def test_a_letter_asks_for_training_first_when_it_is_amended(world_without_bus):
    letter = Letter(course_id="")
    world_without_bus.hear(course(test=False), letter.changed(1, [change(1)]), letter.published())

    world_without_bus.hear(letter.amended(2, course_id=COURSE))

    assert world_without_bus.states(letter) == {1: "ASSIGNED"}


def test_another_version_of_the_course_is_asked_of_everybody_and_what_was_completed_stays_what_it_was(assigned, letter):
    assigned.hear(letter.amended(2, course_version=NEWER))

    newer = f"courses/{COURSE}/versions/{NEWER}"
    assert assigned.states(letter) == dict.fromkeys(EVERYBODY, "ASSIGNED")
    assert [to_do(assigned, number) for number in EVERYBODY] == [[(letter.name, newer, str(DUE))]] * 5
    assert told(assigned, "withdrawn") == [(people(2, 4, 5), COURSE, COURSE_VERSION)]
    assert told(assigned, "created")[1:] == [(people(*EVERYBODY), COURSE, NEWER)]
    take(assigned, letter, 1)
    assert transcript(assigned, 1) == [
        (letter.name, newer),
        (letter.name, f"courses/{COURSE}/versions/{COURSE_VERSION}"),
    ]
    assert [event.course_version for event in assigned.announced("completed")] == [COURSE_VERSION, NEWER]


def test_what_was_done_for_a_course_counts_again_when_its_letter_comes_back_to_it(assigned, letter):
    assigned.hear(letter.amended(2, course_version=NEWER))
    take(assigned, letter, 4)
    assigned.hear(letter.amended(3))

    assert assigned.states(letter) == {1: "COMPLETED", 2: "IN_PROGRESS", 3: "WAIVED", 4: "ASSIGNED", 5: "ASSIGNED"}
    assert transcript(assigned, 4) == [(letter.name, f"courses/{COURSE}/versions/{NEWER}")]


def test_what_a_letter_asked_before_can_be_read_and_no_longer_begun_or_reinstated(assigned, letter):
    names = {number: assignment_name(assigned, letter, number) for number in EVERYBODY}
    assigned.hear(letter.amended(2, course_version=NEWER))

    read = assigned.learner(1).GetAssignment(assignment_pb.GetAssignmentRequest(name=names[1]))
    assert (read.notice, read.state) == (letter.name, assignment_pb.Assignment.COMPLETED)
    with pytest.raises(Refused) as refused:
        assigned.learner(2).StartAssignment(
            assignment_pb.StartAssignmentRequest(name=names[2], request_id=request_id())
        )
    assert (refused.value.reason, refused.value.metadata) == ("ASSIGNMENT_NOT_OPEN", {"state": "WITHDRAWN"})
    with pytest.raises(Refused) as refused:
        assigned.coordinator("lake").ReinstateAssignment(
            assignment_pb.ReinstateAssignmentRequest(
                parent="agencies/lake", name=names[3], reason="After all", request_id=request_id()
            )
        )
    assert (refused.value.reason, refused.value.metadata) == ("TRAINING_NOT_ASKED", {"notice": letter.name})


def test_an_older_version_that_is_heard_afterwards_and_the_same_one_again_change_nothing(assigned, letter):
    newest = letter.amended(3, due_date=MOVED.isoformat())
    assigned.hear(newest)
    before = assigned.assignments(letter), told(assigned, "created"), told(assigned, "withdrawn")

    assigned.hear(letter.amended(2, course_id=""), letter.published(), newest)

    assert (assigned.assignments(letter), told(assigned, "created"), told(assigned, "withdrawn")) == before


def test_a_withdrawn_letter_asks_nothing_whatever_is_heard_of_its_versions_afterwards(assigned, letter):
    assigned.hear(letter.withdrawn(), letter.amended(2, course_version=NEWER), letter.amended(3))

    assert assigned.states(letter) == {1: "COMPLETED", 2: "WITHDRAWN", 3: "WAIVED", 4: "WITHDRAWN", 5: "WITHDRAWN"}


def test_credit_that_a_letter_gives_since_it_was_amended_is_given_to_who_has_not_completed_it(assigned, letter):
    other = Letter(audience_id=letter.audience_id)
    assigned.hear(other.published())
    assert assigned.states(other)[1] == "ASSIGNED"

    assigned.hear(other.amended(2, credit_months=12))

    assert assigned.states(other) == {1: "COMPLETED"} | dict.fromkeys(range(2, 6), "ASSIGNED")


def test_staff_see_it_from_the_day_that_its_newest_version_names(assigned, letter):
    assigned.hear(letter.amended(2, staff_release_date="2099-01-01"))
    assert to_do(assigned, 4) == []
    assigned.hear(letter.amended(3, staff_release_date=pacific_date(datetime.now(UTC)).isoformat()))
    assert len(to_do(assigned, 4)) == 1


def test_a_briefing_counts_as_its_newest_version_says(assigned, letter):
    assigned.hear(letter.amended(2, briefing_counts=False))

    with pytest.raises(Refused) as refused:
        record(assigned, letter, 4)
    assert refused.value.reason == "BRIEFING_DOES_NOT_COUNT"


@pytest.mark.timers
def test_who_finishes_while_another_course_is_asked_has_completed_the_one_or_is_told_that_it_is_closed(
    world_without_bus, letter
):
    world, everybody = world_without_bus, range(1, 25)
    world.hear(course(test=False), letter.changed(1, [change(n) for n in everybody]), letter.published())
    names = {number: assignment_name(world, letter, number) for number in everybody}

    def finish(number):
        try:
            for section in (1, 2):
                world.learner(number).CompleteSection(
                    assignment_pb.CompleteSectionRequest(name=names[number], section=section, request_id=request_id())
                )
        except Refused as refused:
            return refused.reason
        return "COMPLETED"

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(finish, everybody)
        world.hear(letter.amended(2, course_version=NEWER))
        said = dict(zip(everybody, answers, strict=True))

    assert set(said.values()) <= {"COMPLETED", "ASSIGNMENT_NOT_OPEN"}
    assert {number for number in everybody if transcript(world, number)} == {
        number for number, one in said.items() if one == "COMPLETED"
    }
    assert world.states(letter) == dict.fromkeys(everybody, "ASSIGNED")


def test_amendments_come_by_the_bus_in_the_order_in_which_they_were_made(world, letter):
    world.hear(
        course(test=False),
        letter.changed(1, [change(n) for n in EVERYBODY]),
        letter.published(),
        letter.amended(2, course_version=NEWER),
        letter.amended(3, due_date=MOVED.isoformat()),
    )

    assert world.assignments(letter) == {person(number): ("ASSIGNED", MOVED) for number in EVERYBODY}


def test_the_release_before_goes_on_storing_what_letters_ask(assigned, letter):
    """It names notices alone, and runs beside this one while an installation is upgraded."""
    assigned.hear(letter.amended(2, course_version=NEWER))
    stores = (
        "INSERT INTO requirement (id, notice_id, audience_id, audience_revision, course_id, course_version, due_date,"
        " joiner_business_days, published_at, briefing_counts, credit_months, staff_release_date, state)"
        " VALUES (gen_random_uuid(), %(notice)s, gen_random_uuid(), 1, 'one', 1, '2027-03-01', 5, now(), true, 0, NULL,"
        " 'WAITING') ON CONFLICT (notice_id) DO NOTHING"
    )
    other = Letter()
    with assigned.service.runtime.database.transaction(actor="services/test", method="test") as db:
        for notice in (letter.notice_id, other.notice_id):
            db.run(stores, notice=notice)

    found = "SELECT course_version, state FROM requirement WHERE notice_id = %s"
    assert assigned.rows(found, letter.notice_id) == [(NEWER, "OPEN")]
    assert assigned.rows(found, other.notice_id) == [(1, "WAITING")]
