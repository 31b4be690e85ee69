"""What was said in a review as its author answers it: the table, each answer, and all of them sent."""

from collections import Counter

from fastapi import APIRouter

from cadre.curriculum.v1 import round_service_pb2 as pb
from gateway.rounds import phrases, shown
from gateway.rounds.settling import LINES, comment_page_of
from gateway.web import remarks, sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.words.remarks import ANSWERS, is_answered
from servicekit.calendar import YEARS_OF_DOCUMENTS

router = APIRouter(prefix="/rounds/{round_id}")


@router.get("/answers")
def answers_page(visit: Visitor, round_id: str, after: Number = 0, show: str = "") -> Answer:
    """All comments as a table; *after* which of them, where there are many."""
    return _answers(visit, round_id, Form(), after, show)


@router.get("/answers.csv")
def answers_file(visit: Visitor, round_id: str) -> Answer:
    """The same as a file, each comment with its answer."""
    review = shown.load(visit, round_id)
    said = [one for one in shown.comments(visit, review) if not phrases.is_unsent(one)]
    by = shown.around(visit, review, said)
    content = shown.table(review, said, by, visit.today)
    return visit.download(content, shown.file_name(review, by, visit.today), sheets.MEDIA_TYPE)


@router.post("/comments/{comment_id}/answer")
def answer(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Answer a comment; what is accepted as it is needs no words."""
    said = remarks.check_answer(form)
    same = form.text("same_as") if said == "SAME_AS" else ""
    asked = pb.AnswerRoundCommentRequest(
        name=f"rounds/{round_id}/comments/{comment_id}",
        answer=pb.RoundComment.Answer.Value(said or "ANSWER_UNSPECIFIED"),
        text=form.block("text"),
        same_as=f"rounds/{round_id}/comments/{same}" if same else "",
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.rounds.AnswerRoundComment, asked):
        after = form.number("after") if form.text("after") else 0
        return visit.go(
            f"/rounds/{round_id}/answers{f'?after={after}' if after else ''}#comment-{comment_id}",
            done="round-comment-answered",
        )
    return comment_page_of(visit, round_id, comment_id, form)


@router.get("/answers/send")
def send_page(visit: Visitor, round_id: str) -> Answer:
    """What sending the answers does, in numbers."""
    until = phrases.days_from(visit.today, phrases.DAYS_TO_LOOK)
    return _send(visit, round_id, Form.of({"look_until": until}))


@router.post("/answers/send")
def send(visit: Visitor, round_id: str, form: Sent) -> Answer:
    """Send them."""
    day = form.day("look_until", YEARS_OF_DOCUMENTS, "Say until which day they look a second time.")
    asked = pb.SendAnswersRequest(
        name=f"rounds/{round_id}", look_until=day.isoformat() if day else "", request_id=form.request_id
    )
    if form.accepted(visit.clients.rounds.SendAnswers, asked):
        return visit.go(f"/rounds/{round_id}/answers", done="round-answers-sent")
    return _send(visit, round_id, form)


@router.get("/close")
def close_page(visit: Visitor, round_id: str) -> Answer:
    """What ending the time for comments does."""
    return _close(visit, round_id, Form())


@router.post("/close")
def close(visit: Visitor, round_id: str, form: Sent) -> Answer:
    """End it."""
    asked = pb.CloseRoundRequest(name=f"rounds/{round_id}", request_id=form.request_id)
    if form.accepted(visit.clients.rounds.CloseRound, asked):
        return visit.go(f"/rounds/{round_id}/answers", done="round-closed")
    return _close(visit, round_id, form)


def _answers(visit: Visit, round_id: str, form: Form, after: int, show: str) -> Answer:
    review = shown.load(visit, round_id)
    said = [one for one in shown.comments(visit, review) if not phrases.is_unsent(one)]
    lines = list(shown.lines(review, said))
    fitting = [one for one in lines if not is_answered(one.comment)] if show == "unanswered" else lines
    return visit.page(
        "rounds/answers.html",
        status=400 if form.errors else 200,
        review=review,
        by=shown.around(visit, review, said),
        lines=fitting[after : after + LINES],
        numbers={one.comment.name: one.number for one in lines},
        after=after,
        before=max(0, after - LINES),
        next_after=after + LINES if len(fitting) > after + LINES else 0,
        show=show,
        phrases=phrases,
        form=form,
        here=shown.path(review),
        answers=review.may_answer and phrases.is_before_answers(review),
    )


def _send(visit: Visit, round_id: str, form: Form) -> Answer:
    review = shown.load(visit, round_id)
    said = [one for one in shown.comments(visit, review) if not phrases.is_unsent(one)]
    counted = Counter(phrases.answer(one) for one in said)
    return visit.page(
        "rounds/send_answers.html",
        status=400 if form.errors else 200,
        review=review,
        writers=len({one.author for one in said}),
        counted=[(title, counted[title]) for title in ANSWERS.values() if counted[title]],
        unanswered=counted[""],
        count=len(said),
        phrases=phrases,
        form=form,
        here=shown.path(review),
    )


def _close(visit: Visit, round_id: str, form: Form) -> Answer:
    review = shown.load(visit, round_id)
    asked = [one for one in review.reviewers if one.asked]
    return visit.page(
        "rounds/close.html",
        status=400 if form.errors else 200,
        review=review,
        asked=asked,
        sent=[one for one in asked if one.HasField("send_time")],
        phrases=phrases,
        form=form,
        here=shown.path(review),
    )
