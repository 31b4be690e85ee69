"""What a learner says of a course, on its way to the service that keeps no name.

The answer takes one thing of the visitor along: an agency where they work, for that agency's own figure.
"""

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import quality_service_pb2 as pb
from gateway.web.forms import SentForm
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.rpc.client import Refused

# Without an answer from the service the page is as good as before: the form is optional.
_NO_FORM = {"NOT_FOUND", "FAILED_PRECONDITION"}


def form_of(visit: Visit, training: assignment_pb.Assignment | None) -> pb.ReactionForm | None:
    """Return the questions about the course of a training; None where there is nothing to ask (yet)."""
    if training is None:
        return None
    try:
        return visit.clients.quality.GetReactionForm(pb.GetReactionFormRequest(course_version=training.course_version))
    except Refused as error:
        if error.passing or error.code in _NO_FORM:
            return None
        raise


def send(visit: Visit, training: assignment_pb.Assignment, form: SentForm, asked: pb.ReactionForm) -> None:
    """Send what was said; what is wrong with it stands in the form's errors."""
    ratings = [_rating(form.text(question.id)) for question in asked.questions]
    if not any(ratings) and not form.text("comment"):
        form.errors[asked.questions[0].id] = "Answer at least one question, or skip this."
    if form.errors:
        return
    request = pb.SendReactionRequest(
        course_version=training.course_version,
        ratings=ratings,
        comment=form.text("comment"),
        ticket=form.text("ticket"),
        agency=_agency(visit),
    )
    try:
        visit.clients.quality.SendReaction(request)
    except Refused as error:
        form.refuse(error)


def _rating(value: str) -> int:
    return sentences.as_number(value) or 0


def _agency(visit: Visit) -> str:
    """An agency where the visitor works today; of several the first by name, so that they count in one."""
    today = visit.today.isoformat()
    agencies = {
        job.agency
        for job in visit.me.person.jobs
        if job.start_date <= today and (not job.end_date or today < job.end_date)
    }
    return min(agencies, default="")
