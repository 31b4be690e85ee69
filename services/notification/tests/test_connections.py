"""Connections: made by who may, told of what concerns them, called by rows, and never at anybody else's cost."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from standardwebhooks import Webhook, WebhookVerificationError

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import connection_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.connections import jobs, webhooks
from notification.connections.connections import MOST
from notification.connections.rules.kinds import KINDS
from notification.connections.rules.trying import Off
from notification.messages.rules.said import said
from servicekit.events.bus import CE_TIME, EVENT_ID
from servicekit.events.consumers import Envelope, Outcome
from servicekit.testing.waiting import wait_until

from . import receivers
from .receivers import OK, Receiver, says, status

ACTOR = {"actor": "services/notification", "method": "test"}

# What is called waits for a task, which is woken by a timer: under another day that may never end.
pytestmark = pytest.mark.timers


@pytest.fixture
def settings():
    return {"tasks": True, "webhooks_to_this_machine": True}


@pytest.fixture
def receiver():
    with Receiver(says(OK)) as one:
        yield one


def owner(cadre, scope="agencies/lake", person=None):
    rights = {"connections.read": [scope], "connections.manage": [scope]}
    return cadre.running.stubs(caller=f"people/{person or cadre.new_id()}", rights=rights)


def connect(cadre, address, scope="agencies/lake", kinds=tuple(KINDS), by=None, title="Our tracker"):
    """Make a connection; return it with its secret."""
    connection = pb.Connection(title=title, address=address, kinds=kinds)
    return (by or owner(cadre, scope)).CreateConnection(
        pb.CreateConnectionRequest(parent=scope, connection=connection, request_id=cadre.new_id())
    )


def look(cadre, name, scope="state"):
    return owner(cadre, scope).GetConnection(pb.GetConnectionRequest(name=name))


def calls(cadre, name):
    return list(owner(cadre, "state").ListWebhooks(pb.ListWebhooksRequest(parent=name)).webhooks)


def ended(cadre, name):
    """The calls of a connection, once none of them has still to be tried for the first time."""

    def all_tried():
        found = calls(cadre, name)
        in_hand = cadre.rows("SELECT count(*) FROM webhook WHERE state = 'CALLING'") != [(0,)]
        return found if found and not in_hand and all(one.last_try_time.seconds for one in found) else None

    return wait_until(all_tried, lambda: calls(cadre, name))


def hear(cadre, *, twice=False):
    """Hand what this service told to itself, as its stream would."""
    told = cadre.rows("SELECT id, subject, payload, headers, at FROM outbox WHERE subject LIKE 'cadre.notification.%%'")
    outcomes = []
    for _ in range(2 if twice else 1):
        for event_id, subject, payload, _headers, at in told:
            headers = {EVENT_ID: str(event_id), CE_TIME: at.isoformat()}
            envelope = Envelope(subject, bytes(payload), headers, f"test/{event_id}")
            outcomes += [one.outcome for one in cadre.handlings["notification"].deliver([envelope])]
    assert outcomes
    assert set(outcomes) <= {Outcome.HANDLED, Outcome.DUPLICATE}


def letter(cadre, agency="lake"):
    """A letter to one at Lake, issued to all agencies."""
    (person,) = cadre.people(1)
    return cadre.issued(cadre.new_audience(cadre.at(person, agency, "legal"))), person


def confirm_for(cadre, notice, agency="lake"):
    cadre.coordinator(agency).ConfirmForAgency(
        agency_pb.ConfirmForAgencyRequest(
            parent=f"agencies/{agency}",
            notice=notice.name,
            lead=f"people/{cadre.new_id()}",
            text_sha256=notice.text_sha256,
            request_id=cadre.new_id(),
        )
    )


def verified(taken, secret):
    """What a receiver reads after the scheme's own library checked it."""
    return Webhook(secret).verify(taken.body, taken.headers)


def switch(cadre, name, *, on):
    return owner(cadre, "state").SwitchConnection(
        pb.SwitchConnectionRequest(name=name, on=on, request_id=cadre.new_id())
    )


def repeat(cadre, name, **asked):
    return (
        owner(cadre, "state")
        .RepeatWebhooks(pb.RepeatWebhooksRequest(parent=name, request_id=cadre.new_id(), **asked))
        .repeated_count
    )


def write(cadre, sql, **values):
    with cadre.running.runtime.database.transaction(**ACTOR) as db:
        db.run(sql, **values)


def run(cadre, job, at=None):
    job(cadre.running.runtime.database, at or datetime.now(UTC))


def timed_until(cadre, condition, complaint):
    """Wait as the timer goes on that has calls made again whose time has come."""
    wait_until(lambda: run(cadre, jobs.call_again) or condition(), complaint)


# ---- what is told ----


def test_an_issued_letter_is_told_signed_by_the_scheme_and_names_nobody(cadre, receiver):
    made = connect(cadre, receiver.address)
    issued, person = letter(cadre)
    hear(cadre)

    (call,) = ended(cadre, made.connection.name)
    assert (call.state, call.status, call.reason, call.answer) == (pb.Webhook.SENT, 200, "", "thank")
    (taken,) = receiver.taken
    event = verified(taken, made.secret)
    assert event == {
        "specversion": "1.0",
        "id": call.name.rpartition("/")[2],
        "source": "urn:cadre:notification",
        "type": "cadre.letter.issued.v1",
        "subject": issued.name,
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": {
            "connection": made.connection.name,
            "notice": issued.name,
            "version": 1,
            "agency": "agencies/lake",
        },
    }
    assert abs(datetime.fromisoformat(event["time"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert taken.headers["content-type"].startswith("application/cloudevents+json")
    assert taken.headers["webhook-id"] == event["id"]
    assert taken.body.decode() == call.payload
    assert person not in taken.body.decode()
    assert issued.subject not in taken.body.decode()


def test_another_secret_or_another_body_is_not_taken_for_ours(cadre, receiver):
    made = connect(cadre, receiver.address)
    letter(cadre)
    hear(cadre)
    ended(cadre, made.connection.name)

    (taken,) = receiver.taken
    with pytest.raises(WebhookVerificationError):
        Webhook(f"whsec_{base64.b64encode(b'x' * 32).decode()}").verify(taken.body, taken.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(taken.body + b" ", taken.headers)


def test_an_agency_hears_what_concerns_it_and_the_state_hears_all(cadre):
    with Receiver(says(OK)) as lake, Receiver(says(OK)) as yolo, Receiver(says(OK)) as state:
        ours = connect(cadre, lake.address)
        theirs = connect(cadre, yolo.address, "agencies/yolo")
        whole = connect(cadre, state.address, "state")
        (person,) = cadre.people(1)
        audience = cadre.new_audience(cadre.at(person, "lake"))
        issued = cadre.issued(audience, receivers=["agencies/lake"], staff_release_days=5)
        confirm_for(cadre, issued)
        cadre.coordinator("lake").ReleaseToStaff(
            agency_pb.ReleaseToStaffRequest(parent="agencies/lake", notice=issued.name, request_id=cadre.new_id())
        )
        cadre.confirm(issued, person)
        run(cadre, jobs.find_ready)
        cadre.approver.WithdrawNotice(
            notice_pb.WithdrawNoticeRequest(
                name=issued.name, etag=issued.etag, reason="A mistake.", request_id=cadre.new_id()
            )
        )
        hear(cadre)

        told = {one.kind for one in ended(cadre, ours.connection.name)}
        assert told == {"letter.issued", "letter.confirmed", "letter.released", "letter.ready", "letter.withdrawn"}
        agencies = {
            one.kind: json.loads(one.payload)["data"].get("agency") for one in ended(cadre, whole.connection.name)
        }
        assert agencies == {
            "letter.issued": None,
            "letter.withdrawn": None,
            "letter.confirmed": "agencies/lake",
            "letter.released": "agencies/lake",
            "letter.ready": "agencies/lake",
        }
        assert calls(cadre, theirs.connection.name) == []
        wait_until(lambda: len(lake.taken) == len(state.taken) == 5, "five calls each")
        assert yolo.connections == 0


def test_only_what_was_chosen_is_told(cadre, receiver):
    made = connect(cadre, receiver.address, kinds=["letter.confirmed"])
    issued, _ = letter(cadre)
    confirm_for(cadre, issued)
    hear(cadre)

    assert [one.kind for one in ended(cadre, made.connection.name)] == ["letter.confirmed"]


def test_what_is_heard_twice_is_told_once_and_what_was_before_is_not_told(cadre, receiver):
    letter(cadre)
    made = connect(cadre, receiver.address)
    issued, _ = letter(cadre)
    hear(cadre, twice=True)

    (call,) = ended(cadre, made.connection.name)
    assert json.loads(call.payload)["subject"] == issued.name


def test_an_agency_is_ready_once_and_not_before_its_last_person_is(cadre, receiver):
    made = connect(cadre, receiver.address, kinds=["letter.ready"])
    ana, ben = cadre.people(2)
    issued = cadre.issued(cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ben, "lake", on_leave=True)))
    run(cadre, jobs.find_ready)
    assert calls(cadre, made.connection.name) == []

    cadre.confirm(issued, ana)
    for _ in range(3):
        run(cadre, jobs.find_ready)

    (call,) = ended(cadre, made.connection.name)
    assert (call.kind, call.state) == ("letter.ready", pb.Webhook.SENT)


def test_telling_costs_the_same_statements_however_many_connections_there_are(cadre, receiver, statements):
    def told(count):
        for n in range(count):
            connect(cadre, "https://hooks.example.com/", scope=f"agencies/{cadre.agencies[n % 4]}", title=f"No. {n}")
        heard = [
            webhooks.Heard("letter.confirmed", letter(cadre)[0].name.removeprefix("notices/"), 1, a, datetime.now(UTC))
            for a in cadre.agencies
        ]
        with statements() as sent, cadre.running.runtime.database.transaction(**ACTOR) as db:
            webhooks.tell(db, heard, actor="services/test")
            made = [sql for sql in sent if "webhook" in sql]
        return len(made)

    assert told(1) == told(30) == 1


# ---- when it does not get through ----


@pytest.mark.parametrize(
    ("answer", "reason", "code"),
    [
        (status(500), "STATUS", 500),
        (status(302, Location="https://elsewhere.example.com/"), "REDIRECT", 302),
        (says(b""), "BROKEN", 0),
    ],
)
def test_what_failed_waits_and_is_tried_again_under_the_same_id(cadre, answer, reason, code):
    with Receiver(answer) as receiver:
        made = connect(cadre, receiver.address)
        letter(cadre)
        hear(cadre)
        (call,) = ended(cadre, made.connection.name)
        assert (call.state, call.reason, call.status, call.tries) == (pb.Webhook.WAITING, reason, code, 1)
        pause = call.next_try_time.ToDatetime() - call.last_try_time.ToDatetime()
        assert pause == timedelta(minutes=1)
        assert look(cadre, made.connection.name).failing_since.seconds

        receiver.answer = says(OK)
        write(cadre, "UPDATE webhook SET next_try = %(at)s", at=datetime.now(UTC))
        timed_until(cadre, lambda: calls(cadre, made.connection.name)[0].state == pb.Webhook.SENT, "it got through")

        first, second = receiver.taken
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        assert verified(second, made.secret)["id"] == first.headers["webhook-id"]
        assert not look(cadre, made.connection.name).failing_since.seconds


def test_after_three_days_it_is_given_up_and_can_be_made_again(cadre):
    with Receiver(status(503)) as receiver:
        made = connect(cadre, receiver.address)
        letter(cadre)
        hear(cadre)
        ended(cadre, made.connection.name)
        write(cadre, "UPDATE webhook SET tries = 9, next_try = %(at)s", at=datetime.now(UTC))
        timed_until(cadre, lambda: calls(cadre, made.connection.name)[0].state == pb.Webhook.GIVEN_UP, "it is given up")
        assert look(cadre, made.connection.name).given_up == 1

        receiver.answer = says(OK)
        since = Timestamp()
        since.FromDatetime(datetime.now(UTC) - timedelta(days=1))
        assert repeat(cadre, made.connection.name, since=since) == 1
        wait_until(lambda: calls(cadre, made.connection.name)[0].state == pb.Webhook.SENT, "it got through")
        assert repeat(cadre, made.connection.name, since=since) == 0
        assert len({taken.headers["webhook-id"] for taken in receiver.taken}) == 1


def test_one_that_got_through_can_be_made_again_if_somebody_asks_for_this_one(cadre, receiver):
    made = connect(cadre, receiver.address)
    letter(cadre)
    hear(cadre)
    (call,) = ended(cadre, made.connection.name)

    assert repeat(cadre, made.connection.name, webhook=call.name) == 1
    wait_until(lambda: len(receiver.taken) == 2, "it came again")


def test_who_says_gone_is_called_no_more_and_who_made_it_hears_why(cadre):
    person, both_heard = cadre.new_id(), Event()

    def gone(receiver, connection):
        both_heard.wait(60)
        status(410)(receiver, connection)

    with Receiver(gone) as receiver:
        made = connect(cadre, receiver.address, by=owner(cadre, person=person))
        letter(cadre)
        letter(cadre)
        hear(cadre)
        both_heard.set()
        wait_until(lambda: look(cadre, made.connection.name).off == "GONE", "it is off")
        letter(cadre)
        hear(cadre)

    assert {one.reason for one in calls(cadre, made.connection.name)} == {"GONE", "SWITCHED_OFF"}
    assert {one.state for one in calls(cadre, made.connection.name)} == {pb.Webhook.GIVEN_UP}
    assert len(receiver.taken) == 1
    ((kind, about, facts, to),) = cadre.rows(
        "SELECT kind, about, m.facts, person_id FROM message AS m JOIN message_to AS t ON t.message_id = m.id"
        " WHERE kind = 'connection.off'"
    )
    assert (kind, about, str(to)) == ("connection.off", made.connection.name, person)
    assert said(kind, about, facts).link == f"/connections/lake/{made.connection.name.rpartition('/')[2]}"


def test_after_five_days_of_failing_it_is_off_and_one_success_begins_anew(cadre):
    with Receiver(status(500)) as receiver:
        made = connect(cadre, receiver.address)
        letter(cadre)
        hear(cadre)
        ended(cadre, made.connection.name)
        again = "UPDATE webhook SET next_try = now(), state = 'WAITING', tries = 1"
        write(cadre, "UPDATE connection SET failing_since = now() - interval '4 days 23 hours'")
        write(cadre, again)
        state = "SELECT state, tries FROM webhook"
        timed_until(cadre, lambda: cadre.rows(state) == [("WAITING", 2)], lambda: cadre.rows(state))
        assert look(cadre, made.connection.name).off == ""

        write(cadre, "UPDATE connection SET failing_since = now() - interval '5 days'")
        write(cadre, again)
        timed_until(cadre, lambda: look(cadre, made.connection.name).off == "FAILING", "it is off")
    assert look(cadre, made.connection.name).waiting == 0

    found = switch(cadre, made.connection.name, on=True)
    assert (found.off, found.failing_since.seconds) == ("", 0)


def test_what_happens_while_it_is_off_is_not_told_afterwards(cadre, receiver):
    made = connect(cadre, receiver.address)
    switch(cadre, made.connection.name, on=False)
    letter(cadre)
    hear(cadre)
    switch(cadre, made.connection.name, on=True)
    issued, _ = letter(cadre)
    hear(cadre)

    (call,) = ended(cadre, made.connection.name)
    assert json.loads(call.payload)["subject"] == issued.name


def test_five_that_are_dead_keep_back_none_of_forty_two_others(cadre):
    """The bench measures it; here it is enough that nobody waits for those who hang."""
    with Receiver(receivers.hangs) as dead, Receiver(says(OK)) as alive:
        for n in range(47):
            connect(
                cadre,
                (dead if n % 10 == 0 else alive).address,
                scope=f"agencies/{cadre.agencies[n % 4]}",
                title=f"{n:02}",
            )
        letter(cadre)
        began = time.monotonic()
        hear(cadre)
        wait_until(lambda: len(alive.taken) == 42, lambda: len(alive.taken))
        assert time.monotonic() - began < 8

        # A second letter finds those that hang still in hand, and comes to the others all the same.
        letter(cadre)
        hear(cadre)
        wait_until(lambda: len(alive.taken) == 84, lambda: len(alive.taken))
        assert dead.connections == 5
        waiting = "SELECT count(*) FROM webhook WHERE state IN ('WAITING', 'CALLING')"
        wait_until(lambda: cadre.rows(waiting) == [(10,)], lambda: cadre.rows(waiting))


def test_a_process_that_was_killed_after_it_called_and_before_it_noted_so_calls_again_under_the_same_id(
    cadre, receiver
):
    made = connect(cadre, receiver.address)
    letter(cadre)
    hear(cadre)
    (call,) = ended(cadre, made.connection.name)
    killed = "UPDATE webhook SET state = 'CALLING', claimed_at = %(at)s"
    write(cadre, killed, at=datetime.now(UTC) - timedelta(seconds=30))
    run(cadre, jobs.call_again)
    assert cadre.rows("SELECT count(*) FROM task WHERE kind = 'call-connections'") == [(0,)]

    write(cadre, killed, at=datetime.now(UTC) - timedelta(minutes=2))
    run(cadre, jobs.call_again)
    wait_until(lambda: len(receiver.taken) == 2, "it was called again")
    wait_until(lambda: calls(cadre, made.connection.name)[0].state == pb.Webhook.SENT, "it was noted")

    assert {taken.headers["webhook-id"] for taken in receiver.taken} == {call.name.rpartition("/")[2]}


def test_what_is_told_while_a_connection_is_being_switched_off_is_given_up_or_not_told(cadre):
    made = connect(cadre, "https://hooks.example.com/")
    database = cadre.running.runtime.database
    cadre.running.runtime.tasks.stop()
    told = webhooks.Heard("letter.issued", UUID(letter(cadre)[0].name[8:]), 1, "", datetime.now(UTC))

    with ThreadPoolExecutor(1) as other:
        with database.transaction(**ACTOR) as db:
            webhooks.tell(db, [told], actor="services/test")
            switching = other.submit(switch, cadre, made.connection.name, on=False)
            wait_until(lambda: cadre.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)], "it waits")
        switching.result()
    assert [one.reason for one in calls(cadre, made.connection.name)] == ["SWITCHED_OFF"]

    switch(cadre, made.connection.name, on=True)
    late = told._replace(kind="letter.withdrawn")
    with ThreadPoolExecutor(1) as other:

        def tell():
            with database.transaction(**ACTOR) as db:
                webhooks.tell(db, [late], actor="services/test")

        with database.transaction(**ACTOR) as db:
            webhooks.switch_off(db, UUID(made.connection.name[-36:]), Off.BY_HAND)
            telling = other.submit(tell)
            wait_until(lambda: cadre.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)], "it waits")
        telling.result()
    assert len(calls(cadre, made.connection.name)) == 1


def test_two_that_claim_at_a_time_never_have_one_connection_both(cadre):
    for n in range(3):
        connect(cadre, "https://hooks.example.com/", title=f"{n}")
    database = cadre.running.runtime.database
    cadre.running.runtime.tasks.stop()
    for _ in range(2):
        letter(cadre)
    hear(cadre)

    with database.transaction(**ACTOR) as one:
        first = webhooks.claim(one, most=2)
        with database.transaction(**ACTOR) as other:
            second = webhooks.claim(other, most=64)
    with database.transaction(**ACTOR) as db:
        third = webhooks.claim(db, most=64)

    assert (len(first), len(second), third) == (2, 1, [])
    assert len({claimed.connection_id for claimed in [*first, *second]}) == 3


def test_a_process_that_stops_lets_go_of_what_it_was_calling(cadre):
    with Receiver(receivers.hangs) as receiver:
        made = connect(cadre, receiver.address)
        letter(cadre)
        hear(cadre)
        wait_until(lambda: receiver.taken, "it is being called")
        cadre.running.runtime.database.stopping.begin()
        wait_until(
            lambda: cadre.rows("SELECT state, tries FROM webhook") == [("WAITING", 0)],
            lambda: cadre.rows("SELECT state, tries FROM webhook"),
        )
    assert calls(cadre, made.connection.name)[0].tries == 0


# ---- secrets ----


def test_the_secret_is_said_once_and_stands_nowhere_in_the_database(cadre, receiver):
    by, request_id = owner(cadre), cadre.new_id()
    asked = pb.CreateConnectionRequest(
        parent="agencies/lake",
        connection=pb.Connection(title="Ours", address=receiver.address, kinds=["letter.issued"]),
        request_id=request_id,
    )
    made = by.CreateConnection(asked)
    assert made.secret.startswith("whsec_")
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32

    again = by.CreateConnection(asked)
    assert (again.connection.name, again.secret) == (made.connection.name, "")
    tables = cadre.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    assert len(tables) > 20
    for (table,) in tables:
        for (row,) in cadre.rows(f"SELECT t::text FROM {table} AS t"):
            for written in (made.secret, made.secret.removeprefix("whsec_"), made.secret.encode().hex()):
                assert written not in row, table


def test_for_a_day_after_it_was_made_anew_both_secrets_are_good(cadre, receiver):
    made = connect(cadre, receiver.address)
    newer = owner(cadre).RotateSecret(pb.RotateSecretRequest(name=made.connection.name, request_id=cadre.new_id()))
    assert newer.secret != made.secret
    until = newer.connection.earlier_secret_until.ToDatetime(UTC)
    assert timedelta(hours=23) < until - datetime.now(UTC) < timedelta(hours=25)

    letter(cadre)
    hear(cadre)
    ended(cadre, made.connection.name)
    write(cadre, "UPDATE connection SET earlier_until = now()")
    letter(cadre)
    hear(cadre)
    wait_until(lambda: len(receiver.taken) == 2, "both came")

    both, one = receiver.taken
    assert len(both.headers["webhook-signature"].split()) == 2
    assert verified(both, made.secret) == verified(both, newer.secret)
    assert len(one.headers["webhook-signature"].split()) == 1
    assert verified(one, newer.secret)
    with pytest.raises(WebhookVerificationError):
        verified(one, made.secret)


def test_where_the_key_was_lost_nothing_is_sent_that_nobody_could_check(cadre, receiver):
    made = connect(cadre, receiver.address)
    write(cadre, "UPDATE connection SET secret_sha256 = 'of another key'")
    letter(cadre)
    hear(cadre)

    (call,) = ended(cadre, made.connection.name)
    assert (call.state, call.reason) == (pb.Webhook.GIVEN_UP, "NO_SECRET")
    assert receiver.connections == 0


# ---- by whom, and how many ----


def test_a_test_says_what_came_back_also_where_it_is_off(cadre, receiver):
    made = connect(cadre, receiver.address)
    switch(cadre, made.connection.name, on=False)
    asked = pb.TestConnectionRequest(name=made.connection.name, request_id=cadre.new_id())
    ping = owner(cadre).TestConnection(asked)
    assert (ping.kind, ping.state) == ("ping", pb.Webhook.WAITING)

    done = wait_until(
        lambda: next((one for one in calls(cadre, made.connection.name) if one.state != pb.Webhook.WAITING), None),
        "a ping",
    )
    assert (done.name, done.status, done.answer) == (ping.name, 200, "thank")
    event = verified(receiver.taken[0], made.secret)
    assert (event["type"], event["subject"]) == ("cadre.ping.v1", made.connection.name)


def test_a_test_that_fails_is_not_tried_again_and_says_nothing_of_the_connection(cadre):
    with Receiver(status(410)) as receiver:
        made = connect(cadre, receiver.address)
        owner(cadre).TestConnection(pb.TestConnectionRequest(name=made.connection.name, request_id=cadre.new_id()))
        (ping,) = ended(cadre, made.connection.name)

    assert (ping.state, ping.reason) == (pb.Webhook.GIVEN_UP, "GONE")
    found = look(cadre, made.connection.name)
    assert (found.off, found.failing_since.seconds, found.given_up) == ("", 0, 0)


def test_a_connection_of_an_agency_is_nobody_elses(cadre, receiver):
    made = connect(cadre, receiver.address)
    ids = made.connection.name.rpartition("/")[2]
    elsewhere = owner(cadre, "agencies/yolo")
    for name, reason in (
        (made.connection.name, "PERMISSION_MISSING"),
        (f"agencies/yolo/connections/{ids}", "NOT_FOUND"),
        (f"state/connections/{ids}", "PERMISSION_MISSING"),
        ("agencies/yolo/connections/none", "INVALID_FIELD"),
        (f"agencies/yolo/{ids}", "INVALID_FIELD"),
    ):
        assert cadre.reason_of(elsewhere.GetConnection, pb.GetConnectionRequest(name=name)) == reason
        assert cadre.reason_of(elsewhere.ListWebhooks, pb.ListWebhooksRequest(parent=name)) == reason
        deleting = pb.DeleteConnectionRequest(name=name, request_id=cadre.new_id())
        assert cadre.reason_of(elsewhere.DeleteConnection, deleting) == reason
    assert elsewhere.ListConnections(pb.ListConnectionsRequest(parent="agencies/yolo")).connections == []


def test_what_is_changed_keeps_its_secret_and_what_is_deleted_is_gone(cadre, receiver):
    made = connect(cadre, "https://hooks.example.com/old")
    changed = owner(cadre).UpdateConnection(
        pb.UpdateConnectionRequest(
            connection=pb.Connection(
                name=made.connection.name,
                title="  A new  title ",
                address=receiver.address,
                kinds=["letter.withdrawn", "letter.issued", "letter.issued"],
            ),
            request_id=cadre.new_id(),
        )
    )
    assert (changed.title, list(changed.kinds)) == ("A new title", ["letter.issued", "letter.withdrawn"])
    letter(cadre)
    hear(cadre)
    ended(cadre, made.connection.name)
    assert verified(receiver.taken[0], made.secret)

    owner(cadre).DeleteConnection(pb.DeleteConnectionRequest(name=made.connection.name, request_id=cadre.new_id()))
    assert owner(cadre).ListConnections(pb.ListConnectionsRequest(parent="agencies/lake")).connections == []
    assert cadre.rows("SELECT count(*) FROM webhook") == [(0,)]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://hooks.example.com/", "HTTPS"),
        ("ftp://hooks.example.com/", "HTTPS"),
        ("hooks.example.com", "HTTPS"),
        ("https://user:secret@hooks.example.com/", "CREDENTIALS"),
        ("https://hooks.example.com:22/", "PORT"),
        ("https://10.0.0.1/", "HOST"),
        ("https://localhost/", "HOST"),
        ("https://hooks.example.com/#part", "FRAGMENT"),
        ("https://hooks.example.com/a b", "SIGNS"),
        (f"https://hooks.example.com/{'x' * 500}", "LONG"),
    ],
)
def test_an_address_that_calls_do_not_go_to_is_refused_with_why_and_not_repeated(cadre, address, why):
    from servicekit.rpc.client import Refused  # noqa: PLC0415

    with pytest.raises(Refused) as refused:
        connect(cadre, address)

    assert refused.value.reason == "ADDRESS_REFUSED"
    assert refused.value.metadata["why"] == why
    assert address not in str(refused.value.metadata)


def test_there_are_only_so_many_and_each_says_what_it_is_for(cadre):
    for n in range(MOST):
        connect(cadre, "https://hooks.example.com/", title=f"No. {n}")
    asked = pb.CreateConnectionRequest(
        parent="agencies/lake",
        connection=pb.Connection(title="One more", address="https://hooks.example.com/", kinds=["letter.issued"]),
        request_id=cadre.new_id(),
    )
    assert cadre.reason_of(owner(cadre).CreateConnection, asked) == "TOO_MANY_CONNECTIONS"
    asked.parent = "agencies/yolo"
    for field, value in (("kinds", []), ("kinds", ["ping"]), ("title", " "), ("title", "x" * 101)):
        wrong = pb.CreateConnectionRequest()
        wrong.CopyFrom(asked)
        wrong.connection.ClearField(field)
        if field == "kinds":
            wrong.connection.kinds.extend(value)
        else:
            wrong.connection.title = value
        assert cadre.reason_of(owner(cadre, "agencies/yolo").CreateConnection, wrong) == "INVALID_FIELD"


def test_who_writes_letters_sees_the_states_connections_without_what_may_be_secret_and_keeps_none(cadre):
    made = connect(cadre, "https://hooks.example.com:8443/path/that-is-a-secret?key=1", scope="state").connection
    ours = connect(cadre, "https://hooks.example.com/").connection
    test = pb.TestConnectionRequest(name=made.name, request_id=cadre.new_id())
    call = owner(cadre, "state").TestConnection(test)
    analyst = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights={"connections.read": ["state"]})

    (seen,) = analyst.ListConnections(pb.ListConnectionsRequest(parent="state")).connections
    assert (seen.title, seen.address) == ("Our tracker", "https://hooks.example.com")
    assert analyst.GetConnection(pb.GetConnectionRequest(name=made.name)).address == "https://hooks.example.com"
    assert analyst.GetWebhook(pb.GetWebhookRequest(name=call.name)).answer == ""
    assert len(analyst.ListWebhooks(pb.ListWebhooksRequest(parent=made.name)).webhooks) == 1

    # An agency's are its own, and nothing can be changed.
    look_at = pb.GetConnectionRequest(name=ours.name)
    assert cadre.reason_of(analyst.GetConnection, look_at) == "PERMISSION_MISSING"
    listed = pb.ListConnectionsRequest(parent="agencies/lake")
    assert cadre.reason_of(analyst.ListConnections, listed) == "PERMISSION_MISSING"
    again = pb.TestConnectionRequest(name=made.name, request_id=cadre.new_id())
    assert cadre.reason_of(analyst.TestConnection, again) == "PERMISSION_MISSING"


def test_what_is_off_is_not_made_again_and_what_is_asked_must_be_said(cadre):
    made = connect(cadre, "https://hooks.example.com/")
    by = owner(cadre)
    neither = pb.RepeatWebhooksRequest(parent=made.connection.name, request_id=cadre.new_id())
    assert cadre.reason_of(by.RepeatWebhooks, neither) == "INVALID_FIELD"
    unknown = pb.RepeatWebhooksRequest(
        parent=made.connection.name,
        webhook=f"{made.connection.name}/webhooks/{cadre.new_id()}",
        request_id=cadre.new_id(),
    )
    assert cadre.reason_of(by.RepeatWebhooks, unknown) == "NOT_FOUND"
    switch(cadre, made.connection.name, on=False)
    unknown.request_id = cadre.new_id()
    assert cadre.reason_of(by.RepeatWebhooks, unknown) == "CONNECTION_OFF"


def test_after_thirty_days_what_became_of_calls_is_forgotten(cadre, receiver):
    made = connect(cadre, receiver.address)
    letter(cadre)
    hear(cadre)
    ended(cadre, made.connection.name)
    run(cadre, jobs.forget_calls)
    assert len(calls(cadre, made.connection.name)) == 1

    run(cadre, jobs.forget_calls, datetime.now(UTC) + timedelta(days=31))
    assert calls(cadre, made.connection.name) == []


def test_figures_say_how_connections_and_calls_stand(cadre, receiver):
    connect(cadre, receiver.address)
    off = connect(cadre, receiver.address, title="Off")
    switch(cadre, off.connection.name, on=False)
    letter(cadre)
    hear(cadre)
    wait_until(lambda: receiver.taken, "it was called")
    wait_until(lambda: cadre.running.figures()["cadre_webhooks", "sent"] == 1, cadre.running.figures)

    figures = cadre.running.figures()
    assert [figures["cadre_connections", one] for one in ("on", "failing", "off")] == [1, 0, 1]
    assert figures["cadre_webhooks", "waiting"] == figures["cadre_webhook_oldest_seconds",] == 0
    assert figures["cadre_connections_gone_off",] == 0
