"""A request for each method of notification, and what it names."""

import uuid
from datetime import UTC, datetime

from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import approval_service_pb2 as approval_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from cadre.notification.v1 import forecast_service_pb2 as forecast_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import local_date_service_pb2 as local_date_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as packet_pb
from cadre.notification.v1 import question_service_pb2 as question_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import register_service_pb2 as register_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre.notification.v1 import supplement_service_pb2 as supplement_pb
from cadre.notification.v1 import version_service_pb2 as version_pb
from servicekit.rpc.wire import timestamp
from servicekit.testing.waiting import wait_until

from . import releases
from .common import HOME, day, fresh, number


def draft(world, subject, asks=notice_pb.READ, kind=notice_pb.Notice.POLICY):
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
        audience=world.audience,
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


def issue(world, written):
    submit = notice_pb.SubmitNoticeRequest(name=written.name, etag=written.etag, request_id=fresh())
    waiting = world.call(world.access.notices.SubmitNotice, submit, world.cast.analyst, {"notices.write": ("state",)})
    publish = notice_pb.PublishNoticeRequest(
        name=waiting.name, audience_revision=world.audience_revision, etag=waiting.etag, request_id=fresh()
    )
    return world.call(world.access.notices.PublishNotice, publish, world.cast.approver, {"notices.approve": ("state",)})


def withdraw_notice(world):
    issued = issue(world, draft(world, "A letter to withdraw"))
    return notice_pb.WithdrawNoticeRequest(name=issued.name, reason="Replaced", etag=issued.etag, request_id=fresh())


def begin_amendment(world):
    issued = issue(world, draft(world, "A letter to amend"))
    return notice_pb.BeginAmendmentRequest(notice=issued.name, request_id=fresh())


def confirmation_to_change(world):
    """A letter of its own that the agency confirmed, with who is to lead it now."""
    issued = issue(world, draft(world, "A letter that somebody else is to lead"))
    confirm = agency_notice_pb.ConfirmForAgencyRequest(
        parent=HOME, notice=issued.name, text_sha256=issued.text_sha256, request_id=fresh()
    )
    world.rightly(world.access.agency_notices.ConfirmForAgency, confirm, "notices.confirm_for_agency")
    return agency_notice_pb.UpdateConfirmationRequest(
        parent=HOME, notice=issued.name, lead=world.lead, request_id=fresh()
    )


def hours_to_change(world):
    """The hours of the agency, as they are."""
    asked = message_pb.GetMailHoursRequest(parent=HOME)
    reach = {"calendar.write_agency": (HOME,)}
    hours = world.call(world.access.messages.GetMailHours, asked, world.cast.analyst, reach)
    return message_pb.UpdateMailHoursRequest(parent=HOME, hours=hours, request_id=fresh())


def ladder(world):
    """Steps for a draft of its own."""
    rungs = [ladder_pb.Rung(of=ladder_pb.Rung.WORK, whom=ladder_pb.Rung.STAFF, business_days=-2, on=True)]
    return ladder_pb.Ladder(name=f"{draft(world, 'A letter with steps').name}/ladder", rungs=rungs)


def submit_notice(world):
    notice = draft(world, "To submit")
    return notice_pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def recall_notice(world):
    notice = submitted(world, "To take back")
    return notice_pb.RecallNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def delete_notice(world):
    notice = draft(world, "To delete")
    return notice_pb.DeleteNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def connection(w):
    """A connection of Lake, made for a request of its own; nothing is told to it."""
    w.connections += 1
    return w.rightly(w.access.connections.CreateConnection, connecting(w), "connections.manage").connection.name


def connecting(w):
    # What is deleted by no request stays: of each owner there are only so many.
    given = connection_pb.Connection(
        title=f"No. {w.connections}", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
    )
    return connection_pb.CreateConnectionRequest(parent=HOME, connection=given, request_id=fresh())


def call_to_connection(w):
    ask = connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh())
    return w.rightly(w.access.connections.TestConnection, ask, "connections.manage").name


def review(w):
    """A round of a draft of its own, at the agency, where somebody is named."""
    open_ = review_pb.OpenReviewRequest(
        parent=draft(w, "A letter to review").name, agencies=[HOME], due_date=day(7), request_id=fresh()
    )
    opened = w.rightly(w.access.reviews.OpenReview, open_, "notices.write").name
    w.call(w.access.reviews.NameReviewers, naming(w, opened), w.lead, {"notices.confirm_for_agency": (HOME,)})
    return opened


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


def naming(w, opened):
    return review_pb.NameReviewersRequest(name=opened, agency=HOME, people=[w.person], request_id=fresh())


def commenting(opened):
    said = review_pb.ReviewComment(
        agency=HOME,
        head=review_pb.ReviewComment.POLICY,
        kind=review_pb.ReviewComment.CLARITY,
        severity=review_pb.ReviewComment.COULD,
        text="A table would help.",
    )
    return review_pb.AddReviewCommentRequest(parent=opened, comment=said, request_id=fresh())


def comment(w):
    ask = commenting(review(w))
    return w.call(w.access.reviews.AddReviewComment, ask, w.person, {"notices.read": ("self",)})


def sent_comment(w):
    name = comment(w).name
    send = review_pb.SendReviewCommentsRequest(name=name.partition("/comments/")[0], agency=HOME, request_id=fresh())
    w.call(w.access.reviews.SendReviewComments, send, w.lead, {"notices.confirm_for_agency": (HOME,)})
    return name


def adding(w):
    return checklist_pb.AddChecklistItemRequest(
        parent=HOME, notice=w.issued, title=f"Tell the clerks {fresh()}", request_id=fresh()
    )


def removing(w):
    own = w.call(w.access.checklists.AddChecklistItem, adding(w), w.lead, {"notices.confirm_for_agency": (HOME,)})
    item = own.items[-1]
    return checklist_pb.RemoveChecklistItemRequest(
        parent=HOME, notice=w.issued, item=item.item, etag=item.etag, request_id=fresh()
    )


def dated(w):
    asked = local_date_pb.GetLocalDateRequest(parent=HOME, notice=w.issued)
    return w.call(w.access.local_dates.GetLocalDate, asked, w.lead, {"readiness.read_agency": (HOME,)}).etag


def supplemented(w):
    """The etag of what the home agency added; of something that it added just now, if there was nothing."""
    stub, reads = w.access.supplements, {"readiness.read_agency": (HOME,)}
    asked = supplement_pb.ListSupplementVersionsRequest(parent=HOME, notice=w.issued, page_size=1)
    found = w.call(stub.ListSupplementVersions, asked, w.lead, reads).supplements
    if found:
        return found[0].etag
    write = supplement_pb.WriteSupplementRequest(parent=HOME, notice=w.issued, text="Ask Maria.", request_id=fresh())
    return w.call(stub.WriteSupplement, write, w.lead, {"notices.confirm_for_agency": (HOME,)}).etag


def asking(w):
    return question_pb.AskQuestionRequest(parent=w.issued, text="Does this hold here?", request_id=fresh())


def asked(w):
    return w.call(w.access.questions.AskQuestion, asking(w), w.person, {"notices.read": ("self",)}).name


def packet_of(w, parent):
    """A packet of the letter that is out and of one more."""
    w.second = getattr(w, "second", "") or issue(w, draft(w, "A second letter", notice_pb.CONFIRM)).name
    return packet_pb.CreatePacketRequest(
        parent=parent, title="Two letters", notices=[w.issued, w.second], request_id=fresh()
    )


def packet(w):
    return w.rightly(w.access.packets.CreatePacket, packet_of(w, HOME), "packets.manage").name


def packing(w):
    return evidence_pb.CreateEvidencePacketRequest(parent=w.issued, agency=HOME, request_id=fresh())


def evidence_packet(w, *, ready=False):
    """A packet of the agency's evidence; one that can be had, if it must be."""
    held = {"evidence.pack": (HOME,)}
    packet = w.call(w.access.evidence.CreateEvidencePacket, packing(w), w.lead, held)

    def is_made():
        found = w.call(
            w.access.evidence.GetEvidencePacket, evidence_pb.GetEvidencePacketRequest(name=packet.name), w.lead, held
        )
        return found.state == evidence_pb.EvidencePacket.READY

    if ready:
        wait_until(is_made, lambda: "a packet that is made")
    return packet


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
    "ReadinessService": {
        "GetReadiness": lambda w: readiness_pb.GetReadinessRequest(notice=w.issued),
        "BatchGetReadiness": lambda w: readiness_pb.BatchGetReadinessRequest(notices=[w.issued]),
        "ListReadinessDays": lambda w: readiness_pb.ListReadinessDaysRequest(notice=w.issued, agency=HOME),
    },
    "AgencyNoticeService": {
        "ListAgencyNotices": lambda w: agency_notice_pb.ListAgencyNoticesRequest(parent=HOME),
        "GetAgencyNotice": lambda w: agency_notice_pb.GetAgencyNoticeRequest(parent=HOME, notice=w.issued),
        "ListAgencyReadinessDays": lambda w: agency_notice_pb.ListAgencyReadinessDaysRequest(
            parent=HOME, notice=w.issued
        ),
        "ListRecipients": lambda w: agency_notice_pb.ListRecipientsRequest(parent=HOME, notice=w.issued),
        "ConfirmForAgency": lambda w: agency_notice_pb.ConfirmForAgencyRequest(
            parent=HOME, notice=w.issued, text_sha256=w.text_sha256, request_id=fresh()
        ),
        "FindRecipients": lambda w: agency_notice_pb.FindRecipientsRequest(parent=HOME, notice=w.issued),
        "UpdateConfirmation": confirmation_to_change,
        "ReleaseToStaff": lambda w: agency_notice_pb.ReleaseToStaffRequest(
            parent=HOME, notice=w.issued, request_id=fresh()
        ),
    },
    "ConnectionService": {
        "ListConnections": lambda w: connection_pb.ListConnectionsRequest(parent=HOME),
        "GetConnection": lambda w: connection_pb.GetConnectionRequest(name=w.connection),
        "CreateConnection": connecting,
        "UpdateConnection": lambda w: connection_pb.UpdateConnectionRequest(
            connection=connection_pb.Connection(
                name=w.connection, title="New", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
            ),
            request_id=fresh(),
        ),
        "SwitchConnection": lambda w: connection_pb.SwitchConnectionRequest(
            name=w.connection, on=True, request_id=fresh()
        ),
        "RotateSecret": lambda w: connection_pb.RotateSecretRequest(name=w.connection, request_id=fresh()),
        "TestConnection": lambda w: connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh()),
        "DeleteConnection": lambda w: connection_pb.DeleteConnectionRequest(name=connection(w), request_id=fresh()),
        "ListWebhooks": lambda w: connection_pb.ListWebhooksRequest(parent=w.connection),
        "GetWebhook": lambda w: connection_pb.GetWebhookRequest(name=call_to_connection(w)),
        "RepeatWebhooks": lambda w: connection_pb.RepeatWebhooksRequest(
            parent=w.connection, since=timestamp(datetime.now(UTC)), request_id=fresh()
        ),
    },
    "MessageService": {
        "ListMessages": lambda w: message_pb.ListMessagesRequest(),
        "OpenMessages": lambda w: message_pb.OpenMessagesRequest(request_id=fresh()),
        "GetMailChoices": lambda w: message_pb.GetMailChoicesRequest(),
        "ChooseMail": lambda w: message_pb.ChooseMailRequest(kind="letter.asked", wanted=True, request_id=fresh()),
        "ChooseMorning": lambda w: message_pb.ChooseMorningRequest(hour=8, request_id=fresh()),
        "GetMailHours": lambda w: message_pb.GetMailHoursRequest(parent=HOME),
        "UpdateMailHours": hours_to_change,
        "PreviewReminder": lambda w: message_pb.PreviewReminderRequest(parent=HOME, notice=w.issued),
        "SendReminder": lambda w: message_pb.SendReminderRequest(parent=HOME, notice=w.issued, request_id=fresh()),
        "ListReminders": lambda w: message_pb.ListRemindersRequest(parent=HOME, notice=w.issued),
        "ListFailingAddresses": lambda w: message_pb.ListFailingAddressesRequest(parent=HOME),
        "ListMessageRules": lambda w: message_pb.ListMessageRulesRequest(),
        "ListMail": lambda w: message_pb.ListMailRequest(),
        "ListCaughtMail": lambda w: message_pb.ListCaughtMailRequest(),
        "GetCaughtMail": lambda w: message_pb.GetCaughtMailRequest(name=f"caughtMails/{uuid.UUID(int=0)}"),
    },
    "LadderService": {
        "GetLadder": lambda w: ladder_pb.GetLadderRequest(name="state/ladder"),
        "ListLadders": lambda w: ladder_pb.ListLaddersRequest(),
        "PreviewLadder": lambda w: ladder_pb.PreviewLadderRequest(ladder=ladder(w), due_date=day(30)),
        "UpdateLadder": lambda w: ladder_pb.UpdateLadderRequest(ladder=ladder(w), request_id=fresh()),
        "ResetLadder": lambda w: ladder_pb.ResetLadderRequest(name=ladder(w).name, request_id=fresh()),
    },
    "ForecastService": {
        "GetForecast": lambda w: forecast_pb.GetForecastRequest(notice=w.issued),
        "ListAgencyForecasts": lambda w: forecast_pb.ListAgencyForecastsRequest(parent=HOME, notices=[w.issued]),
        "GetAgencyForecast": lambda w: forecast_pb.GetAgencyForecastRequest(parent=HOME, notice=w.issued),
    },
    "VersionService": {
        "ListVersions": lambda w: version_pb.ListVersionsRequest(parent=w.issued),
        "GetVersion": lambda w: version_pb.GetVersionRequest(name=f"{w.issued}/versions/1"),
        "CompareVersions": lambda w: version_pb.CompareVersionsRequest(parent=w.issued, from_version=1),
    },
    "ChecklistService": {
        "GetChecklist": lambda w: checklist_pb.GetChecklistRequest(parent=HOME, notice=w.issued),
        "UpdateChecklist": lambda w: checklist_pb.UpdateChecklistRequest(
            parent=HOME,
            notice=w.issued,
            items=[checklist_pb.ChecklistItem(item="roles-set", state=checklist_pb.ChecklistItem.NOT_DONE)],
            request_id=fresh(),
        ),
        "AddChecklistItem": adding,
        "RemoveChecklistItem": removing,
        "ListAgencyChecklists": lambda w: checklist_pb.ListAgencyChecklistsRequest(parent=HOME, notices=[w.issued]),
        "ListChecklistSummaries": lambda w: checklist_pb.ListChecklistSummariesRequest(notices=[w.issued]),
    },
    "LocalDateService": {
        "GetLocalDate": lambda w: local_date_pb.GetLocalDateRequest(parent=HOME, notice=w.issued),
        "SetLocalDate": lambda w: local_date_pb.SetLocalDateRequest(
            parent=HOME, notice=w.issued, etag=dated(w), request_id=fresh()
        ),
        "ListLocalDates": lambda w: local_date_pb.ListLocalDatesRequest(notice=w.issued),
    },
    "SupplementService": {
        "ListSupplements": lambda w: supplement_pb.ListSupplementsRequest(parent=w.issued),
        "ListSupplementVersions": lambda w: supplement_pb.ListSupplementVersionsRequest(parent=HOME, notice=w.issued),
        "WriteSupplement": lambda w: supplement_pb.WriteSupplementRequest(
            parent=HOME, notice=w.issued, text=f"Ask Maria. {fresh()}", etag=supplemented(w), request_id=fresh()
        ),
        "WithdrawSupplement": lambda w: supplement_pb.WithdrawSupplementRequest(
            parent=HOME, notice=w.issued, etag=supplemented(w), request_id=fresh()
        ),
    },
    "ReviewService": {
        "OpenReview": lambda w: review_pb.OpenReviewRequest(
            parent=draft(w, "A letter to send round").name, agencies=[HOME], due_date=day(7), request_id=fresh()
        ),
        "CloseReview": lambda w: review_pb.CloseReviewRequest(name=review(w), reason="Enough said", request_id=fresh()),
        "AnswerComment": lambda w: review_pb.AnswerCommentRequest(
            name=sent_comment(w), answer=review_pb.ReviewComment.ACCEPTED, request_id=fresh()
        ),
        "ListReviews": lambda w: review_pb.ListReviewsRequest(parent=review(w).partition("/reviews/")[0]),
        "ListOwnReviews": lambda w: review_pb.ListOwnReviewsRequest(),
        "GetReview": lambda w: review_pb.GetReviewRequest(name=review(w)),
        "ListReviewComments": lambda w: review_pb.ListReviewCommentsRequest(parent=review(w)),
        "NameReviewers": lambda w: naming(w, review(w)),
        "AddReviewComment": lambda w: commenting(review(w)),
        "RemoveReviewComment": lambda w: review_pb.RemoveReviewCommentRequest(name=comment(w).name, request_id=fresh()),
        "SendReviewComments": lambda w: review_pb.SendReviewCommentsRequest(
            name=review(w), agency=HOME, request_id=fresh()
        ),
    },
    "AcknowledgementService": {
        "ListOwnAcknowledgements": lambda w: acknowledgement_pb.ListOwnAcknowledgementsRequest(),
        "RecordConfirmation": lambda w: acknowledgement_pb.RecordConfirmationRequest(
            parent=HOME,
            notice=w.issued,
            people=[w.on_leave],
            text_sha256=w.text_sha256,
            reason="On leave",
            request_id=fresh(),
        ),
        "ListAcknowledgements": lambda w: acknowledgement_pb.ListAcknowledgementsRequest(parent=HOME, notice=w.issued),
    },
    "PacketService": {
        "CreatePacket": lambda w: packet_of(w, HOME),
        "ClosePacket": lambda w: packet_pb.ClosePacketRequest(name=packet(w), request_id=fresh()),
        "ListPackets": lambda w: packet_pb.ListPacketsRequest(parent=HOME),
        "GetPacket": lambda w: packet_pb.GetPacketRequest(parent=HOME, packet=packet(w)),
        "ListPacketPeople": lambda w: packet_pb.ListPacketPeopleRequest(parent=HOME, packet=packet(w)),
        "ListOwnPackets": lambda w: packet_pb.ListOwnPacketsRequest(),
        "GetOwnPacket": lambda w: packet_pb.GetOwnPacketRequest(name=packet(w)),
        "ConfirmPacket": lambda w: packet_pb.ConfirmPacketRequest(
            name=packet(w),
            confirmations=[packet_pb.PacketConfirmation(notice=w.issued, text_sha256=w.text_sha256)],
            request_id=fresh(),
        ),
    },
    "QuestionService": {
        "AskQuestion": asking,
        "ListQuestions": lambda w: question_pb.ListQuestionsRequest(parent=w.issued),
        "GetQuestion": lambda w: question_pb.GetQuestionRequest(name=asked(w)),
        "ListOpenQuestions": lambda w: question_pb.ListOpenQuestionsRequest(),
        "AnswerQuestion": lambda w: question_pb.AnswerQuestionRequest(name=asked(w), text="Yes.", request_id=fresh()),
        "CreateClarification": lambda w: question_pb.CreateClarificationRequest(
            parent=w.issued, text="It holds everywhere.", request_id=fresh()
        ),
        "ListClarifications": lambda w: question_pb.ListClarificationsRequest(parent=w.issued),
    },
    "EvidenceService": {
        "ListSignatures": lambda w: evidence_pb.ListSignaturesRequest(parent=f"{w.issued}/versions/1", agency=HOME),
        "GetSignatureCounts": lambda w: evidence_pb.GetSignatureCountsRequest(parent=f"{w.issued}/versions/1"),
        "GetCoverage": lambda w: evidence_pb.GetCoverageRequest(notice=w.issued, agency=HOME),
        "GetStateCoverage": lambda w: evidence_pb.GetStateCoverageRequest(notice=w.issued),
        "CreateEvidencePacket": packing,
        "GetEvidencePacket": lambda w: evidence_pb.GetEvidencePacketRequest(name=evidence_packet(w).name),
        "ListEvidencePackets": lambda w: evidence_pb.ListEvidencePacketsRequest(parent=w.issued, agency=HOME),
        "GetEvidencePacketContent": lambda w: evidence_pb.GetEvidencePacketContentRequest(
            name=evidence_packet(w, ready=True).name, limit=1_000
        ),
    },
    "ReleaseService": releases.REQUESTS,
    "InboxService": {
        "ListInbox": lambda w: inbox_pb.ListInboxRequest(),
        "GetInboxItem": lambda w: inbox_pb.GetInboxItemRequest(notice=w.issued),
        "ReadNotice": lambda w: inbox_pb.ReadNoticeRequest(notice=w.issued, request_id=fresh()),
        "ConfirmNotice": lambda w: inbox_pb.ConfirmNoticeRequest(
            notice=w.issued, text_sha256=w.text_sha256, request_id=fresh()
        ),
    },
}
