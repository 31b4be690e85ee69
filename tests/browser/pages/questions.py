"""Pages of questions on letters."""

from cadre.notification.v1 import question_service_pb2 as question_pb
from cadre_cli.access import request_id

from .common import ANALYST, COORDINATOR, SPECIALIST

ROWS = [
    ("/questions", ANALYST, "/questions"),
    ("/letters/{letter_id}/questions", ANALYST, "/letters/{letter}/questions"),
    ("/letters/{letter_id}/questions", COORDINATOR, "/letters/{letter}/questions"),
    ("/letters/{letter_id}/questions", SPECIALIST, "/letters/{withdrawn}/questions"),
    ("/letters/{letter_id}/questions/{question_id}", ANALYST, "/letters/{letter}/questions/{question}"),
    ("/letters/{letter_id}/questions/{question_id}", COORDINATOR, "/letters/{letter}/questions/{question}"),
    ("/letters/{letter_id}/clarify", ANALYST, "/letters/{letter}/clarify?question={question}"),
]


def asked(cadre, notice, coordinator):
    """A question that waits, and one that was answered, with a clarification and the one whose place it took."""
    ask, questions, analyst = cadre.access.ask, cadre.access.questions, cadre.cast.analyst
    names = [
        ask(
            questions.AskQuestion,
            question_pb.AskQuestionRequest(
                parent=notice, section=section, text=text, request_id=request_id("sweep", "ask", text)
            ),
            person=coordinator,
        ).name
        for section, text in (("", "Who tells the court?"), ("staff_action", "Does this hold for closed cases?"))
    ]
    answered = question_pb.AnswerQuestionRequest(
        name=names[1], text="Only for those of this year.", request_id=request_id("sweep", "answer")
    )
    ask(questions.AnswerQuestion, answered, person=analyst)
    before = ""
    for text in ("It holds for closed cases.", "It holds for cases that were closed this year."):
        clarify = question_pb.CreateClarificationRequest(
            parent=notice,
            section="staff_action",
            text=text,
            question=names[1],
            supersedes=before,
            request_id=request_id("sweep", "clarify", text),
        )
        before = ask(questions.CreateClarification, clarify, person=analyst).name
    return names[1].rpartition("/")[2]
