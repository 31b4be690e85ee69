"""Files of letters: unpack, call, pack."""

from cadre.notification.v1 import attachment_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.attachments import attachments, wire
from notification.attachments.contents import bounded
from notification.letters import wire as letters
from notification.letters.queries import due_sentence
from notification.letters.tables import Notice
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


def whole(db: Db, notice: Notice, call: Call) -> notice_pb.Notice:
    """Write a letter with its files and, before it is out, with the words for when it would be due."""
    sentence = due_sentence(db, notice, pacific_date(call.now))
    return letters.notice(notice, map(wire.attachment, attachments.of_notice(db, notice)), sentence)


class AttachmentServicer(Servicer):
    """Answers `cadre.notification.v1.AttachmentService`."""

    service = pb.DESCRIPTOR.services_by_name["AttachmentService"]

    def AddAttachment(self, request: pb.AddAttachmentRequest, call: Call) -> notice_pb.Notice:
        notice_id, writer, said = (
            letters.notice_id(request.notice, "notice"),
            caller(call.principal),
            wire.label(request),
        )
        # Before anything is kept, and without a transaction open: reading a long PDF takes a while.
        found = bounded.examine(request.content)
        uploaded = attachments.upload(said, request.content, found, request.checked_reason)
        with self.write(call, request) as db:
            row = attachments.add(db, notice_id=notice_id, uploaded=uploaded, etag=request.etag, writer=writer)
            return db.answer(whole(db, row, call))

    def RemoveAttachment(self, request: pb.RemoveAttachmentRequest, call: Call) -> notice_pb.Notice:
        (notice_id, attachment_id), writer = wire.attachment_ids(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = attachments.remove(
                db, notice_id=notice_id, attachment_id=attachment_id, etag=request.etag, writer=writer
            )
            return db.answer(whole(db, row, call))

    def GetAttachment(self, request: pb.GetAttachmentRequest, call: Call) -> pb.GetAttachmentResponse:
        notice_id, attachment_id = wire.attachment_ids(request.name)
        reader = letters.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            row = attachments.with_content(db, notice_id, attachment_id, reader)
        return pb.GetAttachmentResponse(attachment=wire.attachment(row.attachment), content=row.content)
