"""A letter before its issue: what it says, who it is for today, and the second person's decision."""

from fastapi import APIRouter

from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from gateway import letters
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/letters/{letter_id}")


@router.post("/issue")
def issue(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Approve and issue."""
    revision = form.text("audience_revision")
    try:
        visit.clients.notification.PublishNotice(
            pb.PublishNoticeRequest(
                name=f"notices/{letter_id}",
                audience_revision=int(revision) if revision.isdecimal() else 0,
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return waiting(visit, visit.letter(letter_id), form)
    return visit.go(f"/letters/{letter_id}", done="issued")


@router.post("/return")
def give_back(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Return to the author with a reason."""
    form.needs("reason", "Say why, so that the author knows what to change.")
    if not form.errors:
        try:
            visit.clients.notification.ReturnNotice(
                pb.ReturnNoticeRequest(
                    name=f"notices/{letter_id}", reason=form.text("reason"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return waiting(visit, visit.letter(letter_id), form)
    return visit.go("/letters", done="returned")


def waiting(visit: Visit, letter: pb.Notice, form: Form) -> Answer:
    """Show a letter before its issue: what it says, who it is for today, and what can be done with it."""
    audience = preview = None
    if letter.audience:
        directory = visit.clients.directory
        audience = directory.GetAudience(directory_pb.GetAudienceRequest(name=letter.audience))
        preview = directory.PreviewAudience(directory_pb.PreviewAudienceRequest(expression=audience.expression))
    may_approve = (
        letter.state == pb.Notice.IN_APPROVAL
        and visit.rights.state("notices.approve")
        and letter.author != visit.person
    )
    return visit.page(
        "waiting_letter.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        audience=audience,
        preview=preview,
        may_approve=may_approve,
        form=form,
        names=visit.names([letter.author]),
    )
