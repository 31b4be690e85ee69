"""Who wrote a letter takes it back while it waits for approval."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb

from .attaching import refusal


def recall(cadre, notice, *, by=None, **changes):
    fields = {"name": notice.name, "etag": notice.etag, "request_id": cadre.new_id()} | changes
    return (by or cadre.analyst).RecallNotice(pb.RecallNoticeRequest(**fields))


def submit(cadre, notice):
    return cadre.analyst.SubmitNotice(
        pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=cadre.new_id())
    )


def update(cadre, notice, *, by=None, **changes):
    changed = pb.Notice()
    changed.CopyFrom(notice)
    for name, value in changes.items():
        setattr(changed, name, value)
    return (by or cadre.analyst).UpdateNotice(pb.UpdateNoticeRequest(notice=changed, request_id=cadre.new_id()))


def seen(cadre, notice):
    return cadre.analyst.GetNotice(pb.GetNoticeRequest(name=notice.name))


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def waiting(cadre, audience):
    return cadre.submitted(audience)


def test_what_was_taken_back_is_a_draft_with_its_text_and_says_who_took_it_back(cadre, waiting):
    draft = recall(cadre, waiting)

    assert (draft.state, draft.subject, draft.number) == (pb.Notice.DRAFT, waiting.subject, waiting.number)
    assert (draft.return_reason, draft.etag != waiting.etag) == ("", True)
    *_, last = seen(cadre, waiting).steps
    assert (last.state, getattr(last, "from")) == (pb.Notice.DRAFT, pb.Notice.IN_APPROVAL)
    assert (last.recalled, last.person, last.reason) == (True, waiting.author, "")
    ((actor, after),) = cadre.rows("SELECT actor, after FROM audit WHERE method = 'NoticeService/RecallNotice'")
    assert (actor, after["state"], after["recalled"]) == (waiting.author, "DRAFT", True)


def test_it_can_be_changed_sent_again_and_issued_as_it_is_then(cadre, waiting):
    draft = recall(cadre, waiting)

    sent = submit(cadre, update(cadre, draft, subject="Said better"))
    issued = cadre.publish(sent)

    assert (issued.state, issued.subject) == (pb.Notice.PUBLISHED, "Said better")
    assert [step.recalled for step in seen(cadre, issued).steps] == [False, True, False, False]


def test_its_number_is_free_for_another_letter_meanwhile(cadre, audience, waiting):
    draft = recall(cadre, waiting)

    other = cadre.submitted(audience, number=waiting.number)

    assert other.number == waiting.number
    assert refusal(submit, cadre, draft).reason == "NUMBER_TAKEN"


def test_the_approver_does_not_find_it_among_those_that_wait(cadre, waiting):
    recall(cadre, waiting)

    listed = cadre.approver.ListNotices(pb.ListNoticesRequest(states=[pb.Notice.IN_APPROVAL]))
    assert list(listed.notices) == []


def test_everybody_who_wrote_on_it_may_take_it_back_and_nobody_else(cadre, audience, waiting):
    assert refusal(recall, cadre, waiting, by=cadre.colleague).reason == "NOT_ITS_WRITER"
    assert refusal(recall, cadre, waiting, by=cadre.approver).reason == "PERMISSION_MISSING"

    both = submit(cadre, update(cadre, cadre.draft(audience), by=cadre.colleague, subject="Of two"))
    assert len(seen(cadre, both).writers) == 2
    assert recall(cadre, both, by=cadre.colleague).state == pb.Notice.DRAFT


def test_who_approves_it_reads_who_wrote_it_while_it_waits(cadre, waiting):
    rights = {"notices.read": ["self"], "notices.approve": ["state"]}
    approver = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=rights)
    request = pb.GetNoticeRequest(name=waiting.name)
    assert list(approver.GetNotice(request).writers) == [waiting.author]

    cadre.publish(waiting)

    assert list(approver.GetNotice(request).writers) == []


def test_what_was_decided_meanwhile_is_not_taken_back(cadre, audience, waiting):
    returned = cadre.submitted(audience)
    cadre.approver.ReturnNotice(pb.ReturnNoticeRequest(name=returned.name, reason="Not yet", request_id=cadre.new_id()))
    cadre.publish(waiting)

    for notice, state in ((waiting, "PUBLISHED"), (returned, "DRAFT"), (cadre.draft(audience), "DRAFT")):
        refused = refusal(recall, cadre, notice)
        assert (refused.reason, refused.metadata["state"]) == ("WRONG_STATE", state)


def test_who_has_not_seen_it_as_it_is_does_not_take_it_back(cadre, waiting):
    assert refusal(recall, cadre, waiting, etag="0").reason == "STALE"
    assert refusal(recall, cadre, waiting, etag="").reason == "INVALID_FIELD"


def test_a_request_that_is_sent_twice_is_done_once(cadre, waiting):
    request_id = cadre.new_id()

    answers = [recall(cadre, waiting, request_id=request_id) for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(cadre.rows("SELECT FROM audit WHERE method = 'NoticeService/RecallNotice'")) == 1


def test_of_an_approval_and_a_recall_at_the_same_moment_one_holds(cadre, audience):
    for _ in range(8):
        waiting = cadre.submitted(audience)
        with ThreadPoolExecutor(2) as pool:
            approved = pool.submit(cadre.reason_of, cadre.publish, waiting)
            taken = pool.submit(cadre.reason_of, recall, cadre, waiting)
            reasons = {approved.result(), taken.result()}
        assert "" in reasons
        assert reasons <= {"", "WRONG_STATE", "STALE"}
        assert len(reasons) == 2
