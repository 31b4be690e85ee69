"""How the demonstration's letters are written, approved, issued and withdrawn, by the RPCs of the pages.

Each step finds what has happened before: a letter is known by its subject, a request by an id that stays the same.
"""

from dataclasses import dataclass

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre_cli import reference
from cadre_cli.access import Access, request_id
from cadre_demo.content import Amendment, Letter
from cadre_demo.pacing import wait_for
from servicekit import calendar
from servicekit.rpc.client import Refused

_ASKS = {
    "nothing": notice_pb.NOTHING,
    "read": notice_pb.READ,
    "read_and_confirm": notice_pb.CONFIRM,
    "read_confirm_and_train": notice_pb.TRAIN,
}
_REASONS = {
    "state_law": notice_pb.Notice.STATE_LAW,
    "federal_law": notice_pb.Notice.FEDERAL_LAW,
    "court_order": notice_pb.Notice.COURT_ORDER,
    "clarification": notice_pb.Notice.CLARIFICATION,
    "started_by_dcss": notice_pb.Notice.OWN_INITIATIVE,
}
_KINDS = {
    "policy": notice_pb.Notice.POLICY,
    "program": notice_pb.Notice.PROGRAM,
    "release": notice_pb.Notice.RELEASE,
    "outage": notice_pb.Notice.OUTAGE,
    "information": notice_pb.Notice.INFORMATION,
}


@dataclass(frozen=True)
class Writers:
    """Who writes letters and who approves them: resource names of people."""

    analyst: str
    approver: str


def draft(access: Access, writers: Writers, letter: Letter, course_version: str) -> notice_pb.Notice:
    """Write *letter* as the analyst and send it for approval, but for one that is still reviewed.

    One that exists is taken as far as it is.
    """
    listed = access.every(access.notices.ListNotices, notice_pb.ListNoticesRequest(), "notices", person=writers.analyst)
    notice = next((notice for notice in listed if notice.subject == letter.subject and not notice.amends), None)
    if notice is None:
        create = _create_request(access, writers, letter, course_version)
        notice = access.ask(access.notices.CreateNotice, create, person=writers.analyst)
    if notice.state == notice_pb.Notice.DRAFT and letter.fate != "under_review":
        submit = notice_pb.SubmitNoticeRequest(
            name=notice.name, etag=notice.etag, request_id=request_id(notice.name, "submit")
        )
        notice = access.ask(access.notices.SubmitNotice, submit, person=writers.analyst)
    return notice


def publish(access: Access, writers: Writers, notice: notice_pb.Notice) -> notice_pb.Notice:
    """Approve and issue as another person, as soon as the audience has arrived where letters are issued."""
    audience = access.ask(
        access.audiences.GetAudience, audience_pb.GetAudienceRequest(name=notice.audience), person=writers.approver
    )
    request = notice_pb.PublishNoticeRequest(
        name=notice.name,
        audience_revision=audience.revision,
        etag=notice.etag,
        request_id=request_id(notice.name, "publish"),
    )

    def try_it() -> notice_pb.Notice | None:
        try:
            return access.ask(access.notices.PublishNotice, request, person=writers.approver)
        except Refused as refused:
            if refused.reason != "AUDIENCE_NOT_READY":
                raise
            return None

    return wait_for(try_it, "the audience did not arrive")


def tell(access: Access, writers: Writers, letter: Letter, course_version: str) -> notice_pb.Notice:
    """Take *letter* as far as its fate says: a draft, awaiting approval, issued, amended since, or withdrawn."""
    notice = draft(access, writers, letter, course_version)
    if letter.fate in ("issued", "withdrawn") and notice.state == notice_pb.Notice.IN_APPROVAL:
        notice = publish(access, writers, notice)
    if letter.fate == "withdrawn" and notice.state == notice_pb.Notice.PUBLISHED:
        request = notice_pb.WithdrawNoticeRequest(
            name=notice.name,
            reason=letter.withdraw_reason,
            etag=notice.etag,
            request_id=request_id(notice.name, "withdraw"),
        )
        notice = access.ask(access.notices.WithdrawNotice, request, person=writers.approver)
    for amendment in letter.amendment[max(notice.version - 1, 0) :]:
        notice = amend(access, writers, notice, amendment)
    return notice


def amend(access: Access, writers: Writers, notice: notice_pb.Notice, amendment: Amendment) -> notice_pb.Notice:
    """Amend a letter that is out, and return it as it is then. An amendment that was begun is gone on with."""
    draft = begin_amendment(access, writers, notice)
    if draft.state == notice_pb.Notice.DRAFT:
        draft.what_changed = amendment.what_changed
        draft.change, draft.after = amendment.change or draft.change, amendment.after or draft.after
        save = notice_pb.UpdateNoticeRequest(
            notice=draft, submit=True, request_id=request_id(draft.name, "sent", draft.etag)
        )
        draft = access.ask(access.notices.UpdateNotice, save, person=writers.analyst)
    publish(access, writers, draft)
    return _known(access, writers, notice.name)


def begin_amendment(access: Access, writers: Writers, notice: notice_pb.Notice) -> notice_pb.Notice:
    """Return the amendment of a letter that is not out; begin one if there is none."""
    notice = _known(access, writers, notice.name)
    if notice.amendment:
        return _known(access, writers, notice.amendment)
    again = request_id(notice.name, f"amendment {notice.version + 1}")
    begin = notice_pb.BeginAmendmentRequest(notice=notice.name, request_id=again)
    return access.ask(access.notices.BeginAmendment, begin, person=writers.analyst)


def _known(access: Access, writers: Writers, name: str) -> notice_pb.Notice:
    return access.ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=name), person=writers.analyst)


def _create_request(
    access: Access, writers: Writers, letter: Letter, course_version: str
) -> notice_pb.CreateNoticeRequest:
    today, offices = calendar.pacific_date(access.clock()), reference.load().calendar.as_far_as_known()
    ask, trains = letter.ask, letter.ask.of_staff == "read_confirm_and_train"
    series = series_pb.SuggestNumberRequest(series=letter.series)
    number = letter.number or access.ask(access.series.SuggestNumber, series, person=writers.analyst).number
    notice = notice_pb.Notice(
        kind=_KINDS[letter.kind],
        series=letter.series,
        number=number,
        addressees=letter.to,
        subject=letter.subject,
        urgent_reason=letter.urgent,
        reason=_REASONS[letter.reason],
        references="\n".join(each.citation for each in letter.reference),
        replaces="; ".join(letter.replaces),
        supersedes="; ".join(letter.supersedes),
        contact=f"{letter.contact.name}, {letter.contact.email}",
        contact_telephone=letter.contact.telephone,
        change=letter.change,
        before=letter.before,
        after=letter.after,
        staff_action="\n".join(f"- {item}" for item in letter.staff_must),
        until_then=letter.until_then,
        effective_date=offices.add(today, letter.effective.business_days_after_issue).isoformat(),
        section_dates=[
            notice_pb.SectionDate(
                section=one.part, effective_date=offices.add(today, one.business_days_after_issue).isoformat()
            )
            for one in letter.effective.later
        ],
        audience=_audience(access, writers, letter).name,
        asks=_ASKS[ask.of_staff],
        course_version=course_version if trains else "",
        due_rule=notice_pb.DueRule(
            business_days_before_effective=ask.due_business_days_before_effective,
            business_days_after_issue=ask.due_not_before_business_days_after_issue,
        ),
        agency_confirms_within=ask.agency_confirms_within_business_days,
        briefing_counts=ask.local_briefing_counts,
        demonstration=True,
    )
    return notice_pb.CreateNoticeRequest(notice=notice, request_id=request_id("notice", letter.subject))


def _audience(access: Access, writers: Writers, letter: Letter) -> audience_pb.Audience:
    chosen = letter.audience
    clause = audience_pb.AudienceClause(
        agencies=[f"agencies/{slug}" for slug in chosen.agencies], units=chosen.units, job_classes=chosen.job_classes
    )
    audience = audience_pb.Audience(title=letter.subject, expression=audience_pb.AudienceExpression(include=[clause]))
    return access.ask(
        access.audiences.CreateAudience,
        audience_pb.CreateAudienceRequest(audience=audience, request_id=request_id("audience", letter.subject)),
        person=writers.analyst,
    )
