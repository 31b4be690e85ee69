"""Answering for the state: what waits, one question with its answers, and what is said officially to everybody."""

from datetime import UTC

from fastapi import APIRouter

from cadre.notification.v1 import question_service_pb2 as pb
from gateway.letters import clarified, letters
from gateway.questions import whose
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

router = APIRouter()

_ROWS = 50


@router.get("/questions")
def to_answer(visit: Visitor, page: str = "") -> Answer:
    """What nobody has answered yet, the oldest first."""
    found = visit.clients.questions.ListOpenQuestions(pb.ListOpenQuestionsRequest(page_size=_ROWS, page_token=page))
    return visit.page(
        "questions/to_answer.html",
        rows=[(one, (visit.today - pacific_date(one.ask_time.ToDatetime(UTC))).days) for one in found.questions],
        total=found.total_count,
        next_page=found.next_page_token,
        page=page,
        part_title=clarified.title,
        agencies=visit.agencies(),
    )


@router.get("/letters/{letter_id}/questions/{question_id}")
def question_page(visit: Visitor, letter_id: str, question_id: str) -> Answer:
    """One question with its answers; who writes letters answers here."""
    return _show(visit, letter_id, question_id, Form.of({"text": ""}))


@router.post("/letters/{letter_id}/questions/{question_id}")
def answer(visit: Visitor, letter_id: str, question_id: str, form: Sent) -> Answer:
    """Answer it."""
    form.needs("text", "Write the answer.")
    if not form.errors:
        try:
            visit.clients.questions.AnswerQuestion(
                pb.AnswerQuestionRequest(
                    name=_name(letter_id, question_id), text=form.block("text"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/letters/{letter_id}/questions/{question_id}", done="answered")
    return _show(visit, letter_id, question_id, form)


@router.get("/letters/{letter_id}/clarify")
def clarify_page(visit: Visitor, letter_id: str, question: str = "", instead_of: str = "") -> Answer:
    """A clarification that begins with the last answer to a question, or with the one whose place it takes."""
    form = Form.of({"question": question, "instead_of": instead_of, "section": "", "text": ""})
    letter = visit.letter(letter_id)
    said = clarified.of(visit, letter)
    before = next((one for one in said.holding if one.name.endswith(f"/{instead_of}")), None) if instead_of else None
    if before:
        form.values |= {"section": [before.section], "text": [before.text]}
    elif question:
        asked = _question(visit, letter_id, question)
        form.values |= {"section": [asked.section], "text": [asked.answers[-1].text if asked.answers else ""]}
    return _form(visit, letter_id, form)


@router.post("/letters/{letter_id}/clarify")
def clarify(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Say it officially, to everybody who has the letter."""
    for name in ("question", "instead_of", "section"):
        form.values.setdefault(name, [""])
    form.needs("text", "Write what the letter means.")
    if not form.errors:
        question, instead_of = form.text("question"), form.text("instead_of")
        try:
            visit.clients.questions.CreateClarification(
                pb.CreateClarificationRequest(
                    parent=f"notices/{letter_id}",
                    section=form.text("section"),
                    text=form.block("text"),
                    question=_name(letter_id, question) if question else "",
                    supersedes=f"notices/{letter_id}/clarifications/{instead_of}" if instead_of else "",
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error, {"supersedes": "instead_of"})
        else:
            return visit.go(f"/letters/{letter_id}/questions", done="clarified")
    return _form(visit, letter_id, form)


def _name(letter_id: str, question_id: str) -> str:
    return f"notices/{letter_id}/questions/{question_id}"


def _question(visit: Visit, letter_id: str, question_id: str) -> pb.Question:
    return visit.clients.questions.GetQuestion(pb.GetQuestionRequest(name=_name(letter_id, question_id)))


def _show(visit: Visit, letter_id: str, question_id: str, form: Form) -> Answer:
    asked = _question(visit, letter_id, question_id)
    return visit.page(
        "questions/question.html",
        status=400 if form.errors else 200,
        letter=visit.letter(letter_id),
        letters=letters,
        question=asked,
        names=whose.names(visit, [asked]),
        agencies=visit.agencies(),
        part_title=clarified.title,
        state=visit.rights.state("notices.write"),
        form=form,
    )


def _form(visit: Visit, letter_id: str, form: Form) -> Answer:
    letter = visit.letter(letter_id)
    said = clarified.of(visit, letter)
    question = form.text("question")
    holding = [(one.name.rpartition("/")[2], _shortly(one)) for one in said.holding]
    return visit.page(
        "questions/clarify.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        question=_question(visit, letter_id, question) if question else None,
        parts_of=clarified.parts_of(letter),
        holding=[("", "None: it is new"), *holding],
        form=form,
    )


def _shortly(one: pb.Clarification) -> str:
    most = 80
    said = " ".join(one.text.split())
    return f"{clarified.title(one.section)}: {said if len(said) <= most else said[:most].rstrip() + '…'}"
