"""A draft may be deleted by whoever may write on it, and reserves no number."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb

from .attaching import LETTER, attach, issued_with, kept, refusal, submit
from .filemaking import pdf


def delete(cadre, notice, *, by=None, **changes):
    fields = {"name": notice.name, "etag": notice.etag, "request_id": cadre.new_id()} | changes
    return (by or cadre.analyst).DeleteNotice(pb.DeleteNoticeRequest(**fields))


def update(cadre, notice, **changes):
    changed = pb.Notice()
    changed.CopyFrom(notice)
    for name, value in changes.items():
        setattr(changed, name, value)
    return cadre.analyst.UpdateNotice(pb.UpdateNoticeRequest(notice=changed, request_id=cadre.new_id()))


def give_back(cadre, notice):
    return cadre.approver.ReturnNotice(
        pb.ReturnNoticeRequest(name=notice.name, reason="Not yet", request_id=cadre.new_id())
    )


def listed(cadre):
    return [notice.name for notice in cadre.analyst.ListNotices(pb.ListNoticesRequest()).notices]


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


def test_a_deleted_draft_is_gone_for_everybody_and_its_audit_row_stays(cadre, audience):
    draft, other = cadre.draft(audience), cadre.draft(audience)

    delete(cadre, draft)

    assert listed(cadre) == [other.name]
    assert cadre.reason_of(cadre.analyst.GetNotice, pb.GetNoticeRequest(name=draft.name)) == "NOT_FOUND"
    assert refusal(update, cadre, draft, subject="Again").reason == "NOT_FOUND"
    ((actor, before, after),) = cadre.rows(
        "SELECT actor, before, after FROM audit WHERE method = 'NoticeService/DeleteNotice'"
    )
    assert (actor, after) == (draft.author, {"deleted": True})
    assert (before["state"], before["number"], before["files"]) == ("DRAFT", f"CSSP {draft.number}", 0)


def test_a_draft_says_who_wrote_on_it_last_and_when_be_it_a_file_and_only_while_it_is_one(cadre, audience):
    def read():
        return cadre.analyst.GetNotice(pb.GetNoticeRequest(name=draft.name))

    draft = cadre.draft(audience)
    begun = read()
    changed = cadre.colleague.UpdateNotice(pb.UpdateNoticeRequest(notice=draft, request_id=cadre.new_id()))
    by_colleague = read()
    attach(cadre, changed, LETTER)
    with_file = read()

    assert begun.saved_by == draft.author
    assert by_colleague.saved_by not in ("", draft.author)
    assert with_file.saved_by == draft.author
    times = [one.save_time.ToNanoseconds() for one in (begun, by_colleague, with_file)]
    assert times == sorted(times)
    submit(cadre, with_file)
    assert read().saved_by == ""


def test_a_colleague_who_may_write_may_delete_and_who_may_only_approve_may_not(cadre, audience):
    draft = cadre.draft(audience)

    assert refusal(delete, cadre, draft, by=cadre.approver).reason == "PERMISSION_MISSING"
    delete(cadre, draft, by=cadre.colleague)

    assert listed(cadre) == []


def test_what_came_back_is_deleted_and_what_was_sent_or_is_out_is_not(cadre, audience):
    waiting, out = cadre.submitted(audience), cadre.issued(audience)
    assert {refusal(delete, cadre, one).reason for one in (waiting, out)} == {"WRONG_STATE"}

    delete(cadre, give_back(cadre, waiting))

    assert listed(cadre) == [out.name]


def test_who_has_not_seen_the_draft_as_it_is_does_not_delete_it(cadre, audience):
    draft = cadre.draft(audience)
    newer = update(cadre, draft, subject="Written on since")

    assert refusal(delete, cadre, draft).reason == "STALE"
    assert refusal(delete, cadre, draft, etag="").reason == "INVALID_FIELD"
    delete(cadre, newer)


def test_a_repeat_of_the_request_is_answered_and_another_finds_no_draft(cadre, audience):
    draft, request_id = cadre.draft(audience), cadre.new_id()

    assert delete(cadre, draft, request_id=request_id) == delete(cadre, draft, request_id=request_id)
    assert refusal(delete, cadre, draft).reason == "NOT_FOUND"


def test_the_files_of_a_deleted_draft_go_but_for_those_that_another_letter_has(cadre, audience):
    issued_with(cadre, audience, LETTER)
    draft = attach(cadre, attach(cadre, cadre.draft(audience), LETTER), pdf("Only this one has it."))
    assert kept(cadre) == 2

    delete(cadre, draft)

    assert kept(cadre) == 1
    assert cadre.audits()["files.unused"] == 0


def test_a_number_that_was_given_to_another_letter_since_keeps_nobody_from_saving_and_is_refused_when_sent(
    cadre, audience
):
    first, second = cadre.draft(audience, number="26-31"), cadre.draft(audience, number="26-31")
    submit(cadre, first)

    saved = update(cadre, second, subject="Better said")

    assert saved.subject == "Better said"
    refused = refusal(submit, cadre, saved)
    assert (refused.reason, refused.metadata["notice"]) == ("NUMBER_TAKEN", first.name)
    assert refusal(update, cadre, cadre.draft(audience, number="26-32"), number="26-31").reason == "NUMBER_TAKEN"
    submit(cadre, update(cadre, saved, number="26-33"))


def test_a_letter_that_came_back_gives_its_number_up_and_who_sends_first_has_it(cadre, audience):
    back = give_back(cadre, cadre.submitted(audience, number="26-31"))
    other = cadre.submitted(audience, number="26-31")

    assert refusal(submit, cadre, back).metadata["notice"] == other.name


def test_of_one_who_deletes_and_one_who_sends_at_once_one_finds_it_changed(cadre, audience):
    def reason(step, draft):
        return cadre.reason_of(step, cadre, draft)

    for _ in range(5):
        draft = cadre.draft(audience)
        with ThreadPoolExecutor() as pool:
            asked = [pool.submit(reason, step, draft) for step in (delete, submit)]
            deleted, sent = (one.result() for one in asked)
        assert (deleted, sent) in {("", "NOT_FOUND"), ("WRONG_STATE", "")}
