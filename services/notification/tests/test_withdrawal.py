"""Withdrawing a letter, and issuing one at its time: what closes, what stays, what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.notices.jobs import issue_scheduled
from servicekit.rpc.client import Refused

WHY = "Issued with a wrong date"


def withdraw(cadre, notice, **changes):
    fields = {"name": notice.name, "reason": WHY, "etag": notice.etag, "request_id": cadre.new_id()} | changes
    return cadre.approver.WithdrawNotice(notice_pb.WithdrawNoticeRequest(**fields))


def schedule(cadre, notice, at, **changes):
    stamp = Timestamp()
    stamp.FromDatetime(at)
    fields = {"name": notice.name, "etag": notice.etag, "audience_revision": 1, "request_id": cadre.new_id()}
    return cadre.approver.PublishNotice(notice_pb.PublishNoticeRequest(**(fields | {"publish_at": stamp} | changes)))


def run_job(cadre, at):
    issue_scheduled(cadre.running.runtime.database, at)


def get(cadre, notice):
    return cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=notice.name))


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cadre.new_id(), "yolo"))


def test_a_withdrawn_letter_says_when_why_and_by_whom_and_is_told_once(cadre, audience):
    notice = cadre.issued(audience)

    gone = withdraw(cadre, notice, reason=f"  {WHY} ")

    assert gone.state == notice_pb.Notice.WITHDRAWN
    assert (gone.withdraw_reason, gone.withdrawn_by) == (WHY, gone.approver)
    assert gone.withdraw_time.seconds
    assert gone.text_sha256 == notice.text_sha256
    (told,) = cadre.rows("SELECT payload FROM outbox WHERE subject LIKE '%%withdrawn%%'")
    message = events.NoticeWithdrawn.FromString(bytes(told[0]))
    assert (f"notices/{message.notice_id}", message.version) == (notice.name, 1)
    assert message.withdraw_time == gone.withdraw_time


def test_withdrawing_costs_the_same_for_one_person_and_for_a_thousand(cadre, statements):
    counted = []
    for size in (1, 1000):
        notice = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake") for person in cadre.people(size))))
        with statements() as sent:
            withdraw(cadre, notice)
        counted.append(len(sent))

    assert counted[0] == counted[1] <= 8


def test_the_inbox_shows_it_with_the_reason_and_nothing_to_do(cadre, audience, ana):
    notice = cadre.issued(audience)
    withdraw(cadre, notice)

    (item,) = cadre.inbox(ana)
    assert (item.notice.state, item.notice.withdraw_reason) == (notice_pb.Notice.WITHDRAWN, WHY)
    assert list(cadre.inbox(ana, only_open=True)) == []
    read = cadre.learner(ana).GetInboxItem(inbox_pb.GetInboxItemRequest(notice=notice.name))
    assert read.notice.body == notice.body
    coordinator = cadre.coordinator("lake")
    confirm = agency_notice_pb.ConfirmForAgencyRequest(
        parent="agencies/lake", notice=notice.name, text_sha256=notice.text_sha256, request_id=cadre.new_id()
    )
    release = agency_notice_pb.ReleaseToStaffRequest(
        parent="agencies/lake", notice=notice.name, request_id=cadre.new_id()
    )
    for call in (
        lambda: cadre.read(notice, ana),
        lambda: cadre.confirm(notice, ana),
        lambda: coordinator.ConfirmForAgency(confirm),
        lambda: coordinator.ReleaseToStaff(release),
    ):
        refused = refusal(call)
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NOTICE_WITHDRAWN")
        assert refused.metadata["notice"] == notice.name
        assert refused.metadata["withdraw_time"]


def test_figures_stay_as_they_were_whatever_happens_to_the_people(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.confirm(notice, ana)
    before = cadre.readiness(notice)
    withdraw(cadre, notice)

    cadre.members(audience, cadre.at(ana, "lake", member=False), cadre.at(cadre.new_id(), "yolo"))
    cadre.deliver(cadre.completed(notice, ana))

    assert cadre.readiness(notice) == before
    assert cadre.state(notice)["ready"] == 1
    assert cadre.rows("SELECT trained_at IS NOT NULL FROM recipient WHERE person_id = %(ana)s::uuid", ana=ana) == [
        (True,)
    ]


def test_whoever_joins_afterwards_gets_nothing_and_later_agencies_neither(cadre, audience):
    notice = cadre.issued(audience)
    withdraw(cadre, notice)
    bo = cadre.new_id()

    cadre.members(audience, cadre.at(bo, "lake"))
    cadre.deliver(directory.AgencyListed(agency_id="inyo", kind="regional"))

    assert list(cadre.inbox(bo)) == []
    assert cadre.rows("SELECT count(*) FROM recipient") == [(2,)]
    assert cadre.rows("SELECT count(*) FROM delivery WHERE agency_id = 'inyo'") == [(0,)]


def test_what_enrollment_tells_of_a_withdrawn_letter_is_no_dead_letter(cadre, audience, ana):
    notice = cadre.issued(audience, asks=notice_pb.TRAIN)
    withdraw(cadre, notice)
    told = {"requirement_id": cadre.new_id(), "notice_id": notice.name.removeprefix("notices/"), "person_ids": [ana]}

    cadre.deliver(cadre.completed(notice, ana))
    cadre.deliver(enrollment.AssignmentWaived(**told))
    cadre.deliver(enrollment.AssignmentCreated(**told))


def test_the_agency_finds_it_closed_and_its_people_with_nothing_to_go(cadre, audience):
    notice = cadre.issued(audience)
    withdraw(cadre, notice)
    coordinator = cadre.coordinator("lake")

    (listed,) = coordinator.ListAgencyNotices(agency_notice_pb.ListAgencyNoticesRequest(parent="agencies/lake")).notices
    assert listed.notice.state == notice_pb.Notice.WITHDRAWN
    assert listed.readiness.counts.of == 1
    people = {"parent": "agencies/lake", "notice": notice.name}
    assert len(coordinator.ListRecipients(agency_notice_pb.ListRecipientsRequest(**people)).recipients) == 1
    assert (
        list(coordinator.ListRecipients(agency_notice_pb.ListRecipientsRequest(**people, only_to_go=True)).recipients)
        == []
    )


def test_only_what_is_out_is_withdrawn_once_with_a_reason_by_who_saw_it_last(cadre, audience):
    draft, waiting, out = cadre.draft(audience), cadre.submitted(audience), cadre.issued(audience)
    later = schedule(cadre, cadre.submitted(audience), datetime.now(UTC) + timedelta(days=1))
    for notice, state in ((draft, "DRAFT"), (waiting, "IN_APPROVAL"), (later, "SCHEDULED")):
        refused = refusal(withdraw, cadre, notice)
        assert (refused.reason, refused.metadata["state"]) == ("WRONG_STATE", state)
    assert refusal(withdraw, cadre, out, reason=" ").reason == "INVALID_FIELD"
    assert refusal(withdraw, cadre, out, etag="1").reason == "STALE"

    request_id = cadre.new_id()
    gone = withdraw(cadre, out, request_id=request_id)

    assert withdraw(cadre, out, request_id=request_id) == gone
    refused = refusal(withdraw, cadre, gone)
    assert (refused.reason, refused.metadata["state"]) == ("WRONG_STATE", "WITHDRAWN")
    assert refusal(cadre.issued, audience, number=out.number).reason == "NUMBER_TAKEN"


@pytest.mark.timers
def test_people_who_confirm_while_it_is_withdrawn_are_counted_or_told_and_nothing_drifts(cadre):
    people = cadre.people(24)
    notice = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake") for person in people)))

    with ThreadPoolExecutor(8) as pool:
        said = [pool.submit(cadre.reason_of, cadre.confirm, notice, person) for person in people]
        withdraw(cadre, notice)
        reasons = [one.result() for one in said]

    assert set(reasons) <= {"", "NOTICE_WITHDRAWN"}
    confirmed = reasons.count("")
    assert cadre.state(notice).get("confirmed", 0) == confirmed
    assert cadre.rows("SELECT count(confirmed_at) FROM recipient") == [(confirmed,)]


# ---- at its time ----


def test_a_scheduled_letter_is_issued_at_its_time_to_those_who_are_there_then(cadre, audience, ana):
    at = datetime.now(UTC) + timedelta(hours=2)
    notice = schedule(cadre, cadre.submitted(audience), at)
    assert (notice.state, notice.publish_at.ToDatetime(UTC)) == (notice_pb.Notice.SCHEDULED, at)
    assert notice.due_sentence
    bo = cadre.new_id()
    cadre.members(audience, cadre.at(bo, "lake"), cadre.at(ana, "lake", member=False))

    run_job(cadre, at - timedelta(seconds=1))
    assert get(cadre, notice).state == notice_pb.Notice.SCHEDULED
    assert list(cadre.inbox(bo)) == []
    run_job(cadre, at)

    issued = get(cadre, notice)
    assert (issued.state, issued.publish_time.ToDatetime(UTC), issued.HasField("publish_at")) == (
        notice_pb.Notice.PUBLISHED,
        at,
        False,
    )
    assert (issued.approver, issued.audience_revision) == (notice.approver, 2)
    # Not the person's inbox: late in the evening the letter's day, from which staff see it, is tomorrow.
    listed = agency_notice_pb.ListRecipientsRequest(parent="agencies/lake", notice=notice.name)
    assert [one.person for one in cadre.coordinator("lake").ListRecipients(listed).recipients] == [f"people/{bo}"]
    assert cadre.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%%published%%'") == [(1,)]
    run_job(cadre, at + timedelta(days=1))
    assert cadre.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%%published%%'") == [(1,)]


def test_two_processes_issue_a_scheduled_letter_once(cadre, audience):
    at = datetime.now(UTC) + timedelta(hours=1)
    schedule(cadre, cadre.submitted(audience), at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run_job(cadre, at), range(4)))

    assert cadre.rows("SELECT count(*) FROM notice_version") == [(1,)]


def test_what_is_scheduled_can_be_given_back_and_is_not_issued_then(cadre, audience):
    at = datetime.now(UTC) + timedelta(hours=1)
    notice = schedule(cadre, cadre.submitted(audience), at)
    assert refusal(cadre.publish, notice).metadata["state"] == "SCHEDULED"

    back = cadre.approver.ReturnNotice(
        notice_pb.ReturnNoticeRequest(name=notice.name, reason="Not yet", request_id=cadre.new_id())
    )

    assert (back.state, back.approver, back.HasField("publish_at")) == (notice_pb.Notice.DRAFT, "", False)
    run_job(cadre, at)
    assert get(cadre, notice).state == notice_pb.Notice.DRAFT


def test_a_letter_is_scheduled_as_carefully_as_it_is_issued(cadre, audience):
    now = datetime.now(UTC)
    waiting = cadre.submitted(audience)
    for at in (now - timedelta(seconds=1), now + timedelta(days=367), datetime(9999, 12, 31, tzinfo=UTC)):
        refused = refusal(schedule, cadre, waiting, at)
        assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", ["publish_at"])
    tomorrow = now + timedelta(days=1)
    assert refusal(schedule, cadre, waiting, tomorrow, etag="1").reason == "STALE"
    assert refusal(schedule, cadre, waiting, tomorrow, audience_revision=9).reason == "AUDIENCE_NOT_READY"
    assert get(cadre, waiting).state == notice_pb.Notice.IN_APPROVAL


def test_a_letter_that_cannot_be_issued_holds_up_no_other(cadre, audience):
    at = datetime.now(UTC) + timedelta(hours=1)
    broken = schedule(cadre, cadre.submitted(audience), at - timedelta(minutes=5))
    sound = schedule(cadre, cadre.submitted(audience), at)
    with cadre.running.connect() as connection:
        # A membership that was lost: nobody knows to whom it goes.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE notice SET audience_revision = 99 WHERE id = %s", (broken.name.removeprefix("notices/"),)
        )

    with pytest.raises(ExceptionGroup):
        run_job(cadre, at)

    assert get(cadre, broken).state == notice_pb.Notice.SCHEDULED
    assert get(cadre, sound).state == notice_pb.Notice.PUBLISHED


def test_a_notice_that_took_effect_already_is_issued_and_says_so(cadre, audience):
    for effective, words in ((cadre.today, "on the day of issue"), (cadre.today.replace(year=2024), "in effect since")):
        waiting = cadre.submitted(audience, effective_date=effective.isoformat(), asks=notice_pb.READ)
        assert words in waiting.due_sentence
        notice = cadre.publish(waiting)
        assert notice.due_sentence == ""
        assert notice.due_date > cadre.today.isoformat()
