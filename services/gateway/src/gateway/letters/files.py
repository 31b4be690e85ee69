"""The signed letter and what is attached to it: added to a draft, removed, downloaded.

Files have a page of their own, beside the letter's form: a browser gives a chosen file away only once, so that a form
which is refused loses it, and with it nothing else.
"""

from fastapi import APIRouter

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import glossary
from servicekit.rpc.client import Refused

router = APIRouter()

_MOST_BYTES = 10 * 1024 * 1024
# A file is read for as long as it may be; a page waits for less.
_SECONDS = 20.0
_FIELDS = ("file", "kind", "title", "checked_reason")
# Refusals of the scan: a person may look, and say that they did.
_LOOK = ("PERSONAL_NUMBERS_FOUND", "TEXT_UNREADABLE")


@router.get("/letters/{letter_id}/files")
def files_page(visit: Visitor, letter_id: str) -> Answer:
    """The files of a draft, and a form for one more."""
    return _files(visit, visit.letter(letter_id), _blank(visit, letter_id))


@router.post("/letters/{letter_id}/files")
def add_file(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Add a file; what the scan finds is said before it is kept."""
    # So that what is wrong with them is said at the field, also where the form did not show it yet.
    for field in _FIELDS:
        form.values.setdefault(field, [""])
    content = form.files.get("file", b"")
    if not content:
        form.errors["file"] = "Choose the file. A browser does not keep it when a form comes back or a sign-in ends."
    elif len(content) > _MOST_BYTES:
        form.errors["file"] = "The file is larger than 10 MB. Send a smaller one, or several."
    if form.text("kind") not in glossary.FILE_KINDS:
        form.errors["kind"] = "Say whether it is the signed letter or an attachment."
    warning = ""
    if not form.errors:
        try:
            visit.clients.attachments.AddAttachment(
                attachment_pb.AddAttachmentRequest(
                    notice=f"notices/{letter_id}",
                    kind=notice_pb.Attachment.Kind.Value(form.text("kind")),
                    title=form.text("title"),
                    filename=form.filenames.get("file", ""),
                    content=content,
                    checked_reason=form.text("checked_reason"),
                    etag=form.text("etag"),
                    request_id=form.request_id,
                ),
                timeout=_SECONDS,
            )
        except Refused as error:
            form.refuse(error, {"content": "file", "filename": "file"})
            warning = error.reason if error.reason in _LOOK else ""
    if form.errors:
        return _files(visit, visit.letter(letter_id), form, warning)
    return visit.go(f"/letters/{letter_id}/files", done="file-added")


@router.post("/letters/{letter_id}/files/{file_id}/remove")
def remove_file(visit: Visitor, letter_id: str, file_id: str, form: Sent) -> Answer:
    """Take a file off a draft."""
    try:
        visit.clients.attachments.RemoveAttachment(
            attachment_pb.RemoveAttachmentRequest(
                name=f"notices/{letter_id}/attachments/{file_id}", etag=form.text("etag"), request_id=form.request_id
            )
        )
    except Refused as error:
        form.refuse(error)
        blank = _blank(visit, letter_id)
        blank.errors[""] = form.errors.get("") or next(iter(form.errors.values()))
        return _files(visit, visit.letter(letter_id), blank)
    return visit.go(f"/letters/{letter_id}/files", done="file-removed")


@router.get("/files/{letter_id}/{file_id}")
def download(visit: Visitor, letter_id: str, file_id: str) -> Answer:
    """A file of a letter, as it was added; the browser saves it and runs nothing of it."""
    answer = visit.clients.attachments.GetAttachment(
        attachment_pb.GetAttachmentRequest(name=f"notices/{letter_id}/attachments/{file_id}")
    )
    return visit.download(answer.content, answer.attachment.filename, answer.attachment.media_type)


def _blank(visit: Visit, letter_id: str) -> Form:
    has_letter = any(file.kind == notice_pb.Attachment.LETTER for file in visit.letter(letter_id).attachments)
    return Form.of({"kind": "ATTACHMENT" if has_letter else "LETTER", "title": "", "file": "", "checked_reason": ""})


def _files(visit: Visit, letter: notice_pb.Notice, form: Form, warning: str = "") -> Answer:
    if letter.state != notice_pb.Notice.DRAFT and not form.errors:
        return visit.go(f"/letters/{letter.name.removeprefix('notices/')}")
    return visit.page(
        "letters/files.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        form=form,
        warning=warning,
        kinds=list(glossary.FILE_KINDS.items()),
    )
