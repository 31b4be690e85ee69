"""From the ledger to mail: each person gets one mail a moment with everything in it once; each row says its end."""

import itertools
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notification.messages import ledger, mails
from notification.messages.ledger import Target, Wanted
from notification.messages.mails import Outcome, Went
from notification.messages.rules.kinds import LETTER_ASKED, LETTER_DUE, LETTER_ISSUED
from notification.messages.rules.windows import Hours
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
# On a Wednesday in the morning; the rows of a test know no other time.
NOW = datetime(2027, 2, 3, 17, tzinfo=UTC)
FACTS = {"letter": "CSSP 27-01: A letter", "change": "A change.", "effective": "2027-03-15", "due": "2027-03-10"}


class Killed(Exception):  # noqa: N818 - the process is at fault
    """What a process does that is killed: nothing more."""


@pytest.fixture
def database(cadre):
    return cadre.running.runtime.database


@pytest.fixture
def write(database):
    def write(at=NOW):
        return database.transaction(actor="services/notification", method="test/mails", at=at)

    return write


def wanted(people, *, about=None, kind=LETTER_DUE, **fields):
    given = Wanted(
        once=str(uuid.uuid4()),
        kind=kind,
        about=about or f"notices/{uuid.uuid4()}",
        facts=FACTS,
        goes_at=NOW - timedelta(minutes=1),
        people=people,
    )
    return replace(given, **fields)


def ids(count):
    return [uuid.uuid4() for _ in range(count)]


def put_together(write, at=NOW):
    with write(at) as db:
        people = mails.due_people(db)
        return mails.put_together(db, people, HOURS) if people else 0


def send(write, outcome=lambda _mail: Outcome(Went.SENT), at=NOW):
    """Send all that can be sent; return the messages of each mail."""
    sent = {}
    with write(at) as db:
        claimed = mails.claim(db, most=1000, a_minute=10_000)
        for item in mails.items(db, [mail.id for mail in claimed]):
            sent.setdefault(item.mail_id, []).append(item)
        mails.mark(db, claimed, {mail.id: outcome(mail) for mail in claimed})
    return sent


def ledger_rows(cadre):
    """How many rows of the ledger stand how."""
    return Counter(cadre.rows("SELECT state || ' ' || cause FROM message_to"))


def states(cadre):
    return {" ".join(row).strip(): count for row, count in ledger_rows(cadre).items()}


def test_an_occasion_is_said_once_however_often_it_is_wanted(cadre, write):
    one = wanted(ids(3))
    with write() as db:
        first, again = ledger.want(db, one), ledger.want(db, one)

    assert first is not None
    assert again is None
    assert states(cadre) == {"WANTED": 3}


def test_all_that_is_due_for_a_person_is_one_mail(cadre, write):
    ana, ben = ids(2)
    with write() as db:
        for people in ([ana, ben], [ana], [ana]):
            ledger.want(db, wanted(people))
    assert put_together(write) == 4
    sent = send(write)

    assert sorted(len(items) for items in sent.values()) == [1, 3]
    assert states(cadre) == {"SENT": 4}


def test_who_holds_two_roles_hears_of_both_in_one_mail(cadre, write):
    ana = uuid.uuid4()
    targets = [
        Target("coordinator", f"agencies/{slug}", {"agency": slug, "staff": "2", "confirm_by": "2027-02-05"})
        for slug in ("lake", "yolo")
    ]
    with write() as db:
        ledger.want(db, wanted([], kind=LETTER_ISSUED, targets=targets))
        asked = mails.unresolved(db, most=10)
        mails.resolve(db, asked, {("coordinator", target.scope): [ana] for target in targets})
        assert mails.unresolved(db, most=10) == []
    assert put_together(write) == 2
    (items,) = send(write).values()

    assert sorted(item.facts["agency"] for item in items) == ["lake", "yolo"]


def test_a_role_that_nobody_holds_is_on_record_as_such(cadre, write):
    target = Target("director", "agencies/lake", {"agency": "lake"})
    with write() as db:
        ledger.want(db, wanted([], targets=[target]))
        mails.resolve(db, mails.unresolved(db, most=10), {})

    assert cadre.rows("SELECT holders FROM message_target") == [(0,)]


def test_old_news_is_held_back_and_says_so(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(2), fresh_until=NOW - timedelta(days=1)))
    assert put_together(write) == 0

    assert states(cadre) == {"HELD_BACK STALE": 2}


def test_who_wants_no_mail_of_a_kind_gets_none_unless_it_is_mandatory(cadre, write):
    ana = uuid.uuid4()
    with write() as db:
        db.run(
            "INSERT INTO mail_choice (person_id, kind, wanted) VALUES (%(p)s, 'letter.asked', false),"
            " (%(p)s, 'letter.due', false)",
            p=ana,
        )
        ledger.want(db, wanted([ana], kind=LETTER_ASKED))
        ledger.want(db, wanted([ana], kind=LETTER_DUE))
    assert put_together(write) == 1

    assert states(cadre) == {"HELD_BACK NOT_WANTED": 1, "MAILED": 1}


def test_one_mail_a_day_about_one_letter_and_two_a_week_are_enough(cadre, write):
    ana, about = uuid.uuid4(), f"notices/{uuid.uuid4()}"

    def want(at):
        with write(at) as db:
            ledger.want(db, wanted([ana], about=about, goes_at=at - timedelta(minutes=1)))
        made = put_together(write, at)
        send(write, at=at)
        return made

    assert want(NOW) == 1
    assert want(NOW + timedelta(hours=1)) == 0
    assert states(cadre) == {"SENT": 1, "WANTED": 1}
    # What waited goes the next morning, with what is new then; a third one in the week does not.
    assert want(NOW + timedelta(days=1)) == 2
    assert states(cadre) == {"SENT": 3}
    assert want(NOW + timedelta(days=2)) == 0
    assert states(cadre) == {"SENT": 3, "HELD_BACK OFTEN": 1}


def test_a_server_that_says_later_is_tried_again_later_each_time_and_given_up_after_days(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(1)))
    put_together(write)
    tried, at = [], NOW
    while at < NOW + timedelta(days=7):
        if send(write, lambda _mail: Outcome(Went.LATER, "450 busy"), at=at):
            tried.append(at)
        at += timedelta(minutes=1) if at < NOW + timedelta(minutes=10) else timedelta(minutes=5)
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]

    assert len(tried) == 10
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert tried[-1] - tried[0] > timedelta(days=2)
    assert states(cadre) == {"FAILED": 1}
    assert cadre.rows("SELECT state, error FROM mail") == [("FAILED", "450 busy")]


def test_a_server_that_cannot_be_reached_uses_up_no_try(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(1)))
    put_together(write)
    for minutes in range(30):
        send(write, lambda _mail: Outcome(Went.NOT_TRIED, "no server"), at=NOW + timedelta(minutes=minutes))

    assert cadre.rows("SELECT state, tries FROM mail") == [("READY", 0)]
    send(write, at=NOW + timedelta(hours=1))
    assert states(cadre) == {"SENT": 1}


def test_what_grew_old_while_the_server_was_away_is_not_sent(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(1), fresh_until=NOW + timedelta(hours=1)))
    put_together(write)
    send(write, lambda _mail: Outcome(Went.NOT_TRIED, "no server"))

    assert send(write, at=NOW + timedelta(hours=2)) == {}
    assert states(cadre) == {"HELD_BACK STALE": 1}
    assert cadre.rows("SELECT state FROM mail") == [("DROPPED",)]


def test_an_address_that_there_is_not_is_remembered_by_its_hash_alone(cadre, write):
    (ana,) = ids(1)
    with write() as db:
        ledger.want(db, wanted([ana]))
    put_together(write)
    send(write, lambda _mail: Outcome(Went.REFUSED, "550 no such user", address="ab12"))
    with write() as db:
        known = mails.failing(db, [ana])

    assert known == {mails.Failing(ana, "ab12")}
    assert states(cadre) == {"FAILED": 1}


def test_no_more_mail_goes_in_a_minute_than_the_server_takes(cadre, write):
    with write() as db:
        ledger.want(db, wanted(ids(30)))
    put_together(write)
    with write() as db:
        first = mails.claim(db, most=100, a_minute=20)
        mails.mark(db, first, {mail.id: Outcome(Went.SENT) for mail in first})
        assert mails.claim(db, most=100, a_minute=20) == []
    with write(NOW + timedelta(minutes=1, seconds=1)) as db:
        assert len(mails.claim(db, most=100, a_minute=20)) == len(first) - 10 == 10


class Office:
    """Schedulers and senders over one database, any of which is killed now and then, and what a mail server took."""

    def __init__(self, write):
        self.at, self.taken = NOW, {}
        self._write, self._chance = write, random.Random(4711)

    def schedule(self):
        while True:
            with self._write(self.at) as db:
                some = mails.due_people(db)
                if not some:
                    return
                # Two at a time look at the same people, and each takes a part of them.
                mails.put_together(db, some[: self._chance.randrange(1, 200)], HOURS)
                self._perhaps_killed(0.3)

    def deliver(self):
        while True:
            with self._write(self.at) as db:
                claimed = mails.claim(db, most=self._chance.randrange(1, 60), a_minute=100_000)
            if not claimed:
                return
            with self._write(self.at) as db:
                items = mails.items(db, [mail.id for mail in claimed])
            outcomes = {mail.id: self._hand_over(mail, items) for mail in claimed}
            self._perhaps_killed(0.2)
            with self._write(self.at) as db:
                mails.mark(db, claimed, outcomes)

    def _hand_over(self, mail, items):
        """Take it, or say "later" to one in ten. A mail that comes again is known by its Message-ID, and the same."""
        if self._chance.random() < 0.1:
            return Outcome(Went.LATER, "450 busy")
        came = mail.person_id, Counter(item.about for item in items if item.mail_id == mail.id)
        assert self.taken.setdefault(mail.id, came) == came
        return Outcome(Went.SENT)

    def _perhaps_killed(self, share):
        if self._chance.random() < share:
            raise Killed


def test_ten_thousand_messages_to_five_hundred_people_are_five_hundred_mails_whoever_is_killed(cadre, write):
    people, office = ids(500), Office(write)
    with write() as db:
        for _ in range(20):
            ledger.want(db, wanted(people))

    with ThreadPoolExecutor(4) as pool:
        while cadre.rows("SELECT FROM message_to WHERE state IN ('WANTED', 'MAILED') LIMIT 1"):
            work = [pool.submit(act) for act in (office.schedule, office.schedule, office.deliver, office.deliver)]
            ended = {type(one.exception()) for one in work}
            assert ended <= {type(None), Killed}
            office.at += timedelta(minutes=6)

    assert Counter(person for person, _ in office.taken.values()) == dict.fromkeys(people, 1)
    assert all(len(said) == 20 and set(said.values()) == {1} for _, said in office.taken.values())
    assert states(cadre) == {"SENT": 10_000}
