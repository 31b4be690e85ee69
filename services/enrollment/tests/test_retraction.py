"""Training that was recorded by mistake is taken back, stays on record, and can be completed again."""

from datetime import UTC, datetime

import psycopg
import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

from .conftest import Letter, change, course, passed, person, request_id, take

TODAY = pacific_date(datetime.now(UTC))
ACTOR = f"people/{person(999_999)}"
NAMES = {person(number): number for number in range(1, 5)}


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def open_letter(world, letter):
    """Persons 1, 2 and 3 of Lake and 4 of Kern have the course on their lists."""
    world.hear(course())
    world.hear(letter.changed(1, [change(1), change(2), change(3), change(4, "kern")]))
    world.hear(letter.published())
    return letter


def record(world, letter, *numbers, agency="lake", **fields):
    values = {
        "kind": pb.Completion.BRIEFING,
        "complete_date": TODAY.isoformat(),
        "minutes": 40,
        "led_by": "Ana",
        "people": [f"people/{person(number)}" for number in numbers],
    }
    request = pb.RecordTrainingRequest(
        parent=f"agencies/{agency}", notice=letter.name, request_id=request_id(), **(values | fields)
    )
    return world.coordinator(agency).RecordTraining(request)


def retraction(letter, *numbers, agency="lake", reason="The wrong unit", **fields):
    people = [f"people/{person(number)}" for number in numbers]
    values = {"people": people, "reason": reason, "request_id": request_id()}
    return pb.RetractTrainingRequest(parent=f"agencies/{agency}", notice=letter.name, **(values | fields))


def retract(world, letter, *numbers, agency="lake", **fields):
    return world.coordinator(agency).RetractTraining(retraction(letter, *numbers, agency=agency, **fields))


def refused(call, *arguments, **fields):
    with pytest.raises(Refused) as found:
        call(*arguments, **fields)
    return found.value


def record_of(world, number):
    request = pb.ListCompletionsRequest(parent=f"people/{person(number)}", year=TODAY.year)
    return world.learner(number).ListCompletions(request)


def recordings(world, letter, agency="lake"):
    request = pb.ListRecordingsRequest(parent=f"agencies/{agency}", notice=letter.name)
    found = world.coordinator(agency).ListRecordings(request).recordings
    return [sorted(NAMES[name.removeprefix("people/")] for name in one.people) for one in found]


def test_who_was_recorded_by_mistake_is_asked_again_and_the_others_stay_trained(world, open_letter):
    take(world, open_letter, 2, sections=[1])
    record(world, open_letter, 1, 2, 3)

    answer = retract(world, open_letter, 1, 2)

    assert (answer.retracted, answer.unchanged) == (2, 0)
    assert world.states(open_letter) == {1: "ASSIGNED", 2: "IN_PROGRESS", 3: "COMPLETED", 4: "ASSIGNED"}
    (event,) = world.announced("retracted")
    assert (event.notice_id, list(event.person_ids)) == (open_letter.notice_id, sorted([person(1), person(2)]))
    (todo,) = world.learner(1).ListToDo(assignment_pb.ListToDoRequest()).assignments
    assert not todo.HasField("complete_time")


def test_the_record_shows_both_and_adds_up_to_what_stands(world, open_letter):
    record(world, open_letter, 1, minutes=40)
    retract(world, open_letter, 1, reason="  The wrong unit ")
    record(world, open_letter, 1, minutes=25, kind=pb.Completion.OTHER_SYSTEM)

    listed = record_of(world, 1)

    now, before = listed.completions
    assert (now.minutes, now.HasField("retract_time"), now.retracted_by) == (25, False, "")
    assert (before.minutes, before.HasField("retract_time"), before.retracted_by) == (40, True, ACTOR)
    assert before.retract_reason == "The wrong unit"
    (year,) = listed.years
    assert (year.completions, year.minutes, sum(year.minutes_by_month)) == (1, 25, 25)
    assert world.states(open_letter)[1] == "COMPLETED"


def test_a_year_in_which_everything_was_taken_back_adds_up_to_nothing(world, open_letter):
    record(world, open_letter, 1)
    retract(world, open_letter, 1)

    (year,) = record_of(world, 1).years
    assert (year.year, year.completions, year.minutes, sum(year.minutes_by_month)) == (TODAY.year, 0, 0, 0)


def test_a_course_that_was_taken_stays_and_nobody_is_taken_back_with_it(world, open_letter):
    record(world, open_letter, 1)
    take(world, open_letter, 2)
    world.hear(passed(2))

    assert (error := refused(retract, world, open_letter, 1, 2)).reason == "COURSE_TAKEN"
    assert error.metadata["count"] == "1"
    assert world.states(open_letter)[1] == "COMPLETED"


def test_a_credit_stays(world, open_letter):
    take(world, open_letter, 1)
    world.hear(passed(1))
    second = Letter(credit_months=12)
    world.hear(second.changed(1, [change(1)]), second.published())

    assert refused(retract, world, second, 1).reason == "COURSE_TAKEN"


def test_of_whom_nothing_is_recorded_is_counted_and_left_as_they_are(world, open_letter):
    record(world, open_letter, 1)
    retract(world, open_letter, 1)

    answer = retract(world, open_letter, 1, 2)

    assert (answer.retracted, answer.unchanged) == (0, 2)
    assert len(world.announced("retracted")) == 1


@pytest.mark.parametrize(
    ("numbers", "agency", "reason", "expected"),
    [
        ((1, 4), "lake", "Wrong", "PEOPLE_NOT_OF_AGENCY"),
        ((1,), "kern", "Wrong", "PEOPLE_NOT_OF_AGENCY"),
        ((1,), "lake", " ", "INVALID_FIELD"),
        ((), "lake", "Wrong", "INVALID_FIELD"),
    ],
)
def test_what_cannot_be_taken_back_is_refused_as_a_whole(world, open_letter, numbers, agency, reason, expected):
    record(world, open_letter, 1)

    assert refused(retract, world, open_letter, *numbers, agency=agency, reason=reason).reason == expected
    assert world.states(open_letter)[1] == "COMPLETED"


def test_only_who_may_record_for_the_agency_takes_back(world, open_letter):
    record(world, open_letter, 1)
    for stub in (world.coordinator("kern"), world.learner(1)):
        assert refused(stub.RetractTraining, retraction(open_letter, 1)).reason == "PERMISSION_MISSING"
    letterless = retraction(Letter(), 1)
    assert refused(world.coordinator("lake").RetractTraining, letterless).reason == "NOT_FOUND"


def test_whoever_leads_a_unit_takes_back_for_its_people_and_for_nobody_else(world, letter):
    world.hear(course(), letter.changed(1, [change(1, units=["intake"]), change(2)]), letter.published())
    record(world, letter, 1, 2)
    lead = world.stub({"training.record": ["agencies/lake/units/intake"]}, caller=f"people/{person(888)}")
    listed = lead.ListRecordings(pb.ListRecordingsRequest(parent="agencies/lake", notice=letter.name)).recordings
    assert [list(one.people) for one in listed] == [[f"people/{person(1)}"]]

    assert refused(lead.RetractTraining, retraction(letter, 1, 2)).reason == "PEOPLE_NOT_OF_AGENCY"
    assert lead.RetractTraining(retraction(letter, 1)).retracted == 1
    assert world.states(letter) == {1: "ASSIGNED", 2: "COMPLETED"}


def test_the_same_request_is_done_once_and_leaves_one_audit_row_with_the_reason(world, open_letter):
    record(world, open_letter, 1)
    request = retraction(open_letter, 1)

    answers = [world.coordinator("lake").RetractTraining(request) for _ in range(2)]

    assert answers[0] == answers[1]
    ((reason, after),) = world.rows(
        "SELECT reason, after FROM audit WHERE method = 'CompletionService/RetractTraining'"
    )
    assert (reason, after) == ("The wrong unit", {"agency": "lake", "retracted": [person(1)]})


def test_who_passed_the_test_meanwhile_has_completed_it_by_that(world, open_letter):
    take(world, open_letter, 1)
    record(world, open_letter, 1)
    world.hear(passed(1))

    retract(world, open_letter, 1)

    assert world.states(open_letter)[1] == "COMPLETED"
    kinds = [(one.kind, one.HasField("retract_time")) for one in record_of(world, 1).completions]
    assert sorted(kinds) == [(pb.Completion.COURSE, False), (pb.Completion.BRIEFING, True)]
    assert len(world.announced("completed")) == 2


def test_who_took_the_course_for_another_letter_has_credit(world, open_letter):
    second = Letter(credit_months=12)
    world.hear(second.changed(1, [change(1)]), second.published())
    record(world, second, 1)
    take(world, open_letter, 1)
    world.hear(passed(1))

    retract(world, second, 1)

    assert world.states(second)[1] == "COMPLETED"
    assert record_of(world, 1).completions[0].kind == pb.Completion.CREDIT


def test_under_a_withdrawn_letter_it_is_taken_back_and_nobody_is_asked_again(world, open_letter):
    record(world, open_letter, 1)
    world.hear(open_letter.withdrawn())

    assert retract(world, open_letter, 1).retracted == 1
    assert world.states(open_letter)[1] == "WITHDRAWN"
    assert [list(event.person_ids) for event in world.announced("withdrawn")][-1:] == [[person(1)]]


def test_recordings_of_an_agency_are_listed_as_they_were_recorded_without_what_was_taken_back(world, open_letter):
    record(world, open_letter, 1, 2)
    record(world, open_letter, 3, kind=pb.Completion.OTHER_SYSTEM, led_by="")
    record(world, open_letter, 4, agency="kern")

    assert recordings(world, open_letter) == [[3], [1, 2]]
    retract(world, open_letter, 1)
    assert recordings(world, open_letter) == [[3], [2]]
    assert recordings(world, open_letter, "kern") == [[4]]


@pytest.mark.parametrize("statement", ["UPDATE retraction SET reason = 'x'", "DELETE FROM retraction"])
def test_what_was_taken_back_stays_on_record(world, open_letter, statement):
    record(world, open_letter, 1)
    retract(world, open_letter, 1)

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        world.rows(statement)


def test_taking_back_costs_the_same_for_one_and_for_many(world, letter):
    numbers = range(1, 201)
    world.hear(course(), letter.changed(1, [change(number) for number in numbers]), letter.published())
    record(world, letter, *numbers)
    world.coordinator("lake")

    def statements(*some):
        with world.statements() as sent:
            retract(world, letter, *some)
        return len(sent)

    assert statements(1) == statements(*range(2, 201))
