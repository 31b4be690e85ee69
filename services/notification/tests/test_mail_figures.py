"""What operators see of mail: true after every change, cheap at any size, and how the server takes it."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notification.messages import circuit, counts, ledger, mails
from notification.messages.circuit import Circuit
from notification.messages.ledger import Target, Wanted
from notification.messages.mails import Outcome, Went
from notification.messages.rules.kinds import LETTER_ASKED, LETTER_DUE, LETTER_ISSUED
from notification.messages.rules.windows import Hours
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
FACTS = {"letter": "CSSP 27-01: A letter", "change": "A change.", "effective": "2027-03-15", "due": "2027-03-10"}
NOW = datetime.now(UTC)


@pytest.fixture
def write(cadre):
    def write(at=NOW):
        return cadre.running.runtime.database.transaction(actor="services/notification", method="test/mail", at=at)

    return write


def wanted(people, **fields):
    given = Wanted(
        once=str(uuid.uuid4()),
        kind=LETTER_DUE,
        about=f"notices/{uuid.uuid4()}",
        facts=FACTS,
        goes_at=NOW - timedelta(minutes=40),
        people=people,
    )
    return replace(given, **fields)


def ids(count):
    return [uuid.uuid4() for _ in range(count)]


def send(write, outcome, at=NOW):
    with write(at) as db:
        if people := mails.due_people(db):
            mails.put_together(db, people, HOURS)
        claimed = mails.claim(db, most=100, a_minute=1000)
        mails.mark(db, claimed, {mail.id: outcome(number) for number, mail in enumerate(claimed)})


def messages(cadre, kind):
    found = cadre.running.figures()
    return {key[2]: value for key, value in found.items() if key[:2] == ("cadre_messages", kind) and value}


def test_messages_are_counted_by_rule_and_by_what_became_of_them_at_each_step(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(4)))
        ledger.want(db, wanted(ids(2), fresh_until=NOW - timedelta(days=1)))
        ledger.want(db, wanted(ids(3), kind=LETTER_ASKED, goes_at=NOW + timedelta(hours=9)))
    assert messages(cadre, "letter.due") == {"waiting": 6}
    send(write, lambda number: Outcome(Went.SENT if number else Went.REFUSED))

    assert messages(cadre, "letter.due") == {"sent": 3, "failed": 1, "held back": 2}
    assert messages(cadre, "letter.asked") == {"waiting": 3}
    assert cadre.audits()["messages.miscounted"] == 0


def test_counts_that_are_summed_up_stay_what_they_were(cadre, write):
    for _ in range(3):
        with write() as db:
            ledger.want(db, wanted(ids(2)))
        send(write, lambda _number: Outcome(Went.SENT))
    before = messages(cadre, "letter.due")
    counts.sum_up(cadre.running.runtime.database, NOW)

    assert before == messages(cadre, "letter.due") == {"sent": 6}
    assert cadre.rows("SELECT count(*) FROM message_count WHERE state = 'SENT'") == [(1,)]
    assert cadre.audits()["messages.miscounted"] == 0


def test_a_count_that_was_changed_by_hand_is_found(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(2)))
        db.run("UPDATE message_count SET people = 5")

    assert cadre.audits()["messages.miscounted"] == 1
    with write() as db:
        db.run("UPDATE message_count SET people = 2")


def test_what_is_due_and_did_not_go_is_counted_with_how_long_it_is_past_its_moment(cadre, write):
    assert cadre.running.figures()["cadre_mail_due",] == 0
    with write() as db:
        ledger.want(db, wanted(ids(2), goes_at=NOW + timedelta(days=1)))
    assert cadre.running.figures()["cadre_mail_due",] == 0
    with write() as db:
        ledger.want(db, wanted(ids(2)))
        ledger.want(db, wanted([], kind=LETTER_ISSUED, targets=[Target("director", "agencies/lake", {})]))
    found = cadre.running.figures()
    assert found["cadre_mail_due",] == 3
    past = (datetime.now(UTC) - NOW + timedelta(minutes=40)).total_seconds()
    assert past - 60 < found["cadre_mail_oldest_due_seconds",] <= past

    # Put together, and not tried: it is as late as before. Tried: it waits for its next moment.
    send(write, lambda _number: Outcome(Went.NOT_TRIED, "no server"))
    assert cadre.running.figures()["cadre_mail_oldest_due_seconds",] >= 2400
    with write() as db:
        mails.resolve(db, mails.unresolved(db, most=10), {})
    send(write, lambda _number: Outcome(Went.LATER, "450 busy"), at=datetime.now(UTC) + timedelta(minutes=1))
    found = cadre.running.figures()
    assert (found["cadre_mail_due",], found["cadre_mail_oldest_due_seconds",]) == (0, 0)
    assert found["cadre_mails", "waiting"] == 2
    assert found["cadre_mail_last_sent_timestamp_seconds",] == 0


def test_each_figure_of_mail_is_read_by_an_index_or_from_counts(cadre):
    with cadre.running.connect() as connection:
        # A million rows would make the planner see what a few do not.
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        for statement in (
            "SELECT max(sent_at) FROM mail",
            "SELECT count(*) FROM mail WHERE created_at > now() - interval '1 day'",
            "SELECT min(next_try) FROM mail WHERE state IN ('READY', 'SENDING')",
            "SELECT min(goes_at) FROM message_to WHERE state = 'WANTED' AND goes_at <= now()",
            "SELECT message_id, min(goes_at) FROM message_to WHERE state = 'WANTED' GROUP BY message_id",
            "SELECT count(*) FROM message_target WHERE holders = 0",
        ):
            plan = "\n".join(str(row[0]) for row in connection.execute(f"EXPLAIN {statement}"))
            assert "Seq Scan" not in plan, plan


def test_after_three_runs_with_trouble_the_server_is_left_alone_longer_each_time_and_one_that_goes_well_ends_it():
    known, at, pauses = Circuit("SERVER", 3000), NOW, []
    for _ in range(8):
        known = known.after("OSError: no route", at)
        pauses.append((known.closed_until - at).total_seconds() / 60 if known.closed(at) else 0)

    assert pauses == [0, 0, 1, 2, 4, 5, 5, 5]
    assert known.closed(at + timedelta(minutes=4))
    assert not known.closed(at + timedelta(minutes=5))
    assert known.after("", at) == Circuit("SERVER", 3000)


@pytest.mark.parametrize(
    ("stands", "shown"),
    [
        (Circuit(), "none"),
        (Circuit("OFF", 0), "none"),
        (Circuit("SERVER", 3000), "reachable"),
        (Circuit("SERVER", 3000, 1, "421 gone"), "refusing"),
        (Circuit("SERVER", 3000, 3, "421 gone", NOW + timedelta(hours=1)), "closed"),
    ],
)
def test_how_the_server_takes_mail_is_shown_by_every_process(cadre, write, stands, shown):
    with write() as db:
        circuit.note(db, stands)
        assert circuit.known(db) == stands
    found = cadre.running.figures()

    assert [key[1] for key, value in found.items() if key[0] == "cadre_mail_server" and value] == [shown]
    assert found["cadre_mails_limit_per_minute",] == stands.a_minute
    assert (found["cadre_mail_server_closed_until_timestamp_seconds",] > 0) is (shown == "closed")
