"""A request for each method on letters as the state has them: from the draft to the register."""

from cadre.notification.v1 import approval_service_pb2 as approval_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import forecast_service_pb2 as forecast_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import register_service_pb2 as register_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre.notification.v1 import version_service_pb2 as version_pb
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from . import releases
from .common import HOME, day, fresh, number


def draft(world, subject, asks=notice_pb.READ, kind=notice_pb.Notice.POLICY, audience=""):
    notice = notice_pb.Notice(
        kind=kind,
        series="CSSP",
        number=number(),
        addressees="ALL IV-D DIRECTORS",
        subject=f"{subject} {fresh()}",
        reason=notice_pb.Notice.STATE_LAW,
        contact="DCSS",
        change="Something changes.",
        before="Before.",
        after="After.",
        staff_action="Do it.",
        until_then="Wait.",
        effective_date=day(200),
        section_dates=[notice_pb.SectionDate(section="Section 4", effective_date=day(230))],
        audience=audience or world.audience,
        asks=asks,
        due_rule=notice_pb.DueRule(business_days_before_effective=3, business_days_after_issue=5),
        agency_confirms_within=3,
        demonstration=True,
    )
    create = notice_pb.CreateNoticeRequest(notice=notice, request_id=fresh())
    return world.call(world.access.notices.CreateNotice, create, world.cast.analyst, {"notices.write": ("state",)})


def submitted(world, subject):
    written = draft(world, subject)
    submit = notice_pb.SubmitNoticeRequest(name=written.name, etag=written.etag, request_id=fresh())
    return world.call(world.access.notices.SubmitNotice, submit, world.cast.analyst, {"notices.write": ("state",)})


def add_attachment(world):
    waiting = draft(world, "A letter with a file")
    kind = notice_pb.Attachment.ATTACHMENT
    return attachment_pb.AddAttachmentRequest(
        notice=waiting.name, kind=kind, filename="a.txt", content=b"Text", etag=waiting.etag, request_id=fresh()
    )


def attached(world):
    add = add_attachment(world)
    return world.call(world.access.attachments.AddAttachment, add, world.cast.analyst, {"notices.write": ("state",)})


def remove_attachment(world):
    notice = attached(world)
    return attachment_pb.RemoveAttachmentRequest(name=notice.attachments[0].name, etag=notice.etag, request_id=fresh())


def issue(world, written, revision=0):
    submit = notice_pb.SubmitNoticeRequest(name=written.name, etag=written.etag, request_id=fresh())
    waiting = world.call(world.access.notices.SubmitNotice, submit, world.cast.analyst, {"notices.write": ("state",)})
    publish = notice_pb.PublishNoticeRequest(
        name=waiting.name,
        audience_revision=revision or world.audience_revision,
        etag=waiting.etag,
        request_id=fresh(),
    )
    rights = {"notices.approve": ("state",)}
    return wait_until(
        lambda: _published(
            lambda: world.call(world.access.notices.PublishNotice, publish, world.cast.approver, rights)
        ),
        "the membership of its audience",
    )


def _published(publish):
    try:
        return publish()
    except Refused as refused:
        if refused.reason != "AUDIENCE_NOT_READY":
            raise
        return None


def withdraw_notice(world):
    issued = issue(world, draft(world, "A letter to withdraw"))
    return notice_pb.WithdrawNoticeRequest(name=issued.name, reason="Replaced", etag=issued.etag, request_id=fresh())


def begin_amendment(world):
    issued = issue(world, draft(world, "A letter to amend"))
    return notice_pb.BeginAmendmentRequest(notice=issued.name, request_id=fresh())


def submit_notice(world):
    notice = draft(world, "To submit")
    return notice_pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def recall_notice(world):
    notice = submitted(world, "To take back")
    return notice_pb.RecallNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def delete_notice(world):
    notice = draft(world, "To delete")
    return notice_pb.DeleteNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def staged(w):
    """A letter that waits for its first stage, for which the approver stands; the route is for none but this one."""
    people = [w.cast.approver, w.lead]
    stages = [
        approval_pb.PlannedStage(title=title, approvers=[person], business_days=1)
        for title, person in zip(("Program", "Executive"), people, strict=True)
    ]
    waiting = draft(w, "A letter in stages", kind=notice_pb.Notice.INFORMATION)
    submit = notice_pb.SubmitNoticeRequest(name=waiting.name, etag=waiting.etag, request_id=fresh())
    route(w, stages)
    sent = w.call(w.access.notices.SubmitNotice, submit, w.cast.analyst, {"notices.write": ("state",)})
    route(w, [])
    return sent


def route(w, stages):
    asked = approval_pb.Route(kind=notice_pb.Notice.INFORMATION, stages=stages)
    change = approval_pb.UpdateRouteRequest(route=asked, request_id=fresh())
    w.rightly(w.access.approvals.UpdateRoute, change, "notices.approve")


def approving(w):
    waiting = staged(w)
    return approval_pb.ApproveStageRequest(notice=waiting.name, etag=waiting.etag, request_id=fresh())


REQUESTS = {
    "NoticeService": {
        "CreateNotice": lambda w: notice_pb.CreateNoticeRequest(
            notice=notice_pb.Notice(subject=f"Another {fresh()}", series="CSSP", number=number()),
            request_id=fresh(),
        ),
        "UpdateNotice": lambda w: notice_pb.UpdateNoticeRequest(notice=draft(w, "To update"), request_id=fresh()),
        "DeleteNotice": delete_notice,
        "SubmitNotice": submit_notice,
        "RecallNotice": recall_notice,
        "ReturnNotice": lambda w: notice_pb.ReturnNoticeRequest(
            name=w.submitted.name, reason="Not clear", request_id=fresh()
        ),
        "PublishNotice": lambda w: notice_pb.PublishNoticeRequest(
            name=w.to_publish.name,
            audience_revision=w.audience_revision,
            etag=w.to_publish.etag,
            request_id=fresh(),
        ),
        "WithdrawNotice": withdraw_notice,
        "BeginAmendment": begin_amendment,
        "BeginReleaseLetter": releases.release_letter,
        "ImportNotices": lambda w: notice_pb.ImportNoticesRequest(
            notices=[notice_pb.HistoricNotice(series="CSS", number=number(), subject="An old letter")],
            request_id=fresh(),
        ),
        "ListNotices": lambda w: notice_pb.ListNoticesRequest(),
        "FindSimilarNotices": lambda w: notice_pb.FindSimilarNoticesRequest(subject="letter"),
        "SearchNotices": lambda w: notice_pb.SearchNoticesRequest(query="letter"),
        "GetNotice": lambda w: notice_pb.GetNoticeRequest(name=w.issued),
    },
    "AttachmentService": {
        "AddAttachment": add_attachment,
        "RemoveAttachment": remove_attachment,
        "GetAttachment": lambda w: attachment_pb.GetAttachmentRequest(name=issue(w, attached(w)).attachments[0].name),
    },
    "ApprovalService": {
        "ListRoutes": lambda w: approval_pb.ListRoutesRequest(),
        "UpdateRoute": lambda w: approval_pb.UpdateRouteRequest(
            route=approval_pb.Route(series="series/CSSIN"), request_id=fresh()
        ),
        "BatchGetStages": lambda w: approval_pb.BatchGetStagesRequest(notices=[w.issued]),
        "ApproveStage": approving,
    },
    "SeriesService": {
        "SuggestNumber": lambda w: series_pb.SuggestNumberRequest(series="CSSP"),
        "ListSeries": lambda w: series_pb.ListSeriesRequest(),
        "ImportSeries": lambda w: series_pb.ImportSeriesRequest(
            series=[series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)],
            request_id=fresh(),
        ),
    },
    "RegisterService": {
        "ListInForce": lambda w: register_pb.ListInForceRequest(),
        "ListTopics": lambda w: register_pb.ListTopicsRequest(),
        "GetTimeline": lambda w: register_pb.GetTimelineRequest(topic="intake"),
        "GetChain": lambda w: register_pb.GetChainRequest(notice=w.issued),
    },
    "VersionService": {
        "ListVersions": lambda w: version_pb.ListVersionsRequest(parent=w.issued),
        "GetVersion": lambda w: version_pb.GetVersionRequest(name=f"{w.issued}/versions/1"),
        "CompareVersions": lambda w: version_pb.CompareVersionsRequest(parent=w.issued, from_version=1),
    },
    "ReadinessService": {
        "GetReadiness": lambda w: readiness_pb.GetReadinessRequest(notice=w.issued),
        "BatchGetReadiness": lambda w: readiness_pb.BatchGetReadinessRequest(notices=[w.issued]),
        "ListReadinessDays": lambda w: readiness_pb.ListReadinessDaysRequest(notice=w.issued, agency=HOME),
    },
    "ForecastService": {
        "GetForecast": lambda w: forecast_pb.GetForecastRequest(notice=w.issued),
        "ListAgencyForecasts": lambda w: forecast_pb.ListAgencyForecastsRequest(parent=HOME, notices=[w.issued]),
        "GetAgencyForecast": lambda w: forecast_pb.GetAgencyForecastRequest(parent=HOME, notice=w.issued),
    },
}
