"""A notice is written, sent for approval, returned, issued; each step that is not allowed says why."""

import json
from hashlib import sha256

import psycopg
import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from servicekit.rpc.client import Refused
from servicekit.testing.schema import schema_differences


def update(cadre, notice, *, by=None, etag=None, **changes):
    edited = notice_pb.Notice()
    edited.CopyFrom(notice)
    for name, value in changes.items():
        setattr(edited, name, value)
    if etag is not None:
        edited.etag = etag
    request = notice_pb.UpdateNoticeRequest(notice=edited, request_id=cadre.new_id())
    return (by or cadre.analyst).UpdateNotice(request)


def submit(cadre, notice, *, by=None):
    request = notice_pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=cadre.new_id())
    return (by or cadre.analyst).SubmitNotice(request)


def give_back(cadre, notice, reason="Say who does it."):
    request = notice_pb.ReturnNoticeRequest(name=notice.name, reason=reason, request_id=cadre.new_id())
    return cadre.approver.ReturnNotice(request)


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(*(cadre.at(person, "lake") for person in cadre.people(2)))


def test_a_draft_keeps_what_was_written(cadre, audience):
    draft = cadre.draft(audience, asks=notice_pb.TRAIN, briefing_counts=True, demonstration=True, credit_months=12)

    read = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=draft.name))
    assert read.saved_by == draft.author
    read.ClearField("saved_by")
    read.ClearField("save_time")
    assert read == draft
    assert read.state == notice_pb.Notice.DRAFT
    assert read.subject == "Earning capacity replaces presumed income"
    assert read.kind == notice_pb.Notice.POLICY
    assert read.course_version == "courses/earning-capacity/versions/2"
    assert read.body.startswith("# Earning capacity")
    assert (read.due_rule.business_days_before_effective, read.due_rule.business_days_after_issue) == (3, 5)
    assert read.agency_confirms_within == 3
    assert read.due_sentence.endswith("3 business days before it takes effect")
    assert read.briefing_counts
    assert read.credit_months == 12
    assert read.demonstration


def test_an_empty_draft_can_be_begun_and_filled_in_later(cadre, audience):
    draft = cadre.analyst.CreateNotice(notice_pb.CreateNoticeRequest(request_id=cadre.new_id()))

    with pytest.raises(Refused) as refused:
        submit(cadre, draft)
    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert "notice.kind" in refused.value.fields
    assert refused.value.metadata["missing"].split(",")[:3] == ["kind", "series", "addressees"]

    full = cadre.draft(audience, number="26-77")
    full.name, full.etag = draft.name, draft.etag
    full.number = "26-78"
    assert submit(cadre, update(cadre, full)).state == notice_pb.Notice.IN_APPROVAL


@pytest.mark.parametrize("day", ["0026-12-07", "0001-01-01", "1974-06-30", "2101-01-01", "9999-12-31", "12/07/2026"])
def test_a_draft_with_an_effective_date_that_no_letter_has_is_refused_at_the_field(cadre, audience, day):
    draft = cadre.draft(audience)

    with pytest.raises(Refused) as refused:
        update(cadre, draft, effective_date=day)
    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", ["notice.effective_date"])


def test_a_draft_that_has_such_a_date_from_before_is_shown_and_mended(cadre, audience):
    draft = cadre.draft(audience)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice SET effective_date = '9999-12-30' WHERE id = %s", [draft.name.split("/")[1]])

    read = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=draft.name))
    assert (read.effective_date, read.due_sentence) == ("9999-12-30", "")
    mended = update(cadre, read, effective_date="2034-12-30")
    assert mended.due_sentence.endswith("before it takes effect")


@pytest.mark.parametrize("name", ["notices/" + "x" * 50_000, "\u4e00" * 20_000])
def test_a_name_of_any_length_is_refused_in_a_few_words(cadre, name):
    with pytest.raises(Refused) as refused:
        cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=name))
    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert len(refused.value.metadata["value"]) <= 201


def test_a_draft_is_kept_as_it_was_typed_and_cleaned_of_what_nobody_sees(cadre, audience):
    body = "\tDear directors:\r\n\r\n\u2022\tfirst\u00a0thing  \r\n\u2022\tsec\u00adond\ufeff thing\r\n"
    draft = cadre.draft(
        audience, body=body, references="45 CFR 303.6\r\n42 USC 654", subject="Fees\u200b  for\u00a0copies"
    )

    assert draft.body == "\tDear directors:\n\n\u2022\tfirst thing\n\u2022\tsecond thing"
    assert (draft.references, draft.subject) == ("45 CFR 303.6\n42 USC 654", "Fees for copies")


def test_a_draft_goes_back_and_forth_until_it_is_issued(cadre, audience):
    notice = cadre.submitted(audience)
    returned = give_back(cadre, notice)
    assert returned.state == notice_pb.Notice.DRAFT
    assert returned.return_reason == "Say who does it."

    again = submit(cadre, update(cadre, returned, staff_action="Case managers do it."))
    assert again.return_reason == ""
    issued = cadre.publish(again)

    assert issued.state == notice_pb.Notice.PUBLISHED
    assert issued.staff_action == "Case managers do it."
    assert issued.author != issued.approver
    assert issued.version == 1
    assert issued.due_date < issued.effective_date


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (update, "IN_APPROVAL"),
        (submit, "IN_APPROVAL"),
        (give_back, "DRAFT"),
        (lambda cadre, notice: cadre.publish(notice), "DRAFT"),
    ],
)
def test_a_step_from_the_wrong_state_is_refused(cadre, audience, step, state):
    notice = cadre.draft(audience) if state == "DRAFT" else cadre.submitted(audience)

    with pytest.raises(Refused) as refused:
        step(cadre, notice)

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
    assert refused.value.metadata["state"] == state


@pytest.mark.parametrize("step", [update, submit, give_back, lambda cadre, notice: cadre.publish(notice)])
def test_an_issued_notice_takes_no_further_step(cadre, audience, step):
    notice = cadre.issued(audience)

    with pytest.raises(Refused) as refused:
        step(cadre, notice)

    assert refused.value.reason == "WRONG_STATE"
    assert refused.value.metadata["state"] == "PUBLISHED"


def test_a_change_over_somebody_elses_is_refused(cadre, audience):
    draft = cadre.draft(audience)
    update(cadre, draft, subject="Another")

    with pytest.raises(Refused) as refused:
        update(cadre, draft, subject="A third")

    assert (refused.value.code, refused.value.reason) == ("ABORTED", "STALE")
    assert refused.value.metadata["resource"] == draft.name


def test_an_approver_approves_what_they_have_seen(cadre, audience):
    first = cadre.submitted(audience)
    submit(cadre, give_back(cadre, first))

    with pytest.raises(Refused) as refused:
        cadre.publish(first)

    assert refused.value.reason == "STALE"


def test_the_author_cannot_approve(cadre, audience):
    draft = cadre.draft(audience)
    changed = update(cadre, draft, by=cadre.colleague, subject="Better")
    notice = submit(cadre, changed)

    with pytest.raises(Refused) as refused:
        cadre.publish(notice, by=cadre.colleague)

    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "SELF_APPROVAL")
    assert refused.value.metadata["notice"] == notice.name
    assert cadre.publish(notice).state == notice_pb.Notice.PUBLISHED


def test_an_analyst_without_the_right_cannot_approve(cadre, audience):
    with pytest.raises(Refused) as refused:
        cadre.publish(cadre.submitted(audience), by=cadre.analyst)

    assert refused.value.reason == "PERMISSION_MISSING"


def test_a_number_belongs_to_one_letter(cadre, audience):
    taken = cadre.submitted(audience, number="26-31")

    with pytest.raises(Refused) as refused:
        cadre.draft(audience, number="26-31")

    assert (refused.value.code, refused.value.reason) == ("ALREADY_EXISTS", "NUMBER_TAKEN")
    assert refused.value.metadata == {"series": "CSSP", "number": "26-31", "notice": taken.name}


def test_of_two_drafts_with_one_number_the_first_sent_has_it(cadre, audience):
    first, second = cadre.draft(audience, number="26-31"), cadre.draft(audience, number="26-31")
    submit(cadre, first)

    with pytest.raises(Refused) as refused:
        submit(cadre, second)

    assert refused.value.reason == "NUMBER_TAKEN"


def test_the_next_number_counts_letters_from_approval_on_and_no_drafts(cadre, audience):
    year = f"{cadre.today.year % 100:02d}"
    suggest = lambda series: cadre.analyst.SuggestNumber(series_pb.SuggestNumberRequest(series=series)).number  # noqa: E731
    assert suggest("CSSP") == f"{year}-01"

    cadre.draft(audience, number=f"{year}-09")
    assert suggest("CSSP") == f"{year}-01"
    cadre.submitted(audience, number=f"{year}-07")

    assert suggest("CSSP") == f"{year}-08"
    assert suggest("CSSI") == f"{year}-01"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_date": "January 4"}, "notice.effective_date"),
        ({"course_version": "courses/intake", "asks": notice_pb.TRAIN}, "notice.course_version"),
        ({"course_version": "courses/intake/versions/0", "asks": notice_pb.TRAIN}, "notice.course_version"),
        ({"kind": 99}, "notice.kind"),
        ({"series": "cssp"}, "notice.series"),
        ({"number": "4"}, "notice.number"),
        (
            {"due_rule": notice_pb.DueRule(business_days_before_effective=-1)},
            "notice.due_rule.business_days_before_effective",
        ),
    ],
)
def test_a_malformed_draft_names_the_field(cadre, audience, changes, field):
    with pytest.raises(Refused) as refused:
        cadre.draft(audience, **changes)

    assert refused.value.reason == "INVALID_FIELD"
    assert list(refused.value.fields) == [field]


def test_a_draft_is_read_by_the_state_only(cadre, audience):
    draft, waiting = cadre.draft(audience), cadre.submitted(audience)
    learner, coordinator = cadre.learner(cadre.new_id()), cadre.coordinator("lake")

    for notice in (draft, waiting):
        assert cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=notice.name)).name == notice.name
        with pytest.raises(Refused) as refused:
            learner.GetNotice(notice_pb.GetNoticeRequest(name=notice.name))
        assert (refused.value.code, refused.value.reason) == ("NOT_FOUND", "NOT_FOUND")
        assert refused.value.metadata == {"resource": notice.name}
        with pytest.raises(Refused) as refused:
            coordinator.GetAgencyNotice(
                agency_notice_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=notice.name)
            )
        assert refused.value.reason == "NOT_FOUND"
        with pytest.raises(Refused) as refused:
            cadre.analyst.GetReadiness(readiness_pb.GetReadinessRequest(notice=notice.name))
        assert refused.value.reason == "NOT_FOUND"
    issued = cadre.publish(waiting)
    assert learner.GetNotice(notice_pb.GetNoticeRequest(name=issued.name)).text_sha256 == issued.text_sha256


def test_members_of_a_drafts_audience_see_nothing_of_it(cadre):
    ana = cadre.new_id()
    audience = cadre.new_audience(cadre.at(ana, "lake"))
    waiting = cadre.submitted(audience)

    assert list(cadre.inbox(ana)) == []
    for method, request in (
        ("GetInboxItem", inbox_pb.GetInboxItemRequest(notice=waiting.name)),
        ("ReadNotice", inbox_pb.ReadNoticeRequest(notice=waiting.name, request_id=cadre.new_id())),
        ("ConfirmNotice", inbox_pb.ConfirmNoticeRequest(notice=waiting.name, request_id=cadre.new_id())),
    ):
        with pytest.raises(Refused) as refused:
            getattr(cadre.learner(ana), method)(request)
        assert refused.value.reason == "NOT_FOUND", method


def test_notices_are_listed_newest_first_page_by_page(cadre, audience):
    made = [cadre.draft(audience).name for _ in range(5)]

    seen, token = [], ""
    while True:
        page = cadre.analyst.ListNotices(notice_pb.ListNoticesRequest(page_size=2, page_token=token))
        seen += [notice.name for notice in page.notices]
        token = page.next_page_token
        if not token:
            break

    assert seen == made[::-1]


def test_an_urgent_notice_stands_first_on_all_pages_until_every_agency_confirmed_it(cadre, audience):
    urgent = cadre.issued(audience, urgent_reason="The case system is down.")
    drafted = cadre.draft(audience, urgent_reason="It will be down.").name
    others = [cadre.issued(audience).name for _ in range(3)]

    def listed():
        seen, token = [], ""
        while True:
            page = cadre.analyst.ListNotices(notice_pb.ListNoticesRequest(page_size=2, page_token=token))
            seen += [notice.name for notice in page.notices]
            token = page.next_page_token
            if not token:
                return seen

    assert listed() == [drafted, urgent.name, *others[::-1]]
    for agency in cadre.agencies:
        cadre.coordinator(agency).ConfirmForAgency(
            agency_notice_pb.ConfirmForAgencyRequest(
                parent=f"agencies/{agency}",
                notice=urgent.name,
                text_sha256=urgent.text_sha256,
                request_id=cadre.new_id(),
            )
        )
    assert listed() == [drafted, *others[::-1], urgent.name]


def test_notices_are_listed_by_state(cadre, audience):
    draft, waiting, issued = cadre.draft(audience), cadre.submitted(audience), cadre.issued(audience)

    def listed(*states):
        request = notice_pb.ListNoticesRequest(states=states)
        return [notice.name for notice in cadre.analyst.ListNotices(request).notices]

    assert listed(notice_pb.Notice.DRAFT, notice_pb.Notice.IN_APPROVAL) == [waiting.name, draft.name]
    assert listed(notice_pb.Notice.PUBLISHED) == [issued.name]
    assert listed(notice_pb.Notice.HISTORIC) == []
    assert cadre.reason_of(listed, 99) == "INVALID_FIELD"


def test_a_request_that_is_sent_twice_makes_one_draft(cadre):
    request = notice_pb.CreateNoticeRequest(notice=notice_pb.Notice(subject="Once"), request_id=cadre.new_id())

    assert cadre.analyst.CreateNotice(request) == cadre.analyst.CreateNotice(request)
    assert cadre.rows("SELECT count(*) FROM notice") == [(1,)]


def test_the_issued_text_is_kept_as_it_was_hashed(cadre, audience):
    notice = cadre.issued(audience)

    ((canonical, digest),) = cadre.rows("SELECT canonical, text_sha256 FROM notice_version")
    assert digest == notice.text_sha256 == sha256(canonical.encode()).hexdigest()
    said = json.loads(canonical)
    assert said["subject"] == notice.subject
    assert said["body"] == notice.body
    assert said["effective_date"] == notice.effective_date


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notice_version SET canonical = ''",
        "DELETE FROM notice_version",
        "UPDATE notice SET subject = 'Another' WHERE state = 'PUBLISHED'",
        "DELETE FROM notice WHERE state = 'PUBLISHED'",
        "UPDATE acknowledgement SET kind = 'READ'",
        "DELETE FROM acknowledgement",
    ],
)
def test_what_was_issued_and_acknowledged_cannot_be_changed(cadre, statement):
    ana = cadre.new_id()
    notice = cadre.issued(cadre.new_audience(cadre.at(ana, "lake")))
    cadre.confirm(notice, ana)

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        cadre.rows(statement)


def test_each_step_leaves_an_audit_row(cadre, audience):
    notice = cadre.submitted(audience)
    give_back(cadre, notice, reason="Not yet.")

    rows = cadre.rows(
        "SELECT method, reason, after ->> 'state' FROM audit WHERE resource = %(name)s ORDER BY at", name=notice.name
    )
    assert rows == [
        ("NoticeService/CreateNotice", "", "DRAFT"),
        ("NoticeService/SubmitNotice", "", "IN_APPROVAL"),
        ("NoticeService/ReturnNotice", "Not yet.", "DRAFT"),
    ]


def test_the_migrations_make_the_tables_that_the_code_describes(postgres_server, cadre):
    assert schema_differences(postgres_server, cadre.running.runtime.app) == set()


@pytest.mark.parametrize("months", [-1, 61])
def test_a_course_counts_for_no_more_than_five_years(cadre, audience, months):
    with pytest.raises(Refused) as refused:
        cadre.draft(audience, asks=notice_pb.TRAIN, credit_months=months)
    assert refused.value.fields == {"notice.credit_months": "notice.credit_months must be between 0 and 60 months"}
