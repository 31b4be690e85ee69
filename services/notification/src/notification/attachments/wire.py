"""Between the contract's messages and the files of letters."""

from uuid import UUID

from cadre.notification.v1 import attachment_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.attachments.attachments import Attachment
from notification.attachments.rules import files
from notification.attachments.rules.files import Label
from notification.letters.wire import enum_name
from servicekit import names


def attachment_ids(name: str) -> tuple[UUID, UUID]:
    """Read `notices/{notice}/attachments/{attachment}`."""
    ids = names.parse("notices/{notice}/attachments/{attachment}", name)
    return names.as_uuid(ids["notice"], field="name"), names.as_uuid(ids["attachment"], field="name")


def label(request: pb.AddAttachmentRequest) -> Label:
    """Read what is said of a file."""
    return files.label(enum_name(notice_pb.Attachment.Kind, request.kind, "kind"), request.title, request.filename)


def attachment(row: Attachment) -> notice_pb.Attachment:
    """Write a file of a notice, without its content."""
    return notice_pb.Attachment(
        name=f"notices/{row.notice_id}/attachments/{row.id}",
        kind=notice_pb.Attachment.Kind.Value(row.kind),
        title=row.title,
        filename=row.filename,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        pages=row.pages,
        scan_note=row.scan_note,
    )
