"""Who would be recorded as trained, before it is: by units and by name, and why others are not."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.plans import Plan

from .conftest import assignment_name, change, course, passed, person, request_id, take


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def open_letter(world, letter):
    """At Lake 1 and 2 are of intake, 3 of legal, 4 of none, 5 of intake and on leave; 6 works at Kern."""
    world.hear(course())
    changes = [
        change(1, units=["intake"]),
        change(2, units=["intake"]),
        change(3, units=["legal"]),
        change(4),
        change(5, units=["intake"], on_leave=True),
        change(6, "kern", units=["intake"]),
    ]
    world.hear(letter.changed(1, changes))
    world.hear(letter.published())
    return letter


def preview(world, letter, *numbers, units=()):
    request = pb.PreviewTrainingRequest(
        parent="agencies/lake", notice=letter.name, units=units, people=[f"people/{person(n)}" for n in numbers]
    )
    answer = world.coordinator("lake").PreviewTraining(request)
    known = {f"people/{person(n)}": n for n in range(1, 30)}
    return {field.name: [known[name] for name in names] for field, names in answer.ListFields()}


def test_a_unit_is_everybody_in_it_who_is_at_work(world, open_letter):
    assert preview(world, open_letter, units=["intake"]) == {"people": [1, 2], "on_leave": [5]}
    assert preview(world, open_letter, units=["legal", "none"]) == {"people": [3, 4]}
    assert preview(world, open_letter) == {}


def test_who_is_named_is_in_it_too_once_and_also_on_leave(world, open_letter):
    assert preview(world, open_letter, 1, 3, 5, units=["intake"]) == {"people": [1, 2, 3, 5]}


def test_who_is_trained_excused_or_of_another_agency_is_said_and_not_recorded(world, open_letter):
    take(world, open_letter, 1)
    world.hear(passed(1))
    world.coordinator("lake").WaiveAssignment(
        assignment_pb.WaiveAssignmentRequest(
            parent="agencies/lake",
            name=assignment_name(world, open_letter, 2),
            reason="Not her cases",
            request_id=request_id(),
        )
    )

    assert preview(world, open_letter, 6, 7, units=["intake"]) == {
        "trained": [1],
        "excused": [2],
        "on_leave": [5],
        "not_listed": [6, 7],
    }


def test_a_letter_that_asks_for_no_training_has_nobody_to_record(world, letter):
    with pytest.raises(Refused) as refused:
        preview(world, letter, 1)
    assert refused.value.reason == "NOT_FOUND"


def test_a_unit_that_cannot_be_and_too_many_people_are_refused(world, open_letter):
    for units, count in ((["In Take"], 0), ([], 10_001)):
        request = pb.PreviewTrainingRequest(
            parent="agencies/lake",
            notice=open_letter.name,
            units=units,
            people=[f"people/{person(n)}" for n in range(count)],
        )
        with pytest.raises(Refused) as refused:
            world.coordinator("lake").PreviewTraining(request)
        assert refused.value.reason == "INVALID_FIELD"


def test_a_preview_of_many_people_is_one_statement_that_reads_its_agency_alone(world, letter):
    world.hear(course())
    changes = [change(n, "lake" if n < 30 else "kern", units=["intake"]) for n in range(1, 6_001)]
    chunks = [changes[first : first + 1_000] for first in range(0, 6_000, 1_000)]
    world.hear_together(*(letter.changed(1, some, chunk=n, chunks=6) for n, some in enumerate(chunks, 1)))
    world.hear(letter.published())
    engine, sent = world.service.runtime.database.engine, []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    found = preview(world, letter, *range(3, 19), units=["intake"])
    event.remove(engine, "before_cursor_execute", note)

    assert len(found["people"]) == 29
    ((statement, given),) = [one for one in sent if "member.units &&" in one[0]]
    with world.service.connect() as connection:
        connection.execute("ANALYZE audience_member, assignment, requirement")
        (answer,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).fetchone()
    plan = Plan(answer[0]["Plan"])
    assert plan.rows_of("audience_member") == 29
    assert plan.rows_of("assignment") <= 29 * 2


def test_a_list_of_assignments_can_be_of_one_person(world, open_letter):
    def listed(number, agency="lake"):
        request = assignment_pb.ListAssignmentsRequest(parent=f"agencies/{agency}", person=f"people/{person(number)}")
        return [one.person for one in world.coordinator(agency).ListAssignments(request).assignments]

    assert listed(2) == [f"people/{person(2)}"]
    assert listed(6) == [], "on no list of Lake"
    assert listed(6, "kern") == [f"people/{person(6)}"]


def test_whoever_leads_a_unit_records_for_its_people_and_for_nobody_else(world, open_letter):
    lead = world.stub({"training.record": ["agencies/lake/units/intake"]}, caller=f"people/{person(888)}")
    people = [f"people/{person(n)}" for n in (1, 3)]
    request = pb.PreviewTrainingRequest(
        parent="agencies/lake", notice=open_letter.name, units=["intake", "legal", "none"], people=people
    )

    answer = lead.PreviewTraining(request)

    assert list(answer.people) == [f"people/{person(n)}" for n in (1, 2)]
    assert list(answer.on_leave) == [f"people/{person(5)}"]
    assert list(answer.not_listed) == [f"people/{person(3)}"]

    def record(*numbers):
        return lead.RecordTraining(
            pb.RecordTrainingRequest(
                parent="agencies/lake",
                notice=open_letter.name,
                people=[f"people/{person(n)}" for n in numbers],
                kind=pb.Completion.BRIEFING,
                complete_date=pacific_date(datetime.now(UTC)).isoformat(),
                minutes=30,
                request_id=request_id(),
            )
        )

    with pytest.raises(Refused) as refused:
        record(1, 3)
    assert (refused.value.reason, refused.value.metadata["count"]) == ("PEOPLE_NOT_OF_AGENCY", "1")
    assert record(1, 2).completed == 2
    waiver = assignment_pb.WaiveAssignmentRequest(
        parent="agencies/lake", name=assignment_name(world, open_letter, 5), reason="Away", request_id=request_id()
    )
    with pytest.raises(Refused) as refused:
        lead.WaiveAssignment(waiver)
    assert refused.value.reason == "PERMISSION_MISSING"
    assert [n for n, state in world.states(open_letter).items() if state == "COMPLETED"] == [1, 2]
