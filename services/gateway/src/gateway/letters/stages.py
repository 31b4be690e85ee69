"""The stages in which a letter is approved: how far it is, who is next, and approving one that is not the last."""

from fastapi import APIRouter

from cadre.notification.v1 import approval_service_pb2 as pb
from gateway.letters import approval
from gateway.web.visit import Answer, Sent, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters/{letter_id}")


@router.post("/approve-stage")
def approve(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Approve the stage that is next: the letter goes on to the one after it."""
    letter = visit.letter(letter_id)
    if not form.errors:
        request = pb.ApproveStageRequest(notice=letter.name, etag=form.text("etag"), request_id=form.request_id)
        try:
            visit.clients.approvals.ApproveStage(request)
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return approval.waiting(visit, visit.letter(letter_id), form)
    return visit.go(f"/letters/{letter_id}", done="stage-approved")
