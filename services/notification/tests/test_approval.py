"""What an approval binds: text, files, course and whom the letter is for; and saving that also sends for approval."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.letters.rules.letter import Letter, digest
from notification.notices import jobs
from notification.notices.rules import approval
from servicekit.rpc.client import Refused

PEOPLE = "00000000-0000-0000-0000-00000000a0d1"
# What somebody changes behind the service's back, and in what the letter differs thereby.
CHANGES = {
    "the text": "UPDATE notice SET staff_action = 'Something else' WHERE id = %(id)s",
    "the files": "UPDATE attachment SET title = 'Another list' WHERE notice_id = %(id)s",
    "the course": "UPDATE notice SET course_version = 3 WHERE id = %(id)s",
    "whom it is for": f"UPDATE notice SET audience_id = '{PEOPLE}' WHERE id = %(id)s",
    "the text, whom it is for": f"UPDATE notice SET audience_id = '{PEOPLE}', subject = 'X' WHERE id = %(id)s",
}


@pytest.fixture
def waiting(cadre):
    """A letter with a course and a file that was sent for approval."""
    draft = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake")), asks=notice_pb.TRAIN)
    attached = cadre.analyst.AddAttachment(
        attachment_pb.AddAttachmentRequest(
            notice=draft.name,
            kind=notice_pb.Attachment.ATTACHMENT,
            title="The list",
            filename="list.txt",
            content=b"one, two, three",
            etag=draft.etag,
            request_id=cadre.new_id(),
        )
    )
    request = notice_pb.SubmitNoticeRequest(name=draft.name, etag=attached.etag, request_id=cadre.new_id())
    return cadre.analyst.SubmitNotice(request)


def behind_its_back(cadre, notice, sql):
    """Change rows past the triggers."""
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql, {"id": notice.name.removeprefix("notices/")})


def schedule(cadre, notice, at):
    request = notice_pb.PublishNoticeRequest(
        name=notice.name,
        etag=notice.etag,
        audience_revision=1,
        request_id=cadre.new_id(),
    )
    request.publish_at.FromDatetime(at)
    return cadre.approver.PublishNotice(request)


def get(cadre, notice):
    return cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=notice.name))


def saved(cadre, notice, *, submit=True, **changes):
    changed = notice_pb.Notice()
    changed.CopyFrom(notice)
    for field, value in changes.items():
        setattr(changed, field, value)
    return cadre.analyst.UpdateNotice(
        notice_pb.UpdateNoticeRequest(notice=changed, request_id=cadre.new_id(), submit=submit)
    )


@pytest.mark.parametrize(("differs", "sql"), CHANGES.items(), ids=CHANGES)
def test_what_differs_from_what_was_sent_is_not_approved_and_stays_as_it_is(cadre, waiting, differs, sql):
    behind_its_back(cadre, waiting, sql)

    with pytest.raises(Refused) as now:
        cadre.publish(waiting)
    with pytest.raises(Refused) as later:
        schedule(cadre, waiting, datetime.now(UTC) + timedelta(hours=1))

    for refused in (now, later):
        assert (refused.value.reason, refused.value.metadata["differs"]) == ("APPROVAL_VOID", differs)
    assert get(cadre, waiting).state == notice_pb.Notice.IN_APPROVAL
    assert cadre.rows("SELECT count(*) FROM recipient") == [(0,)]


@pytest.mark.parametrize(("differs", "sql"), CHANGES.items(), ids=CHANGES)
def test_what_differs_at_its_time_goes_back_to_its_author_and_says_why(cadre, waiting, differs, sql):
    at = datetime.now(UTC) + timedelta(hours=1)
    schedule(cadre, waiting, at)
    behind_its_back(cadre, waiting, sql)

    jobs.issue_scheduled(cadre.running.runtime.database, at)

    letter = get(cadre, waiting)
    assert letter.state == notice_pb.Notice.DRAFT
    assert f"since it was approved, {differs} changed" in letter.return_reason
    assert (letter.approver, letter.HasField("publish_at")) == ("", False)


def test_what_was_sent_is_issued_at_its_time(cadre, waiting):
    at = datetime.now(UTC) + timedelta(hours=1)
    schedule(cadre, waiting, at)

    jobs.issue_scheduled(cadre.running.runtime.database, at)

    assert get(cadre, waiting).state == notice_pb.Notice.PUBLISHED


def test_once_sent_nobody_changes_whom_a_letter_is_for(cadre, waiting):
    others = cadre.new_audience(cadre.at(cadre.new_id(), "yolo"))

    def narrow(notice):
        with pytest.raises(Refused) as refused:
            saved(cadre, notice, submit=False, audience=f"audiences/{others}")
        return refused.value.reason

    sent = narrow(get(cadre, waiting))
    scheduled = narrow(schedule(cadre, waiting, datetime.now(UTC) + timedelta(hours=1)))
    jobs.issue_scheduled(cadre.running.runtime.database, datetime.now(UTC) + timedelta(hours=1))
    issued = narrow(get(cadre, waiting))

    assert (sent, scheduled, issued) == ("WRONG_STATE",) * 3
    assert get(cadre, waiting).audience == waiting.audience


def test_a_letter_that_came_back_is_approved_for_whom_it_is_sent_anew(cadre, waiting):
    cadre.approver.ReturnNotice(
        notice_pb.ReturnNoticeRequest(name=waiting.name, reason="For Yolo only.", request_id=cadre.new_id())
    )
    yolo = cadre.new_id()
    others = cadre.new_audience(cadre.at(yolo, "yolo"))

    sent = saved(cadre, get(cadre, waiting), audience=f"audiences/{others}")
    issued = cadre.publish(sent)

    assert (sent.state, issued.state) == (notice_pb.Notice.IN_APPROVAL, notice_pb.Notice.PUBLISHED)
    assert cadre.rows("SELECT person_id::text FROM recipient") == [(yolo,)]


def test_saving_and_sending_for_approval_is_both_or_neither(cadre):
    audience = cadre.new_audience()
    draft = get(cadre, cadre.draft(audience))

    with pytest.raises(Refused) as refused:
        saved(cadre, draft, subject="Another subject", contact="")
    after_refusal = get(cadre, draft)
    sent = saved(cadre, draft, subject="Another subject")

    assert (refused.value.reason, refused.value.metadata["missing"]) == ("INVALID_FIELD", "contact")
    assert after_refusal == draft
    assert (sent.state, sent.subject) == (notice_pb.Notice.IN_APPROVAL, "Another subject")
    assert cadre.publish(sent).state == notice_pb.Notice.PUBLISHED


def test_a_new_letter_that_lacks_something_is_not_begun_by_sending_it(cadre):
    audience = cadre.new_audience()

    def create(**changes):
        letter = cadre.written(audience, **changes)
        return cadre.analyst.CreateNotice(
            notice_pb.CreateNoticeRequest(notice=letter, request_id=cadre.new_id(), submit=True)
        )

    with pytest.raises(Refused):
        create(change="")
    begun = cadre.rows("SELECT count(*) FROM notice")
    sent = create()
    taken = cadre.reason_of(create)

    assert begun == [(0,)]
    assert sent.state == notice_pb.Notice.IN_APPROVAL
    assert (taken, cadre.rows("SELECT count(*) FROM notice")) == ("NUMBER_TAKEN", [(1,)])


def test_the_history_of_a_letter_has_every_step_with_whoever_took_it(cadre, waiting):
    first, later = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours) for hours in (1, 2))
    schedule(cadre, waiting, first)
    cadre.approver.ReturnNotice(
        notice_pb.ReturnNoticeRequest(name=waiting.name, reason="Not before the holiday.", request_id=cadre.new_id())
    )
    again = saved(cadre, get(cadre, waiting), subject="After the holiday")
    schedule(cadre, again, later)
    jobs.issue_scheduled(cadre.running.runtime.database, later)

    letter = get(cadre, waiting)

    analyst, approver = letter.author, letter.approver
    state = notice_pb.Notice
    assert [(getattr(step, "from"), step.state, step.person, step.reason) for step in letter.steps] == [
        (state.DRAFT, state.IN_APPROVAL, analyst, ""),
        (state.IN_APPROVAL, state.SCHEDULED, approver, ""),
        (state.SCHEDULED, state.DRAFT, approver, "Not before the holiday."),
        (state.DRAFT, state.IN_APPROVAL, analyst, ""),
        (state.IN_APPROVAL, state.SCHEDULED, approver, ""),
        (state.SCHEDULED, state.PUBLISHED, "", ""),
    ]
    assert [step.publish_at.ToDatetime(UTC) for step in letter.steps if step.HasField("publish_at")] == [first, later]
    times = [step.time.ToNanoseconds() for step in letter.steps]
    assert 0 < times[0] <= times[1] <= times[2] <= times[3] <= times[4]


def test_a_letter_begun_and_sent_at_once_was_sent_and_only_the_state_reads_its_steps(cadre):
    lake = cadre.new_id()
    letter = cadre.written(cadre.new_audience(cadre.at(lake, "lake")))
    request = notice_pb.CreateNoticeRequest(notice=letter, request_id=cadre.new_id(), submit=True)
    issued = cadre.publish(cadre.analyst.CreateNotice(request))

    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=issued.name, reason="A mistake.", etag=issued.etag, request_id=cadre.new_id()
        )
    )
    steps = [(step.state, step.reason) for step in get(cadre, issued).steps]
    read = cadre.learner(lake).GetNotice(notice_pb.GetNoticeRequest(name=issued.name))

    assert steps == [
        (notice_pb.Notice.IN_APPROVAL, ""),
        (notice_pb.Notice.PUBLISHED, ""),
        (notice_pb.Notice.WITHDRAWN, "A mistake."),
    ]
    assert list(read.steps) == []


def test_a_hash_of_the_text_holds_when_letters_get_another_field():
    """What a letter does not say is not in its hash: one that waits while Cadre is upgraded is still what was sent."""
    pinned = approval.pins(Letter(subject="Fees", number="26-11"), [])

    assert pinned["text"] == digest('{"number":"26-11","subject":"Fees"}')
    assert approval.differences(pinned, approval.pins(Letter(subject="Fees", number="26-12"), [])) == ["the text"]
