"""Servers and processes that fail while people work: the figures before and after are equal.

Those marked `soak` are the same at full length (`make soak`): minutes of load, every process killed ten times.
"""

import dataclasses
import os
import random
import signal
import threading
import time
from contextlib import contextmanager

import pytest

from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli.processes import BACK_ENDS, NATS, POSTGRES, SERVERS
from cadre_demo import balance, story
from servicekit.testing.pids import kill_and_wait
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

LEARNERS = 40
EVERYTHING = [*SERVERS, *BACK_ENDS, "gateway"]
SOAK_DOWN_SECONDS = 60.0
SOAK_STAFF = 10_000
SOAK_KILLS = 10


def issue_and_choose(cadre, letter, learners=LEARNERS):
    """Issue the letter, have agencies confirm it, and choose who learns."""
    notice = story.issue_letter(cadre.access, cadre.cast, letter, cadre.course_version).notice
    story.confirm_for_agencies(cadre.access, cadre.cast, notice, lambda *_: None)
    return notice, story.choose_learners(cadre.access, cadre.cast, notice, learners).to_go


def assert_nothing_lost(cadre, notice, trained):
    """Everybody has the letter and its training once, and exactly *trained* people completed it."""
    cadre.supervisor.wait_ready(90)
    readiness = story.wait_until_trained(cadre.access, cadre.cast, notice, trained)
    books = balance.settle(cadre.access, notice)
    assert (books.lost, books.duplicates, books.drift) == (0, 0, 0)
    assert books.recipients == books.assigned
    assert len(books.recipients) == readiness.state.of > 200
    assert books.completed == readiness.state.trained == trained
    assert readiness.agencies_confirmed == 44


def outbox_depth(cadre, service):
    """How many events of the service are committed and not published."""
    status = cadre.access.ask(cadre.access.operations[service].GetStatus, operations_pb.GetStatusRequest())
    return status.outbox_depth


@contextmanager
def bus_down(cadre):
    """The bus answers nobody, and is not restarted either, for it has not ended."""
    pid = cadre.supervisor.pids()[NATS]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("seconds", [0.0, pytest.param(SOAK_DOWN_SECONDS, marks=pytest.mark.soak)])
def test_people_learn_while_the_bus_is_down_and_their_figures_arrive_when_it_is_back(cadre, letter, seconds):
    notice, people = issue_and_choose(cadre, letter, LEARNERS if not seconds else 8 * LEARNERS)
    assert len(people) >= LEARNERS
    with bus_down(cadre):
        started = time.monotonic()
        for number, person in enumerate(people, start=1):
            story.train(cadre.access, notice, [person], letter, lambda *_: None)
            # Spread over the whole of the outage.
            due = started + seconds * number / len(people)
            wait_until(lambda: time.monotonic() >= due, "time does not pass")  # noqa: B023 - called in this turn
        assert time.monotonic() - started >= seconds
        assert outbox_depth(cadre, "evaluation") >= LEARNERS
        assert outbox_depth(cadre, "notification") == 0

    assert_nothing_lost(cadre, notice, len(people))
    assert outbox_depth(cadre, "evaluation") == 0


def test_postgresql_is_restarted_while_people_learn(cadre, letter):
    notice, people = issue_and_choose(cadre, letter)
    restarts = cadre.supervisor.status(POSTGRES).restarts
    disturbed = threading.Event()

    def restart(done, total):
        if done >= total // 2 and not disturbed.is_set():
            disturbed.set()
            kill_and_wait(cadre.supervisor.pids()[POSTGRES], signal.SIGINT)

    story.train(cadre.access, notice, people, letter, restart)

    assert disturbed.is_set()
    assert_nothing_lost(cadre, notice, len(people))
    assert cadre.supervisor.status(POSTGRES).restarts > restarts


def test_everything_is_told_to_stop_while_people_learn_and_no_request_and_no_event_is_lost(cadre, letter):
    notice, people = issue_and_choose(cadre, letter)
    restarts = {name: cadre.supervisor.status(name).restarts for name in EVERYTHING}
    disturbed = threading.Event()

    def stop_all(done, total):
        if done >= total // 2 and not disturbed.is_set():
            disturbed.set()
            for pid in [cadre.supervisor.pids()[name] for name in EVERYTHING]:
                os.kill(pid, signal.SIGTERM)

    story.train(cadre.access, notice, people, letter, stop_all)

    assert disturbed.is_set()
    for name in EVERYTHING:
        wait_until(lambda: cadre.supervisor.status(name).restarts > restarts[name], f"{name} did not stop")  # noqa: B023
    assert_nothing_lost(cadre, notice, len(people))


@pytest.fixture(scope="module")
def large(own_folder, populate):
    """A Cadre of its own with 10,000 synthetic staff."""
    with populate(own_folder, SOAK_STAFF) as running:
        yield running


def kill_ten_times(cadre, victim, killed):
    """Kill the process at random moments, each time another one; then set *killed*."""
    dice, status = random.Random(f"kill {victim}"), cadre.supervisor.status
    for _ in range(SOAK_KILLS):
        killed.wait(dice.uniform(0.0, 2.0))
        restarts = status(victim).restarts
        kill_and_wait(wait_until(lambda: cadre.supervisor.pids().get(victim), f"{victim} does not run"))
        wait_until(lambda: status(victim).restarts > restarts, f"{victim} is not started again")  # noqa: B023
    killed.set()


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", EVERYTHING)
def test_a_process_killed_ten_times_at_random_during_a_broadcast_to_ten_thousand_changes_no_figure(large, victim):
    told = dataclasses.replace(large.content.letter, subject=f"{large.content.letter.subject} (killed: {victim})")
    letter = dataclasses.replace(large.content, letter=told)
    killed = threading.Event()
    killer = threading.Thread(target=kill_ten_times, args=(large, victim, killed), name="killer")
    killer.start()
    notice = story.issue_letter(large.access, large.cast, letter, large.course_version).notice
    story.confirm_for_agencies(large.access, large.cast, notice, lambda *_: None)
    people = story.choose_learners(large.access, large.cast, notice, SOAK_STAFF // 2).to_go
    trained = 0
    while not killed.is_set() or trained < LEARNERS:
        some = people[trained : trained + LEARNERS]
        assert some, "everybody has learned before it was killed so often"
        story.train(large.access, notice, some, letter, lambda *_: None)
        trained += len(some)
    killer.join(60)

    assert_nothing_lost(large, notice, trained)
