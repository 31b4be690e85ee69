"""Checklists of agencies: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import checklist_service_pb2 as pb
from notification.checklists import checklists, queries, wire
from notification.letters import wire as letters
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class ChecklistServicer(Servicer):
    """Answers `cadre.notification.v1.ChecklistService`."""

    service = pb.DESCRIPTOR.services_by_name["ChecklistService"]

    def GetChecklist(self, request: pb.GetChecklistRequest, call: Call) -> pb.Checklist:  # noqa: ARG002 - as the agency
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        with self.read() as db:
            return _list(db, notice_id, agency_id)

    def UpdateChecklist(self, request: pb.UpdateChecklistRequest, call: Call) -> pb.Checklist:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        said, by = wire.said(request), caller(call.principal)
        with self.write(call, request) as db:
            checklists.say(db, notice_id, agency_id, said, by=by)
            return db.answer(_list(db, notice_id, agency_id))

    def AddChecklistItem(self, request: pb.AddChecklistItemRequest, call: Call) -> pb.Checklist:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        by = caller(call.principal)
        with self.write(call, request) as db:
            checklists.add(db, notice_id, agency_id, request.title, by=by)
            return db.answer(_list(db, notice_id, agency_id))

    def RemoveChecklistItem(self, request: pb.RemoveChecklistItemRequest, call: Call) -> pb.Checklist:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        with self.write(call, request) as db:
            checklists.remove(db, notice_id, agency_id, request.item, request.etag)
            return db.answer(_list(db, notice_id, agency_id))

    def ListChecklistSummaries(
        self,
        request: pb.ListChecklistSummariesRequest,
        call: Call,  # noqa: ARG002 - for the whole state
    ) -> pb.ListChecklistSummariesResponse:
        asked = wire.asked(request)
        with self.read() as db:
            found = queries.summaries(db, asked, only_blocked=request.only_blocked)
        return pb.ListChecklistSummariesResponse(summaries=map(wire.summary, found))

    def ListAgencyChecklists(
        self,
        request: pb.ListAgencyChecklistsRequest,
        call: Call,  # noqa: ARG002 - as the agency
    ) -> pb.ListChecklistSummariesResponse:
        agency_id, asked = wire.agency_id(request.parent), wire.asked(request)
        with self.read() as db:
            found = queries.summaries(db, asked, agency_id=agency_id)
        return pb.ListChecklistSummariesResponse(summaries=map(wire.summary, found))


def _list(db: Db, notice_id: UUID, agency_id: str) -> pb.Checklist:
    here = queries.at_agency(db, notice_id, agency_id)
    return wire.checklist(here, queries.items(db, notice_id, agency_id))
