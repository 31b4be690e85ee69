"""The health tree says what is down, what needs a look, and what to do; a part that is down is not the whole."""

import pytest

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway.operations import health
from gateway.operations.asking import PATIENCE_SECONDS
from gateway.operations.health import FAULTS, Node, State
from servicekit.watch.health import BUS_SECONDS

# What each fault carries, as the services send it.
CARRIED = {
    "BUS_UNREACHABLE": {"error": "no answer"},
    "SCHEMA_DIFFERS": {"schema": "0002", "software": "0003"},
    "OUTBOX_STUCK": {"events": "12", "seconds": "300"},
    "CONSUMER_BEHIND": {"consumer": "a-b", "events": "20000"},
    "CONSUMER_DEAF": {"consumer": "a-b", "subject": "cadre.b.thing.made.v1", "since": "2027-05-06 07:08:09 UTC"},
    "NOBODY_LEADS": {},
    "DEAD_LETTERS_WAIT": {"letters": "2"},
    "JOB_PAUSED": {"job": "purge", "reason": "a backup runs"},
    "JOB_FAILED": {"job": "purge", "error": "ZeroDivisionError"},
    "JOB_OVERDUE": {"job": "purge", "minutes": "90"},
    "TASKS_FAILED": {"kind": "roster", "tasks": "2"},
    "CONNECTIONS_USED_UP": {"waiting": "3"},
}


def tree(*, processes=(), **answers):
    return health.tree(answers, gateway=Node("gateway"), processes=processes)


def test_all_is_well_where_every_service_answers_and_says_nothing():
    whole = tree(directory=pb.Status(), enrollment=pb.Status(), processes=[{"name": "nats", "state": "ready"}])

    assert whole.state is State.WORKS
    assert whole.troubles == []
    assert [part.title for part in whole.parts] == ["gateway", "directory", "enrollment", "NATS"]


@pytest.mark.parametrize("reason", FAULTS)
def test_every_fault_is_said_with_its_figures_and_what_to_do(reason):
    status = pb.Status(faults=[pb.Fault(reason=reason, metadata=CARRIED[reason])])

    (trouble,) = tree(directory=status).troubles

    assert trouble.own is FAULTS[reason].state
    for value in CARRIED[reason].values():
        assert value in trouble.said or reason == "BUS_UNREACHABLE"
    assert trouble.todo
    assert "{" not in trouble.said


def test_a_service_that_does_not_answer_is_down_and_the_whole_needs_a_look():
    whole = tree(directory="It does not answer right now.", enrollment=pb.Status())

    (trouble,) = whole.troubles
    assert (trouble.title, trouble.own, trouble.said) == ("directory", State.DOWN, "It does not answer right now.")
    assert whole.state is State.LOOK


def test_a_fault_that_this_page_does_not_know_is_shown_all_the_same():
    (trouble,) = tree(directory=pb.Status(faults=[pb.Fault(reason="MOON_TOO_FULL")])).troubles

    assert "MOON_TOO_FULL" in trouble.said


def test_a_server_that_starts_again_and_again_is_down():
    rows = [{"name": "postgres", "state": "restarting", "problem": "ended with signal 9"}]

    (trouble,) = tree(processes=rows).troubles

    assert (trouble.title, trouble.own) == ("PostgreSQL", State.DOWN)
    assert "ended with signal 9" in trouble.said


def test_what_several_parts_say_in_the_same_words_is_one_thing_to_do_and_the_worst_comes_first():
    down, parked = pb.Fault(reason="BUS_UNREACHABLE"), pb.Fault(reason="DEAD_LETTERS_WAIT", metadata={"letters": "2"})
    whole = tree(
        directory=pb.Status(faults=[down]), enrollment=pb.Status(faults=[parked, down]), evaluation="It is not there."
    )

    first, second, third = health.needs(whole)

    assert (first.state, first.places, first.what) == (State.DOWN, ("directory", "enrollment"), "Connection to NATS")
    assert (second.state, second.places, second.what) == (State.DOWN, ("evaluation",), "")
    assert (third.state, third.places, third.what) == (State.LOOK, ("enrollment",), "Failed messages")
    assert third.said.startswith("2 events could not be handled")
    assert third.page == "dead-letters"


def test_a_bus_that_hangs_is_named_by_the_services_before_the_page_gives_them_up():
    assert 2 * BUS_SECONDS < PATIENCE_SECONDS
