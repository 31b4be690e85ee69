"""Was this useful? Asked after a course, answered or skipped, and never a to-do."""

from fastapi import APIRouter

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from gateway.learning import reactions
from gateway.learning.pages import training_of
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter(prefix="/training/{letter_id}")


@router.get("/reaction")
def reaction(visit: Visitor, letter_id: str) -> Answer:
    """The questions on a page of their own."""
    return _reaction(visit, letter_id, training_of(visit, letter_id), Form())


@router.post("/reaction")
def send_reaction(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Put the answers into the box."""
    # The log line of this request says that somebody answered, not who.
    visit.request.state.person = ""
    training = training_of(visit, letter_id)
    asked = reactions.form_of(visit, training)
    if training is None or asked is None:
        return visit.go(f"/training/{letter_id}/done")
    reactions.send(visit, training, form, asked)
    if form.errors:
        return _reaction(visit, letter_id, training, form)
    return visit.go(f"/training/{letter_id}/done", done="reaction")


def _reaction(visit: Visit, letter_id: str, training: assignment_pb.Assignment | None, form: Form) -> Answer:
    asked = reactions.form_of(visit, training)
    if asked is None:
        return visit.go(f"/training/{letter_id}/done")
    return visit.page(
        "learning/reaction.html", status=400 if form.errors else 200, letter_id=letter_id, asked=asked, form=form
    )
