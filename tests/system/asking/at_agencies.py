"""A request for each method on letters at an agency and with its staff."""

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import local_audience_service_pb2 as local_audience_pb
from cadre.notification.v1 import local_date_service_pb2 as local_date_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as packet_pb
from cadre.notification.v1 import supplement_service_pb2 as supplement_pb

from .common import HOME, fresh
from .letters import draft, issue


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


def alone(w):
    """A letter whose audience no other one has."""
    if not hasattr(w, "alone"):
        clause = audience_pb.AudienceClause(agencies=[HOME], people=[w.person])
        audience = audience_pb.Audience(title="One", expression=audience_pb.AudienceExpression(include=[clause]))
        create = audience_pb.CreateAudienceRequest(audience=audience, request_id=fresh())
        made = w.rightly(w.access.audiences.CreateAudience, create, "audiences.write").name
        w.alone = issue(w, draft(w, "A letter for one", audience=made), revision=1).name
    return w.alone


def widening(w):
    return local_audience_pb.AddUnitsRequest(
        parent=HOME, notice=alone(w), units=[f"unit-{fresh()[:8]}"], reason="Their calls", request_id=fresh()
    )


def narrowing(w):
    add = widening(w)
    w.call(w.access.local_audiences.AddUnits, add, w.lead, {"notices.confirm_for_agency": (HOME,)})
    return local_audience_pb.RemoveUnitRequest(
        parent=HOME, notice=add.notice, unit=add.units[0], reason="No calls", request_id=fresh()
    )


def supplemented(w):
    """The etag of what the home agency added; of something that it added just now, if there was nothing."""
    stub, reads = w.access.supplements, {"readiness.read_agency": (HOME,)}
    asked = supplement_pb.ListSupplementVersionsRequest(parent=HOME, notice=w.issued, page_size=1)
    found = w.call(stub.ListSupplementVersions, asked, w.lead, reads).supplements
    if found:
        return found[0].etag
    write = supplement_pb.WriteSupplementRequest(parent=HOME, notice=w.issued, text="Ask Maria.", request_id=fresh())
    return w.call(stub.WriteSupplement, write, w.lead, {"notices.confirm_for_agency": (HOME,)}).etag


def packet_of(w, parent):
    """A packet of the letter that is out and of one more."""
    w.second = getattr(w, "second", "") or issue(w, draft(w, "A second letter", notice_pb.CONFIRM)).name
    return packet_pb.CreatePacketRequest(
        parent=parent, title="Two letters", notices=[w.issued, w.second], request_id=fresh()
    )


def packet(w):
    return w.rightly(w.access.packets.CreatePacket, packet_of(w, HOME), "packets.manage").name


REQUESTS = {
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
    "LocalAudienceService": {
        "GetLocalAudience": lambda w: local_audience_pb.GetLocalAudienceRequest(parent=HOME, notice=w.issued),
        "AddUnits": widening,
        "RemoveUnit": narrowing,
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
    "InboxService": {
        "ListInbox": lambda w: inbox_pb.ListInboxRequest(),
        "GetInboxItem": lambda w: inbox_pb.GetInboxItemRequest(notice=w.issued),
        "ReadNotice": lambda w: inbox_pb.ReadNoticeRequest(notice=w.issued, request_id=fresh()),
        "ConfirmNotice": lambda w: inbox_pb.ConfirmNoticeRequest(
            notice=w.issued, text_sha256=w.text_sha256, request_id=fresh()
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
}
