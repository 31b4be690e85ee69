"""What a coordinator does for their agency's people: excuse them, and record training given elsewhere."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from enrollment.assignments import progress
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .conftest import ISSUED_AT, assignment_name, change, check_books, course, passed, person, request_id, take

TODAY = pacific_date(datetime.now(UTC))
ISSUED_ON = pacific_date(ISSUED_AT)


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def open_letter(world, letter):
    """Persons 1, 2 and 3 of Lake and 4 of Kern have the course on their lists; 3 is at both."""
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2), change(3), change(3, "kern"), change(4, "kern")]))
    world.hear(letter.published())
    return letter


def waiver(world, letter, number=1, *, agency="lake", reason="Not her cases", name=None):
    return assignment_pb.WaiveAssignmentRequest(
        parent=f"agencies/{agency}",
        name=name or assignment_name(world, letter, number),
        reason=reason,
        request_id=request_id(),
    )


def reinstatement(world, letter, number=1, *, agency="lake", reason="Her cases after all"):
    return assignment_pb.ReinstateAssignmentRequest(
        parent=f"agencies/{agency}",
        name=assignment_name(world, letter, number),
        reason=reason,
        request_id=request_id(),
    )


def recording(letter, *numbers, agency="lake", **fields):
    values = {
        "kind": completion_pb.Completion.BRIEFING,
        "complete_date": TODAY.isoformat(),
        "minutes": 40,
        "led_by": "Ana Núñez",
    }
    return completion_pb.RecordTrainingRequest(
        parent=f"agencies/{agency}",
        notice=letter.name,
        request_id=request_id(),
        **({"people": [f"people/{person(number)}" for number in numbers]} | values | fields),
    )


def test_an_excused_person_has_it_off_their_list_with_the_reason_kept(world, open_letter):
    answer = world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, reason=" Not her cases "))

    assert answer.state == assignment_pb.Assignment.WAIVED
    assert answer.waiver_reason == "Not her cases"
    assert not world.learner(1).ListToDo(assignment_pb.ListToDoRequest()).assignments
    (event,) = world.announced("waived")
    assert (event.notice_id, list(event.person_ids)) == (open_letter.notice_id, [person(1)])
    ((reason, before, after),) = world.rows(
        "SELECT reason, before, after FROM audit WHERE method = 'AssignmentService/WaiveAssignment'"
    )
    assert reason == "Not her cases"
    assert (before["state"], after["state"]) == ("ASSIGNED", "WAIVED")


def test_a_waiver_undone_puts_them_where_they_were(world, open_letter):
    take(world, open_letter, 1, sections=[1])
    coordinator = world.coordinator("lake")
    coordinator.WaiveAssignment(waiver(world, open_letter))

    answer = coordinator.ReinstateAssignment(reinstatement(world, open_letter))

    assert answer.state == assignment_pb.Assignment.IN_PROGRESS
    assert answer.sections_completed == 1
    assert answer.waiver_reason == ""
    assert [list(event.person_ids) for event in world.announced("created")][1:] == [[person(1)]]


def test_a_waiver_undone_completes_what_has_nothing_missing_by_now(world, open_letter):
    take(world, open_letter, 1)
    coordinator = world.coordinator("lake")
    coordinator.WaiveAssignment(waiver(world, open_letter))
    world.hear(passed(1))
    request = reinstatement(world, open_letter)

    answers = [coordinator.ReinstateAssignment(request) for _ in range(2)]

    assert answers[0] == answers[1]
    assert (answers[0].state, answers[0].waiver_reason) == (assignment_pb.Assignment.COMPLETED, "")
    assert answers[0].HasField("complete_time")
    (event,) = world.announced("completed")
    ((_, after),) = world.rows("SELECT before, after FROM audit WHERE method = 'AssignmentService/ReinstateAssignment'")
    assert [one.person_id for one in event.completions] == [person(1)]
    assert event.completions[0].complete_time == answers[0].complete_time
    assert after["state"] == "COMPLETED"
    (line,) = (
        world.learner(1).ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}")).completions
    )
    assert line.kind == completion_pb.Completion.COURSE
    assert [list(event.person_ids) for event in world.announced("created")][1:] == [[person(1)]]
    check_books(world)


def test_a_test_heard_of_while_a_waiver_is_undone_completes_it(world, open_letter):
    take(world, open_letter, 1)
    world.coordinator("lake").WaiveAssignment(waiver(world, open_letter))
    requirement = UUID(assignment_name(world, open_letter, 1).split("/")[1])
    hearing = threading.Thread(target=world.hear, args=[passed(1)])
    with world.service.runtime.database.transaction(actor="services/enrollment", method="undo") as db:
        progress.reinstate(
            db, requirement_id=requirement, person_id=UUID(person(1)), agency_id="lake", reason="Her cases after all"
        )
        hearing.start()
        wait_until(lambda: waits_for_lock(world), "who hears of the test should wait for the assignment")
    hearing.join()

    assert world.states(open_letter)[1] == "COMPLETED"
    check_books(world)


def test_a_letter_withdrawn_while_a_waiver_is_undone_withdraws_it_again(world, open_letter):
    world.coordinator("lake").WaiveAssignment(waiver(world, open_letter))
    requirement = UUID(assignment_name(world, open_letter, 1).split("/")[1])
    hearing = threading.Thread(target=world.hear, args=[open_letter.withdrawn()])
    with world.service.runtime.database.transaction(actor="services/enrollment", method="undo") as db:
        progress.reinstate(
            db, requirement_id=requirement, person_id=UUID(person(1)), agency_id="lake", reason="It applies after all"
        )
        hearing.start()
        wait_until(lambda: waits_for_lock(world), "who hears of the withdrawal should wait for the reinstatement")
    hearing.join()

    assert world.states(open_letter)[1] == "WITHDRAWN"
    check_books(world)


def waits_for_lock(world):
    return world.rows(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )


def test_either_agency_of_a_person_may_excuse_them(world, open_letter):
    answer = world.coordinator("kern").WaiveAssignment(waiver(world, open_letter, 3, agency="kern"))

    assert answer.state == assignment_pb.Assignment.WAIVED


def test_a_recorded_briefing_completes_it_for_all_named(world, open_letter):
    take(world, open_letter, 2)
    world.hear(passed(2))
    given = TODAY - timedelta(days=1)

    answer = world.coordinator("lake").RecordTraining(
        recording(open_letter, 1, 2, 3, 3, complete_date=given.isoformat())
    )

    assert (answer.completed, answer.unchanged) == (2, 1)
    assert world.states(open_letter) == {1: "COMPLETED", 2: "COMPLETED", 3: "COMPLETED", 4: "ASSIGNED"}
    assert [[one.person_id for one in event.completions] for event in world.announced("completed")] == [
        [person(2)],
        [person(1), person(3)],
    ]
    (line,) = (
        world.learner(1).ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}")).completions
    )
    assert line.kind == completion_pb.Completion.BRIEFING
    assert (line.minutes, line.led_by, line.complete_date) == (40, "Ana Núñez", given.isoformat())
    assert line.notice == open_letter.name


def test_no_name_reaches_the_audit_trail(world, open_letter):
    world.coordinator("lake").RecordTraining(recording(open_letter, 1))

    trail = world.rows("SELECT audit::text FROM audit WHERE method = 'CompletionService/RecordTraining'")
    assert len(trail) == 1
    assert "Núñez" not in trail[0][0]


def test_the_same_request_is_done_once(world, open_letter):
    request = recording(open_letter, 1, 2)
    coordinator = world.coordinator("lake")

    answers = [coordinator.RecordTraining(request) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0].completed == 2
    assert len(world.announced("completed")) == 1


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"kind": completion_pb.Completion.COURSE}, "INVALID_FIELD", "kind"),
        ({"kind": completion_pb.Completion.KIND_UNSPECIFIED}, "INVALID_FIELD", "kind"),
        ({"complete_date": "yesterday"}, "INVALID_FIELD", "complete_date"),
        ({"complete_date": "0026-11-20"}, "INVALID_FIELD", "complete_date"),
        ({"complete_date": "9999-12-31"}, "INVALID_FIELD", "complete_date"),
        ({"complete_date": (TODAY + timedelta(days=1)).isoformat()}, "TRAINING_IN_FUTURE", "complete_date"),
        ({"complete_date": (ISSUED_ON - timedelta(days=1)).isoformat()}, "TRAINING_BEFORE_NOTICE", "complete_date"),
        ({"minutes": 0}, "INVALID_FIELD", "minutes"),
        ({"minutes": 1441}, "INVALID_FIELD", "minutes"),
        ({"led_by": "x" * 201}, "INVALID_FIELD", "led_by"),
        ({"people": ["people/nobody"]}, "INVALID_FIELD", "people"),
        ({"people": []}, "INVALID_FIELD", "people"),
        ({"people": [f"people/{person(n)}" for n in range(10_001)]}, "INVALID_FIELD", "people"),
    ],
)
def test_a_training_that_cannot_be_is_refused_by_its_field(world, open_letter, fields, reason, field):
    request = recording(open_letter, *(() if "people" in fields else (1,)), **fields)

    with pytest.raises(Refused) as refused:
        world.coordinator("lake").RecordTraining(request)

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", reason)
    assert set(refused.value.fields) == {field}
    assert world.states(open_letter)[1] == "ASSIGNED"


def test_the_first_and_the_last_possible_day_are_accepted(world, open_letter):
    coordinator = world.coordinator("lake")

    for number, day in ((1, ISSUED_ON), (2, TODAY)):
        request = recording(open_letter, number, complete_date=day.isoformat())
        assert coordinator.RecordTraining(request).completed == 1


def test_people_of_another_agency_are_refused_by_number_and_nobody_is_completed(world, open_letter):
    with pytest.raises(Refused) as refused:
        world.coordinator("lake").RecordTraining(recording(open_letter, 1, 3, 4, 77))

    assert refused.value.reason == "PEOPLE_NOT_OF_AGENCY"
    assert refused.value.metadata == {"agency": "lake", "count": "2"}
    assert world.states(open_letter)[1] == "ASSIGNED"


def test_excused_people_are_refused_by_number(world, open_letter):
    coordinator = world.coordinator("lake")
    coordinator.WaiveAssignment(waiver(world, open_letter, 2))

    with pytest.raises(Refused) as refused:
        coordinator.RecordTraining(recording(open_letter, 1, 2))

    assert refused.value.reason == "PEOPLE_EXCUSED"
    assert refused.value.metadata == {"count": "1"}


def test_training_under_an_unknown_notice_is_not_found(world, open_letter):
    request = recording(open_letter, 1)
    request.notice = f"notices/{person(5)}"

    with pytest.raises(Refused) as refused:
        world.coordinator("lake").RecordTraining(request)

    assert (refused.value.code, refused.value.metadata) == ("NOT_FOUND", {"resource": request.notice})


@pytest.mark.parametrize("number", [4, 77])
def test_people_of_another_agency_cannot_be_excused_and_do_not_exist(world, open_letter, number):
    request = waiver(world, open_letter, number)

    with pytest.raises(Refused) as refused:
        world.coordinator("lake").WaiveAssignment(request)

    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": request.name})


def test_who_left_the_agency_cannot_be_excused_there_any_more(world, open_letter):
    world.hear(open_letter.changed(2, [change(3, member=False)]))

    with pytest.raises(Refused) as refused:
        world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, 3))

    assert refused.value.reason == "NOT_FOUND"
    assert world.states(open_letter)[3] == "ASSIGNED"


def test_another_agencys_scope_is_refused(world, open_letter):
    with pytest.raises(Refused) as refused:
        world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, 4, agency="kern"))

    assert refused.value.reason == "PERMISSION_MISSING"
    assert refused.value.metadata == {"right": "training.record", "scope": "AGENCY"}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_excusing_needs_a_reason(world, open_letter, reason):
    with pytest.raises(Refused) as refused:
        world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, reason=reason))

    assert (refused.value.reason, set(refused.value.fields)) == ("INVALID_FIELD", {"reason"})


def test_the_whole_state_is_no_agency_to_excuse_for(world, open_letter):
    everywhere = world.stub(["training.record"])

    with pytest.raises(Refused) as refused:
        everywhere.WaiveAssignment(waiver(world, open_letter, agency="-"))

    assert (refused.value.reason, set(refused.value.fields)) == ("INVALID_FIELD", {"parent"})


def test_what_is_completed_cannot_be_excused(world, open_letter):
    coordinator = world.coordinator("lake")
    coordinator.RecordTraining(recording(open_letter, 1))

    with pytest.raises(Refused) as refused:
        coordinator.WaiveAssignment(waiver(world, open_letter))

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "ASSIGNMENT_NOT_OPEN")
    assert refused.value.metadata == {"state": "COMPLETED"}


def test_only_a_waiver_can_be_undone(world, open_letter):
    with pytest.raises(Refused) as refused:
        world.coordinator("lake").ReinstateAssignment(reinstatement(world, open_letter))

    assert (refused.value.reason, refused.value.metadata) == ("ASSIGNMENT_NOT_WAIVED", {"state": "ASSIGNED"})
