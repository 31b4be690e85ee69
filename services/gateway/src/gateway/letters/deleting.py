"""Deleting a draft, with its files: asked first, with what is lost."""

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import letters, meanwhile
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters")


@router.get("/{letter_id}/delete")
def delete_page(visit: Visitor, letter_id: str) -> Answer:
    """Ask whether a draft is to be deleted, with what is lost."""
    return _delete(visit, visit.letter(letter_id), Form())


@router.post("/{letter_id}/delete")
def delete_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Delete a draft with its files."""
    name = f"notices/{letter_id}"
    try:
        visit.clients.notices.DeleteNotice(
            notice_pb.DeleteNoticeRequest(name=name, etag=form.text("etag"), request_id=form.request_id)
        )
    except Refused as error:
        letter = meanwhile.found(visit, letter_id)
        if letter is not None:
            form.refuse(error)
            return _delete(visit, letter, form)
    return visit.go("/letters", done="letter-deleted")


def _delete(visit: Visit, letter: notice_pb.Notice, form: Form) -> Answer:
    if letter.state != notice_pb.Notice.DRAFT and not form.errors:
        return visit.go(f"/letters/{letter.name.removeprefix('notices/')}")
    return visit.page(
        "letters/delete.html", status=400 if form.errors else 200, letter=letter, letters=letters, form=form
    )
