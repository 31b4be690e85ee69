"""The questions on a letter: what was clarified, what the visitor may see of what was asked, and a form to ask."""

from fastapi import APIRouter

from cadre.notification.v1 import question_service_pb2 as pb
from gateway.letters import clarified, letters
from gateway.questions import whose
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters/{letter_id}/questions")

_ROWS = 25


@router.get("")
def questions_page(visit: Visitor, letter_id: str, page: str = "", part: str = "") -> Answer:
    """What was clarified and asked, so that nobody asks what is answered; and the form."""
    return _show(visit, letter_id, Form.of({"section": part, "text": ""}), page)


@router.post("")
def ask(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Ask."""
    form.values.setdefault("section", [""])
    form.needs("text", "Write what you want to know.")
    if not form.errors:
        try:
            visit.clients.questions.AskQuestion(
                pb.AskQuestionRequest(
                    parent=f"notices/{letter_id}",
                    section=form.text("section"),
                    text=form.block("text"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/letters/{letter_id}/questions", done="asked")
    return _show(visit, letter_id, form, "")


def _show(visit: Visit, letter_id: str, form: Form, page: str) -> Answer:
    letter = visit.letter(letter_id)
    found = visit.clients.questions.ListQuestions(
        pb.ListQuestionsRequest(parent=letter.name, page_size=_ROWS, page_token=page)
    )
    return visit.page(
        "questions/questions.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        clarified=clarified.of(visit, letter),
        parts_of=clarified.parts_of(letter),
        part_title=clarified.title,
        questions=found.questions,
        total=found.total_count,
        next_page=found.next_page_token,
        page=page,
        names=whose.names(visit, found.questions),
        agencies=visit.agencies(),
        state=visit.rights.state("notices.write"),
        form=form,
    )
