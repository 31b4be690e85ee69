"""The whole product on a bad day: killed, stopped, broken; and its books, which must say so or balance."""

import dataclasses
import os
import signal
import threading

import psycopg
import pytest

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli.processes import BACK_ENDS, SERVERS
from cadre_demo import balance, letters, story
from servicekit.testing.pids import kill_and_wait
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

LEARNERS = 40
# The service that issues and the bus with every change; the others with every release, since each takes ten seconds.
AT_ONCE = ("nats", "notification")
VICTIMS = [
    pytest.param(name, marks=[] if name in AT_ONCE else [pytest.mark.release])
    for name in (*SERVERS, *BACK_ENDS, "gateway")
]


def told(cadre, letter, *, on_issue=lambda: None, on_training=lambda: None):
    """Tell the whole story of a letter; *on_issue* and *on_training* happen in the middle of it."""
    disturbed = threading.Event()

    def during_training(done, total):
        if done >= total // 2 and not disturbed.is_set():
            disturbed.set()
            on_training()

    on_issue()
    issued = story.issue_letter(cadre.access, cadre.cast, letter, cadre.course_version)
    story.confirm_for_agencies(cadre.access, cadre.cast, issued.notice, lambda *_: None)
    people = story.choose_learners(cadre.access, cadre.cast, issued.notice, LEARNERS).to_go
    story.train(cadre.access, issued.notice, people, letter, during_training)
    assert disturbed.is_set()
    readiness = story.wait_until_trained(cadre.access, cadre.cast, issued.notice, len(people))
    return issued.notice, people, readiness


def assert_balanced(cadre, notice, people, readiness):
    books = balance.settle(cadre.access, notice)
    assert (books.lost, books.duplicates, books.drift) == (0, 0, 0), cadre.access.wrong()
    assert books.recipients == books.assigned
    assert len(books.recipients) == readiness.state.of > 200
    assert books.completed == readiness.state.trained == len(people) >= LEARNERS
    assert readiness.agencies_confirmed == 44
    assert len(readiness.agencies) == 47


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_process_killed_while_a_letter_is_issued_and_learned_changes_no_figure(cadre, letter, victim):
    restarts = cadre.supervisor.status(victim).restarts

    def kill():
        kill_and_wait(wait_until(lambda: cadre.supervisor.pids().get(victim), f"{victim} does not run"))

    notice, people, readiness = told(cadre, letter, on_issue=kill, on_training=kill)

    wait_until(lambda: cadre.supervisor.status(victim).restarts >= restarts + 2, f"{victim} was not restarted")
    cadre.supervisor.wait_ready(60)
    assert_balanced(cadre, notice, people, readiness)


def audience_arrived(cadre, status):
    """Whether everything that directory told is handled by notification."""
    told = cadre.access.ask(cadre.access.operations["directory"].GetStatus, status)
    heard = cadre.access.ask(cadre.access.operations["notification"].GetStatus, status)
    waiting = [consumer.pending + consumer.in_flight for consumer in heard.consumers if consumer.stream == "directory"]
    return told.outbox_depth == 0 and waiting == [0]


def test_a_letter_whose_service_dies_between_commit_and_publish_reaches_everybody(cadre, letter):
    """The bus is frozen, so that the commit stands and the event cannot leave; then the service is killed."""
    draft = letters.draft(cadre.access, cadre.cast, letter.letter, cadre.course_version)
    status = operations_pb.GetStatusRequest()
    # The audience must be where letters are issued before the bus is frozen.
    wait_until(lambda: audience_arrived(cadre, status), "the audience does not arrive")
    nats = cadre.supervisor.pids()["nats"]
    os.kill(nats, signal.SIGSTOP)
    try:
        notice = letters.publish(cadre.access, cadre.cast, draft)
        kill_and_wait(cadre.supervisor.pids()["notification"])
    finally:
        os.kill(nats, signal.SIGCONT)
    assert notice.state == pb.Notice.PUBLISHED

    cadre.supervisor.wait_ready(60)
    books = balance.settle(cadre.access, notice)

    assert (books.lost, books.duplicates, books.drift) == (0, 0, 0)
    assert len(books.recipients) == len(books.assigned) > 200
    assert cadre.access.ask(cadre.access.operations["notification"].GetStatus, status).outbox_depth == 0


@pytest.fixture(scope="module")
def issued(cadre):
    """A letter that everybody has and some have learned, and that no other file of tests changes people under."""
    subject = f"{cadre.content.letter.subject} (books)"
    letter = dataclasses.replace(cadre.content, letter=dataclasses.replace(cadre.content.letter, subject=subject))
    notice, *_ = told(cadre, letter)
    wait_until(lambda: balance.draw(cadre.access, notice).lost == 0, cadre.access.wrong, seconds=120)
    return notice


@pytest.fixture
def broken(cadre):
    """Open the database of a service as its owner, with the guards of a table off; mended after the test."""
    connections = []

    def open_(service, table):
        url = cadre.supervisor.site.database_urls[service].replace("+psycopg", "")
        connection = psycopg.connect(url, autocommit=True)
        connection.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        connections.append((connection, table))
        return connection

    yield open_
    for connection, table in connections:
        connection.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        connection.close()


def test_an_assignment_that_disappears_is_seen_as_lost(cadre, issued, broken):
    database = broken("enrollment", "assignment")
    notice_id = issued.name.removeprefix("notices/")
    with database.transaction(force_rollback=False):
        row = database.execute(
            "DELETE FROM assignment WHERE (requirement_id, person_id) ="
            " (SELECT requirement_id, person_id FROM assignment JOIN requirement ON requirement.id = requirement_id"
            "  WHERE notice_id = %s AND assignment.state = 'ASSIGNED' LIMIT 1) RETURNING *",
            [notice_id],
        )
        columns = [column.name for column in row.description]
        values = row.fetchone()
    try:
        assert balance.draw(cadre.access, issued).lost > 0
    finally:
        places = ", ".join(["%s"] * len(values))
        database.execute(f"INSERT INTO assignment ({', '.join(columns)}) VALUES ({places})", values)
    assert balance.draw(cadre.access, issued).lost == 0


def test_a_person_listed_twice_is_seen_as_a_duplicate(cadre, issued, broken):
    database = broken("notification", "recipient")
    notice_id = issued.name.removeprefix("notices/")
    key = database.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'recipient'::regclass AND contype = 'p'"
    ).fetchone()
    database.execute(f"ALTER TABLE recipient DROP CONSTRAINT {key[0]}")
    try:
        database.execute(
            "INSERT INTO recipient SELECT * FROM recipient WHERE notice_id = %s ORDER BY person_id LIMIT 1", [notice_id]
        )
        assert balance.draw(cadre.access, issued).duplicates > 0
        database.execute(
            "DELETE FROM recipient WHERE ctid = (SELECT max(ctid) FROM recipient"
            " GROUP BY notice_id, person_id HAVING count(*) > 1)"
        )
    finally:
        database.execute(f"ALTER TABLE recipient ADD CONSTRAINT {key[0]} {key[1]}")
    assert balance.draw(cadre.access, issued).duplicates == 0


def test_a_count_that_is_off_by_one_is_seen_as_drift(cadre, issued, broken):
    database = broken("notification", "readiness")
    change = (
        "UPDATE readiness SET ready = ready + %s WHERE ctid ="
        " (SELECT ctid FROM readiness WHERE notice_id = %s ORDER BY agency_id, due_date LIMIT 1)"
    )
    notice_id = issued.name.removeprefix("notices/")
    database.execute(change, [1, notice_id])
    try:
        assert balance.draw(cadre.access, issued).drift == 1
    finally:
        database.execute(change, [-1, notice_id])
    assert balance.draw(cadre.access, issued).drift == 0
