"""Attaching files to letters, and what is asked of those that are attached."""

import pytest

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.rpc.client import Refused

from .filemaking import pdf

LETTER = pdf("CSSP 26-04\nA complaint no longer presumes full-time work.", "Page 2 of 2")


def named(content):
    """A name that says what the file is."""
    endings = {
        b"%PDF-": "pdf",
        b"PK": "xlsx" if b"xl/workbook" in content else "docx",
        b"\x89PNG": "png",
        b"\xff\xd8": "jpg",
    }
    return f"file.{next((ending for start, ending in endings.items() if content.startswith(start)), 'txt')}"


def attach(cadre, notice, content, **changes):
    fields = {
        "notice": notice.name,
        "kind": notice_pb.Attachment.ATTACHMENT,
        "filename": named(content),
        "content": content,
        "etag": notice.etag,
        "request_id": cadre.new_id(),
    }
    return cadre.analyst.AddAttachment(attachment_pb.AddAttachmentRequest(**(fields | changes)), timeout=60)


def remove(cadre, notice, attachment):
    request = attachment_pb.RemoveAttachmentRequest(name=attachment.name, etag=notice.etag, request_id=cadre.new_id())
    return cadre.analyst.RemoveAttachment(request)


def submit(cadre, notice):
    request = notice_pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=cadre.new_id())
    return cadre.analyst.SubmitNotice(request)


def issued_with(cadre, audience, content=LETTER):
    return cadre.publish(submit(cadre, attach(cadre, cadre.draft(audience), content)))


def fetch(stub, attachment):
    return stub.GetAttachment(attachment_pb.GetAttachmentRequest(name=attachment.name))


def kept(cadre):
    return cadre.rows("SELECT count(*) FROM file")[0][0]


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value
