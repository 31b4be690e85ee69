"""What other services want said: taken if it can be said, said once, and kept out if not, without stopping the rest."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.messages.v1 import messages_pb2 as pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from notification.letters import telling
from notification.messages import letters, mails, wanting
from notification.messages.rules.windows import Hours
from servicekit.background import tasks
from servicekit.events.consumers import Outcome
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
SELF = {"self.read": ["self"], "self.write": ["self"]}


@pytest.fixture
def ana(cadre):
    (person,) = cadre.people(1)
    return person


def given(cadre, *people, **changes):
    """A role is given to people at Lake, as the directory tells it."""
    fields = {
        "once": cadre.new_id(),
        "kind": "role.given",
        "about": "agencies/lake",
        "facts": {"role": "training coordinator", "where": "Lake"},
        "person_ids": people,
    }
    return pb.MessageWanted(**(fields | changes))


def hear(cadre, *messages, at=None):
    cadre.deliver(*messages, producer="directory", at=at)
    say(cadre)


def say(cadre):
    """Do what was deferred, as the process that leads does."""
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/say") as db:
        while task := tasks.claim(db, wanting.TASK):
            wanting.say(db, task.payload, HOURS)
            tasks.done(db, task.id)


def put_together(cadre):
    """Put together what waits, as if its hour had come."""
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/send") as db:
        db.run("UPDATE message_to SET goes_at = %(at)s WHERE state = 'WANTED'", at=db.at - timedelta(minutes=1))
        mails.put_together(db, mails.due_people(db), HOURS)


def ledger(cadre, person):
    return cadre.rows("SELECT state, cause FROM message_to WHERE person_id = %(p)s ORDER BY at, message_id", p=person)


def page(cadre, person):
    stub = cadre.running.stubs(caller=f"people/{person}", rights=SELF)
    return stub.ListMessages(message_pb.ListMessagesRequest()).messages


def test_what_another_service_wants_said_is_on_the_page_and_in_the_mail_of_those_it_names(cadre, ana):
    (ben,) = cadre.people(1)
    hear(cadre, given(cadre, ana, ben))
    put_together(cadre)

    for person in (ana, ben):
        (one,) = page(cadre, person)
        assert one.title == "You were given a role: training coordinator, Lake"
        assert one.link == "/home"
        assert ledger(cadre, person) == [("MAILED", "")]


def test_what_is_wanted_again_for_the_same_occasion_is_said_once(cadre, ana):
    first = given(cadre, ana)
    hear(cadre, first, first)
    hear(cadre, first)
    # It is another occasion of another kind.
    taken = given(cadre, ana, once=first.once, kind="role.taken")
    hear(cadre, taken)

    assert sorted(cadre.rows("SELECT producer, kind FROM message")) == [
        ("directory", "role.given"),
        ("directory", "role.taken"),
    ]
    assert len(ledger(cadre, ana)) == 2


BAD = {
    "no kind": {"kind": "role.lent"},
    "a kind of ours": {"kind": "letter.issued"},
    "a fact is missing": {"facts": {"role": "training coordinator"}},
    "an address": {"facts": {"role": "training coordinator", "where": "ana@lake.example"}},
    "nobody": {"person_ids": []},
    "no person": {"person_ids": ["ana"]},
    "no role": {"targets": [pb.Target(role="sheriff", scope="state")]},
    "no scope": {"targets": [pb.Target(role="coordinator", scope="lake")]},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_what_cannot_be_said_is_laid_aside_and_stops_neither_the_next_nor_a_page(cadre, ana, changes):
    outcomes = cadre.try_to_deliver(
        given(cadre, ana), given(cadre, ana, **changes), given(cadre, ana), producer="directory"
    )
    cadre.broken = {"dead_letters.waiting": 1}
    say(cadre)
    put_together(cadre)

    assert outcomes == [Outcome.HANDLED, Outcome.BURIED, Outcome.HANDLED]
    assert [one.kind for one in page(cadre, ana)] == ["role.given", "role.given"]
    assert ledger(cadre, ana) == [("MAILED", ""), ("MAILED", "")]


def test_what_grew_old_is_held_back_and_so_is_what_says_nothing_of_when(cadre, ana):
    past = given(cadre, ana)
    past.fresh_until_time.FromDatetime(datetime.now(UTC) - timedelta(hours=1))
    hear(cadre, past, given(cadre, ana))
    put_together(cadre)
    assert sorted(ledger(cadre, ana)) == [("HELD_BACK", "STALE"), ("MAILED", "")]

    fresh_until = cadre.rows("SELECT fresh_until FROM message ORDER BY fresh_until DESC LIMIT 1")[0][0]
    assert timedelta(days=3) < fresh_until - datetime.now(UTC) < timedelta(days=10)


def test_what_is_heard_late_after_an_outage_is_as_old_as_it_is(cadre, ana):
    hear(cadre, given(cadre, ana), at=datetime.now(UTC) - timedelta(days=20))
    put_together(cadre)

    assert ledger(cadre, ana) == [("HELD_BACK", "STALE")]


def test_news_of_ones_roles_is_not_counted_with_the_mail_about_a_letter(cadre, ana):
    for _ in range(3):
        hear(cadre, given(cadre, ana))
        put_together(cadre)

    assert ledger(cadre, ana) == [("MAILED", "")] * 3


def test_holders_of_a_role_hear_what_another_service_wants_said_once_the_directory_names_them(cadre, ana):
    scope = "agencies/lake/units/intake"
    target = pb.Target(role="supervisor", scope=scope, facts={"where": "Intake at Lake"})
    hear(cadre, given(cadre, targets=[target]))
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/resolve") as db:
        db.run("UPDATE message SET goes_at = %(at)s", at=db.at - timedelta(minutes=1))
        asked = mails.unresolved(db, most=10)
        mails.resolve(db, asked, {("supervisor", scope): [ana]})
    put_together(cadre)

    assert page(cadre, ana)[0].title == "You were given a role: training coordinator, Intake at Lake"


def test_a_letter_of_the_same_day_goes_with_it(cadre, ana):
    cadre.issued(cadre.new_audience(cadre.at(ana, "lake")))
    hear(cadre, given(cadre, ana))
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/tell") as db:
        for key in db.values("SELECT key FROM task WHERE kind = %(kind)s", kind=telling.TASK):
            notice_id, joined = telling.told_of(key)
            letters.tell(db, notice_id, HOURS, joined=joined)
    put_together(cadre)

    assert cadre.rows("SELECT count(DISTINCT mail_id), count(*) FROM message_to WHERE state = 'MAILED'") == [(1, 2)]
