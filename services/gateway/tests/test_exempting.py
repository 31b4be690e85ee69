"""A letter does not apply to a whole unit: the pages in front of real services, without a bus."""

import pytest

import notification.app
from cadre.enrollment.v1 import events_pb2 as enrollment_events
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb

from .test_mistakes import Office, hidden, tell


@pytest.fixture
def office(launch, database, keys_dir, peers):
    made = Office(launch, database, keys_dir, peers, 3)
    yield made
    made.close()


def told(office, fact, message_type):
    """Let notification hear what enrollment said last of that kind: there is no bus."""
    with office.at["enrollment"].connect() as connection:
        (payload,) = connection.execute(
            "SELECT payload FROM outbox WHERE subject = %s ORDER BY seq DESC LIMIT 1",
            [f"cadre.enrollment.assignment.{fact}.v1"],
        ).fetchone()
    tell(office.at["notification"], notification.app.APP, message_type.FromString(bytes(payload)))


def test_a_unit_is_excused_after_a_look_at_how_many_and_taken_back_with_a_reason(office):
    letter = office.base.removesuffix("/mistake")
    here = f"{letter}/does-not-apply"
    assert f'href="{here}"' in office.page(letter)
    form = office.page(here)
    assert "It applies to all units of Lake." in form
    everybody_trained = office.client.post(
        here, data=hidden(form) | {"action": "check", "reason": "None", "units": "intake"}
    )
    assert "Excuse 0 people?" in everybody_trained.text
    assert "3 people are trained already, and stay so." in everybody_trained.text
    mistake = {"of": hidden(office.page(office.base)).get("of", ""), "action": "take-back", "reason": "Not there"}
    office.client.post(office.base, data=hidden(form) | mistake | {"chosen": " ".join(office.people[:2])})

    for data, sentence in (
        ({"reason": "No such cases"}, "Tick the units to which it does not apply."),
        ({"units": "intake"}, "Say why, in a few words."),
    ):
        answer = office.client.post(here, data=hidden(form) | {"action": "check"} | data)
        assert (answer.status_code, sentence in answer.text) == (400, True)
    sent = {"units": "intake", "reason": "No such cases"}
    looked = office.client.post(here, data=hidden(form) | sent | {"action": "check"})
    assert "Excuse 2 people?" in looked.text
    assert "It applies to all units of Lake." in office.page(here)
    done = office.client.post(here, data=hidden(looked.text) | sent | {"action": "save"})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}?done=units-exempt&n=2")

    told(office, "waived", enrollment_events.AssignmentWaived)
    assert "does not apply to 2" in office.page(letter)
    asked = readiness_pb.GetReadinessRequest(notice=f"notices/{office.letter}")
    state = office.at["notification"].stubs(rights=["readiness.read"]).GetReadiness(asked).state
    assert (state.of, state.excused) == (1, 2)

    listed = office.page(here)
    assert "It does not apply to 1 unit of ours" in listed
    assert "No such cases" in listed
    again = office.page(f"{here}?again=intake")
    assert "comes back to the lists of 2 people" in again
    silent = office.client.post(f"{here}/again", data=hidden(again))
    assert (silent.status_code, "Say why, in a few words." in silent.text) == (400, True)
    back = office.client.post(f"{here}/again", data=hidden(again) | {"reason": "Cases came"})
    assert (back.status_code, back.headers["location"]) == (303, f"{here}?done=unit-again&n=2")
    assert "It applies to all units of Lake." in office.page(here)
    told(office, "created", enrollment_events.AssignmentCreated)
    assert "does not apply to" not in office.page(letter)
