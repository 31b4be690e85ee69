"""Meetings, their papers and what is to be done: unpack, call, pack."""

from uuid import UUID

from cadre.partnership.v1 import meeting_service_pb2 as pb
from partnership.bodies.wire import body_id as body_of
from partnership.meetings import actions, meetings, minutes, packets, papers, queries, roll, wire
from partnership.visibility import Reader, reader_of, standing
from servicekit import names, text
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer

_MEETINGS, _MOST = 25, 100


def _whole(db: Db, body_id: str, meeting_id: UUID, reader: Reader) -> pb.Meeting:
    """Return a meeting with all that is in it, by the same number of statements whatever that is."""
    row = queries.one(db, body_id, meeting_id, reader)
    items, presence = queries.items(db, meeting_id), queries.presence(db, meeting_id)
    seats = queries.positions(db, body_id, row.day)
    room = wire.Room(
        items=items,
        presence=presence,
        answers=queries.answers(db, meeting_id),
        documents=papers.summaries(db, row, reader),
        quorum=queries.quorum_now(row, items, presence, seats, db.at),
    )
    return wire.meeting(row, room, reader)


class MeetingServicer(Servicer):
    """Answers `cadre.partnership.v1.MeetingService`."""

    service = pb.DESCRIPTOR.services_by_name["MeetingService"]

    def ListMeetings(self, request: pb.ListMeetingsRequest, call: Call) -> pb.ListMeetingsResponse:
        body_id, reader = body_of(request.parent, "parent"), reader_of(call)
        page = self.page_of(request, default=_MEETINGS, most=_MOST)
        with self.read() as db:
            standing(db, body_id, reader)
            rows = queries.listed(db, body_id, reader, page)
        shown, token = page.cut(rows, lambda row: [row.start_at, row.id])
        return pb.ListMeetingsResponse(meetings=map(wire.summary, shown), next_page_token=token)

    def GetMeeting(self, request: pb.GetMeetingRequest, call: Call) -> pb.Meeting:
        body_id, meeting_id = wire.meeting_of(request.name)
        with self.read() as db:
            return _whole(db, body_id, meeting_id, reader_of(call))

    def GetPacket(self, request: pb.GetPacketRequest, call: Call) -> pb.Packet:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.read() as db:
            found = packets.packet(db, body_id, meeting_id, reader)
            return wire.packet(_whole(db, body_id, meeting_id, reader), found)

    def ListMyMeetings(self, _request: pb.ListMyMeetingsRequest, call: Call) -> pb.ListMyMeetingsResponse:
        reader = reader_of(call)
        with self.read() as db:
            rows = queries.own(db, reader)
            said = queries.own_answers(db, rows, reader)
        return pb.ListMyMeetingsResponse(meetings=[wire.own(row, said.get(row.id)) for row in rows])

    def CreateMeeting(self, request: pb.CreateMeetingRequest, call: Call) -> pb.Meeting:
        body_id, reader = body_of(request.parent, "parent"), reader_of(call)
        said, items = wire.said(request.meeting), [wire.item(one) for one in request.meeting.items]
        like = wire.meeting_in(body_id, request.like, "like") if request.like else None
        with self.write(call, request) as db:
            meeting_id = meetings.create(db, body_id, said, items, like, reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def UpdateMeeting(self, request: pb.UpdateMeetingRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.meeting.name, "meeting.name"), reader_of(call)
        said = wire.said(request.meeting)
        with self.write(call, request) as db:
            meetings.update(db, body_id, meeting_id, said, etag=request.meeting.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def UpdateAgenda(self, request: pb.UpdateAgendaRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        items = [wire.item(one) for one in request.items]
        with self.write(call, request) as db:
            meetings.update_agenda(db, body_id, meeting_id, items, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def CallMeeting(self, request: pb.CallMeetingRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            reason = request.late_reason
            meetings.call(db, body_id, meeting_id, late_reason=reason, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def CancelMeeting(self, request: pb.CancelMeetingRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            meetings.cancel(db, body_id, meeting_id, reason=request.reason, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def AnswerCall(self, request: pb.AnswerCallRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            meetings.answer(db, body_id, meeting_id, comes=request.comes, reason=request.reason, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def RecordPresence(self, request: pb.RecordPresenceRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        intervals = [wire.interval(one) for one in request.presence]
        with self.write(call, request) as db:
            roll.record_presence(db, body_id, meeting_id, intervals, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def RecordItem(self, request: pb.RecordItemRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        noted = roll.Noted(
            item=names.as_uuid(request.item, field="item"),
            notes=text.block(request.notes or request.written.notes),
            outcome=text.line(request.outcome),
            end=wire.moment("end_time", request.end_time) if request.HasField("end_time") else None,
        )
        with self.write(call, request) as db:
            roll.record_item(db, body_id, meeting_id, noted, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def HoldMeeting(self, request: pb.HoldMeetingRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            meetings.hold(db, body_id, meeting_id, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def PublishNotes(self, request: pb.PublishNotesRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            minutes.publish(db, body_id, meeting_id, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def ApproveMinutes(self, request: pb.ApproveMinutesRequest, call: Call) -> pb.Meeting:
        (body_id, meeting_id), reader = wire.meeting_of(request.name), reader_of(call)
        at, digest = wire.meeting_in(body_id, request.approving_meeting, "approving_meeting"), request.digest
        with self.write(call, request) as db:
            minutes.approve(db, body_id, meeting_id, digest=digest, at=at, etag=request.etag, reader=reader)
            return db.answer(_whole(db, body_id, meeting_id, reader))

    def AddEdition(self, request: pb.AddEditionRequest, call: Call) -> pb.Document:
        (body_id, meeting_id, new), reader = wire.new_edition(request), reader_of(call)
        with self.write(call, request) as db:
            document_id = papers.add(db, body_id, meeting_id, new, reader)
            shown = papers.edition(db, body_id, meeting_id, document_id, 0, reader)
            return db.answer(wire.document(body_id, meeting_id, shown))

    def GetDocument(self, request: pb.GetDocumentRequest, call: Call) -> pb.Document:
        body_id, meeting_id, document_id = wire.document_of(request.name)
        with self.read() as db:
            shown = papers.edition(db, body_id, meeting_id, document_id, request.edition, reader_of(call))
        return wire.document(body_id, meeting_id, shown)

    def ListActions(self, request: pb.ListActionsRequest, call: Call) -> pb.ListActionsResponse:
        page, reader = self.page_of(request, most=_MOST), reader_of(call)
        body_id = body_of(request.parent, "parent") if request.parent else None
        with self.read() as db:
            if body_id is not None:
                standing(db, body_id, reader)
            rows = actions.listed(db, body_id, reader, page)
        shown, token = page.cut(rows, lambda row: [row.done, row.due_on, row.id])
        return pb.ListActionsResponse(actions=map(wire.action, shown), next_page_token=token)

    def CreateAction(self, request: pb.CreateActionRequest, call: Call) -> pb.Action:
        body_id, reader = body_of(request.parent, "parent"), reader_of(call)
        new = wire.new_action(body_id, request.action)
        with self.write(call, request) as db:
            action_id = actions.create(db, body_id, new, reader)
            return db.answer(wire.action(actions.one(db, body_id, action_id, reader)))

    def CompleteAction(self, request: pb.CompleteActionRequest, call: Call) -> pb.Action:
        (body_id, action_id), reader = wire.action_of(request.name), reader_of(call)
        with self.write(call, request) as db:
            actions.complete(db, body_id, action_id, done=request.done, etag=request.etag, reader=reader)
            return db.answer(wire.action(actions.one(db, body_id, action_id, reader)))
