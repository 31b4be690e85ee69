"""Who hears of a letter on its way to its issue: who may approve it, and who wrote on it; nobody of what is over."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from cadre.notification.v1 import message_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.letters import telling
from notification.messages import mails, steps
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from servicekit.background import tasks
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
SELF = {"self.read": ["self"]}


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def write(cadre):
    def write():
        database = cadre.running.runtime.database
        return database.transaction(actor="services/notification", method="test/steps")

    return write


@pytest.fixture
def approver():
    """Somebody who holds the role, and wrote nothing."""
    return uuid.uuid4()


def go(write, *holders):
    """Say what was deferred, name those who hold the role of an approver, and put together what goes."""
    with write() as db:
        while task := tasks.claim(db, steps.TASK):
            steps.tell(db, task.key, HOURS)
            tasks.done(db, task.id)
        while task := tasks.claim(db, telling.TASK):
            steps.tell_issued(db, telling.told_of(task.key)[0], HOURS)
            tasks.done(db, task.id)
        db.run("UPDATE message SET goes_at = %(at)s WHERE goes_at > %(at)s", at=db.at)
        db.run("UPDATE message_to SET goes_at = %(at)s WHERE goes_at > %(at)s", at=db.at)
        mails.resolve(db, mails.unresolved(db, most=10), {("approver", "state"): list(holders)})
        mails.put_together(db, mails.due_people(db), HOURS)


def heard(cadre, person):
    """What somebody hears by mail, in order."""
    rows = cadre.rows(
        "SELECT kind, about, message.facts FROM message_to JOIN message ON id = message_id"
        " WHERE person_id = %(p)s AND state = 'MAILED' ORDER BY wanted_at",
        p=person.removeprefix("people/") if isinstance(person, str) else person,
    )
    return [(kind, said(kind, about, facts).title) for kind, about, facts in rows]


def author(cadre, letter):
    (found,) = cadre.rows("SELECT author_id FROM notice WHERE id = %(id)s", id=letter.name.removeprefix("notices/"))
    return found[0]


def give_back(cadre, letter, reason="The date of Ana's hearing is wrong."):
    cadre.approver.ReturnNotice(
        notice_pb.ReturnNoticeRequest(name=letter.name, reason=reason, request_id=cadre.new_id())
    )


def schedule(cadre, letter):
    ask = notice_pb.PublishNoticeRequest(
        name=letter.name, etag=letter.etag, audience_revision=1, request_id=cadre.new_id()
    )
    ask.publish_at.FromDatetime(datetime.now(UTC) + timedelta(days=2))
    return cadre.approver.PublishNotice(ask)


def test_who_may_approve_hears_that_a_letter_waits_but_for_who_wrote_on_it(cadre, write, audience, approver):
    letter = cadre.submitted(audience)
    go(write, approver, author(cadre, letter))

    [(kind, title)] = heard(cadre, approver)
    assert kind == "letter.waiting"
    assert title.endswith("waits for approval")
    assert heard(cadre, author(cadre, letter)) == []
    assert cadre.rows("SELECT holders FROM message_target") == [(1,)]


def test_a_letter_that_only_its_writer_could_approve_is_on_record_as_heard_by_nobody(cadre, write, audience):
    letter = cadre.submitted(audience)
    go(write, author(cadre, letter))

    assert cadre.rows("SELECT holders FROM message_target") == [(0,)]


def test_who_wrote_on_a_letter_hears_that_it_came_back_and_the_reason_is_on_the_page_alone(
    cadre, write, audience, approver
):
    letter = cadre.submitted(audience)
    go(write, approver)
    give_back(cadre, letter)
    go(write, approver)

    assert [kind for kind, _ in heard(cadre, author(cadre, letter))] == ["letter.returned"]
    assert [kind for kind, _ in heard(cadre, approver)] == ["letter.waiting"]
    assert "hearing" not in str(cadre.rows("SELECT facts, once, about FROM message"))


def test_who_wrote_on_a_letter_hears_when_it_will_be_issued_and_that_it_was(cadre, write, audience, approver):
    scheduled = schedule(cadre, cadre.submitted(audience))
    go(write, approver)
    issued = cadre.publish(cadre.submitted(audience))
    go(write, approver)

    kinds = [(kind, title) for kind, title in heard(cadre, author(cadre, scheduled))]
    assert [kind for kind, _ in kinds] == ["letter.approved", "letter.out"]
    assert issued.subject in kinds[1][1]
    # What was decided before anybody heard that it waited, is told to no approver.
    assert heard(cadre, approver) == []


def test_two_who_wrote_on_a_letter_both_hear_of_it_also_if_it_asks_something_of_one_of_them(cadre, write):
    draft = cadre.draft("00000000-0000-0000-0000-000000000001")
    wrote = author(cadre, draft)
    cadre.members("00000000-0000-0000-0000-000000000001", cadre.at(str(wrote), "lake", on_leave=True))
    saved = cadre.colleague.UpdateNotice(
        notice_pb.UpdateNoticeRequest(notice=draft, request_id=cadre.new_id(), submit=True)
    )
    cadre.publish(saved)
    go(write)

    writers = cadre.rows("SELECT unnest(writers) FROM notice")
    assert len(writers) == 2
    assert [[kind for kind, _ in heard(cadre, writer)] for (writer,) in writers] == [["letter.out"], ["letter.out"]]


@pytest.mark.parametrize("act", ["taken back", "returned", "issued", "sent again"])
def test_what_waits_no_more_when_mail_goes_is_not_sent_to_approvers(cadre, write, audience, approver, act):
    letter = cadre.submitted(audience)
    with write() as db:
        task = tasks.claim(db, steps.TASK)
        steps.tell(db, task.key, HOURS)
        tasks.done(db, task.id)
    if act == "returned":
        give_back(cadre, letter)
    elif act == "issued":
        cadre.publish(letter)
    else:
        recalled = cadre.analyst.RecallNotice(
            notice_pb.RecallNoticeRequest(name=letter.name, etag=letter.etag, request_id=cadre.new_id())
        )
        if act == "sent again":
            cadre.analyst.SubmitNotice(
                notice_pb.SubmitNoticeRequest(name=letter.name, etag=recalled.etag, request_id=cadre.new_id())
            )
    go(write, approver)

    # Sent again, it is said once: of the last time.
    assert [kind for kind, _ in heard(cadre, approver)] == ["letter.waiting"] * (act == "sent again")
    held = cadre.rows("SELECT DISTINCT cause FROM message_to WHERE person_id = %(p)s AND cause <> ''", p=approver)
    assert held == [("DONE",)]


def test_a_draft_that_was_deleted_after_it_came_back_is_nobodys_news(cadre, write, audience):
    letter = cadre.submitted(audience)
    wrote = author(cadre, letter)
    give_back(cadre, letter)
    with write() as db:
        while task := tasks.claim(db, steps.TASK):
            steps.tell(db, task.key, HOURS)
            tasks.done(db, task.id)
    etag = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name)).etag
    cadre.analyst.DeleteNotice(notice_pb.DeleteNoticeRequest(name=letter.name, etag=etag, request_id=cadre.new_id()))
    go(write)

    assert heard(cadre, wrote) == []
    stub = cadre.running.stubs(caller=f"people/{wrote}", rights=SELF)
    # It is on their page, with what became of the mail.
    assert [one.held_back for one in stub.ListMessages(pb.ListMessagesRequest()).messages] == ["DONE"]
