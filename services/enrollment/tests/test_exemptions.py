"""An agency says that a letter does not apply to its units: one write, and a rule for who comes and who leaves."""

import threading
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.enrollment.v1 import exemption_service_pb2 as pb
from enrollment.assignments import progress
from enrollment.exemptions import exempting
from enrollment.exemptions.rules import At
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .conftest import Letter, assignment_name, change, check_books, course, passed, person, request_id, take
from .test_excusing_and_recording import recording, reinstatement, waits_for_lock, waiver


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls, and about events in orders that they choose."""
    return world_without_bus


@pytest.fixture
def open_letter(world, letter):
    """At Lake 1 and 2 are in intake, 3 in intake and legal, 4 in legal, 5 in none; 6 is in intake of Lake and Kern."""
    places = [
        change(1, units=["intake"]),
        change(2, units=["intake"], on_leave=True),
        change(3, units=["intake", "legal"]),
        change(4, units=["legal"]),
        change(5),
        change(6, units=["intake"]),
        change(6, "kern", units=["intake"]),
    ]
    world.hear(course(), letter.changed(1, places), letter.published())
    return letter


def coordinator(world, agency="lake"):
    """What a coordinator calls of exemptions."""
    return world.stub({"notices.confirm_for_agency": [f"agencies/{agency}"]}, caller=f"people/{person(999_998)}")


def exempt(world, letter, *units, agency="lake", reason="No such cases here", **fields):
    asked = {"parent": f"agencies/{agency}", "notice": letter.name, "request_id": request_id()} | fields
    return coordinator(world, agency).ExemptUnits(pb.ExemptUnitsRequest(units=units, reason=reason, **asked))


def end(world, letter, unit, *, agency="lake"):
    request = pb.EndExemptionRequest(
        parent=f"agencies/{agency}", notice=letter.name, unit=unit, reason="Cases came", request_id=request_id()
    )
    return coordinator(world, agency).EndExemption(request).returned


def exemptions(world, letter, agency="lake"):
    request = pb.ListExemptionsRequest(parent=f"agencies/{agency}", notice=letter.name)
    return list(coordinator(world, agency).ListExemptions(request).exemptions)


def test_a_unit_is_excused_in_one_write_as_it_was_shown_before(world, open_letter):
    take(world, open_letter, 1)
    world.hear(passed(1))
    asked = pb.PreviewExemptionRequest(parent="agencies/lake", notice=open_letter.name, units=["intake"])
    shown = coordinator(world).PreviewExemption(asked)
    assert shown == pb.PreviewExemptionResponse(excused=1, on_leave=1, completed=1, asked_elsewhere=2)

    again = request_id()
    answers = [exempt(world, open_letter, "intake", request_id=again) for _ in range(2)]

    assert [answer.excused for answer in answers] == [1, 1]
    # Who also works in legal, or at Kern, needs it there; who took it has it.
    expected = dict.fromkeys((3, 4, 5, 6), "ASSIGNED") | {1: "COMPLETED", 2: "WAIVED"}
    assert world.states(open_letter) == expected
    assert [list(event.person_ids) for event in world.announced("waived")] == [[person(2)]]
    (one,) = exemptions(world, open_letter)
    assert (one.unit, one.reason, one.exempter, one.excused) == (
        "intake",
        "No such cases here",
        f"people/{person(999_998)}",
        1,
    )
    ((reason, after),) = world.rows("SELECT reason, after FROM audit WHERE method = 'ExemptionService/ExemptUnits'")
    assert (reason, after["units"], after["excused"]) == ("No such cases here", ["intake"], [person(2)])
    assert exempt(world, open_letter, "legal").excused == 2
    assert exempt(world, open_letter, "intake", agency="kern").excused == 1
    assert world.states(open_letter)[6] == "WAIVED"


def test_whoever_comes_into_the_unit_is_excused_and_whoever_leaves_it_goes_on(world, open_letter):
    take(world, open_letter, 4, sections=(1,))
    exempt(world, open_letter, "legal", "intake")

    world.hear(
        open_letter.changed(2, [change(5, units=["intake"]), change(7, units=["legal"]), change(4, units=["adm"])])
    )
    assert world.states(open_letter)[5] == world.states(open_letter)[7] == "WAIVED"
    assert world.states(open_letter)[4] == "IN_PROGRESS"
    world.hear(open_letter.changed(3, [change(7, units=["legal"], member=False)]))
    assert world.states(open_letter)[7] == "WITHDRAWN"
    world.hear(open_letter.changed(4, [change(7, units=["adm"])]))
    assert world.states(open_letter)[7] == "ASSIGNED"


def test_a_rule_that_ends_gives_back_what_it_took_and_nothing_else(world, open_letter):
    world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, 1))
    take(world, open_letter, 2)
    exempt(world, open_letter, "intake")
    world.hear(passed(2))

    assert end(world, open_letter, "intake") == 1

    # The test of 2 was passed meanwhile, and 1 is excused by name.
    assert {n: world.states(open_letter)[n] for n in (1, 2)} == {1: "WAIVED", 2: "COMPLETED"}
    assert exemptions(world, open_letter) == []
    with pytest.raises(Refused) as refused:
        end(world, open_letter, "intake")
    assert refused.value.reason == "NOT_FOUND"


def test_nobody_of_an_exempt_unit_is_asked_again_by_name_or_by_a_mistake_taken_back(world, open_letter):
    lake = world.coordinator("lake")
    lake.RecordTraining(recording(open_letter, 2))
    lake.WaiveAssignment(waiver(world, open_letter, 1))
    exempt(world, open_letter, "intake")

    with pytest.raises(Refused) as refused:
        lake.ReinstateAssignment(reinstatement(world, open_letter))
    assert refused.value.reason == "EXCUSED_BY_UNIT"
    mistake = completion_pb.RetractTrainingRequest(
        parent="agencies/lake",
        notice=open_letter.name,
        people=[f"people/{person(2)}"],
        reason="x",
        request_id=request_id(),
    )
    assert lake.RetractTraining(mistake).retracted == 1
    assert world.states(open_letter)[2] == "WAIVED"


@pytest.mark.parametrize(
    ("units", "fields", "reason"),
    [
        (["intake"], {"reason": " "}, "INVALID_FIELD"),
        ([], {}, "INVALID_FIELD"),
        (["nosuch"], {}, "INVALID_FIELD"),
        (["legal", "intake"], {}, "UNITS_EXEMPT"),
        (["intake"], {"agency": "napa"}, "NOT_FOUND"),
        (["intake"], {"notice": f"notices/{person(1)}"}, "NOT_FOUND"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(world, open_letter, units, fields, reason):
    exempt(world, open_letter, "legal")
    before = world.states(open_letter)
    with pytest.raises(Refused) as refused:
        exempt(world, open_letter, *units, **fields)
    assert refused.value.reason == reason
    assert [one.unit for one in exemptions(world, open_letter)] == ["legal"]
    assert world.states(open_letter) == before


def test_a_withdrawn_letter_exempts_nobody_and_an_exempted_coordinator_elsewhere_reaches_nothing(world, open_letter):
    with pytest.raises(Refused) as refused:
        coordinator(world, "kern").ExemptUnits(
            pb.ExemptUnitsRequest(
                parent="agencies/lake", notice=open_letter.name, units=["intake"], reason="x", request_id=request_id()
            )
        )
    assert refused.value.reason == "PERMISSION_MISSING"
    world.hear(open_letter.withdrawn())
    with pytest.raises(Refused) as refused:
        exempt(world, open_letter, "intake")
    assert refused.value.reason == "NOTICE_WITHDRAWN"


def test_a_unit_of_hundreds_costs_as_many_statements_as_one_of_a_few(world):
    costs = []
    for many in (3, 300):
        letter = Letter()
        world.hear(
            course(), letter.changed(1, [change(n, units=["intake"]) for n in range(1, many + 1)]), letter.published()
        )
        with world.statements() as seen:
            assert exempt(world, letter, "intake").excused == many
        costs.append(len(seen))
    assert costs[0] == costs[1]


def undo(db, world, letter):
    """The waiver of 4 is undone."""
    requirement = UUID(assignment_name(world, letter, 4).split("/")[1])
    progress.reinstate(db, requirement_id=requirement, person_id=UUID(person(4)), agency_id="lake", reason="It applies")


def exempt_legal(db, world, letter):
    """It does not apply to legal either."""
    at = At(UUID(letter.notice_id), "lake")
    exempting.exempt(db, at, ["legal"], reason="None here", by=UUID(person(999_998)))


@pytest.mark.parametrize("act", [undo, exempt_legal])
def test_who_moves_into_an_exempt_unit_at_that_very_moment_is_excused_by_it(world, open_letter, act):
    exempt(world, open_letter, "intake")
    if act is undo:
        world.coordinator("lake").WaiveAssignment(waiver(world, open_letter, 4))
    moves = [change(4, units=["intake"]), change(5, units=["intake", "legal"])]
    hearing = threading.Thread(target=world.hear, args=[open_letter.changed(2, moves)])
    with world.service.runtime.database.transaction(actor="services/enrollment", method="test") as db:
        act(db, world, open_letter)
        hearing.start()
        wait_until(lambda: waits_for_lock(world), "who hears of the move should wait")
    hearing.join()

    assert world.states(open_letter)[4] == "WAIVED"
    assert world.states(open_letter)[5] == ("ASSIGNED" if act is undo else "WAIVED")
    check_books(world)


UNITS = ("intake", "legal")
# A revision says of people at which agencies they work, and in which units there (none of them = left).
MOVES = st.lists(
    st.dictionaries(
        st.sampled_from(range(1, 4)),
        st.dictionaries(st.sampled_from(["lake", "kern"]), st.sets(st.sampled_from(UNITS))),
        min_size=1,
    ),
    min_size=1,
    max_size=5,
)
# What agencies say: that it does not apply to a unit, or does again.
SAID = st.lists(st.tuples(st.sampled_from(["lake", "kern"]), st.sampled_from(UNITS), st.booleans()), max_size=4)
EVERYWHERE = dict.fromkeys(("lake", "kern"), UNITS)


def moves_of(letter, moves):
    """The revisions: first everybody is everywhere, and 9 stays so."""
    for number, people in enumerate([dict.fromkeys((1, 2, 3, 9), EVERYWHERE), *moves], start=1):
        changes = [
            change(one, agency, member=agency in places, units=sorted(places.get(agency, ())))
            for one, places in sorted(people.items())
            for agency in EVERYWHERE
        ]
        yield letter.changed(number, changes)


def say(world, letter, agency, unit, starts):
    """Say it, or take it back, where that changes something."""
    known = {one.unit for one in exemptions(world, letter, agency)}
    if starts and unit not in known:
        exempt(world, letter, unit, agency=agency)
    elif not starts and unit in known:
        end(world, letter, unit, agency=agency)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES, SAID, st.booleans(), st.data())
def test_moves_amendments_and_exemptions_in_any_order_and_twice_end_alike_and_the_books_balance(
    world_without_bus, moves, said, amended, data
):
    world, ends = world_without_bus, []
    for turn in range(2):
        letter = Letter()
        first, *rest = list(moves_of(letter, moves))
        world.hear(course(), first, letter.published())
        happens = list(rest)
        if amended:
            happens.insert(
                data.draw(st.integers(0, len(rest))) if turn else len(rest), letter.amended(2, revision=len(moves) + 1)
            )
        at = 0
        for one in said:
            at = data.draw(st.integers(at, len(happens)))
            happens.insert(at, one)
            at += 1
        if turn:
            happens += data.draw(st.lists(st.sampled_from([first, *rest]), max_size=2))
        for one in happens:
            say(world, letter, *one) if isinstance(one, tuple) else world.hear(one)
            check_books(world)
        ends.append({one: state for one, state in world.states(letter).items() if state != "WITHDRAWN"})

    assert ends[0] == ends[1]
