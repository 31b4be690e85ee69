"""A draft under review as the state sees it: sent to agencies, what they say, what is answered."""

from datetime import timedelta

from fastapi import APIRouter

from cadre.notification.v1 import review_service_pb2 as pb
from gateway.letters import letters
from gateway.reviews import phrases, rounds
from gateway.web import remarks, sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words.remarks import is_answered
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters/{letter_id}/review")

_WRITE = "notices.write"


@router.get("")
def rounds_page(visit: Visitor, letter_id: str) -> Answer:
    """The rounds of a letter, and a form to send it to agencies where it can be."""
    due = visit.today + timedelta(days=phrases.DAYS_TO_COMMENT)
    return _rounds(visit, letter_id, Form.of({"agencies": [], "due_date": due.isoformat()}))


@router.post("")
def send(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Send a draft to agencies."""
    agencies = form.all("agencies")
    if not agencies:
        form.errors["agencies"] = "Choose the agencies that review it."
    due = form.day("due_date", YEARS_OF_DOCUMENTS, "Say by which day they comment.")
    if not form.errors and due:
        request = pb.OpenReviewRequest(
            parent=f"notices/{letter_id}", agencies=agencies, due_date=due.isoformat(), request_id=form.request_id
        )
        try:
            opened = visit.clients.reviews.OpenReview(request)
            return visit.go(f"/letters/{letter_id}/review/{_number(opened)}", done="review-sent")
        except Refused as error:
            form.refuse(error)
    return _rounds(visit, letter_id, form)


@router.get("/{number}")
def round_page(visit: Visitor, letter_id: str, number: int) -> Answer:
    """One round: how far agencies are, and the text with what they say."""
    return _round(visit, letter_id, number, Form.of({"reason": ""}))


@router.post("/{number}/end")
def end(visit: Visitor, letter_id: str, number: int, form: Sent) -> Answer:
    """End a round."""
    form.needs("reason", "Say why it ends now. It stays on record.")
    if not form.errors:
        request = pb.CloseReviewRequest(
            name=rounds.name(letter_id, number), reason=form.text("reason"), request_id=form.request_id
        )
        try:
            visit.clients.reviews.CloseReview(request)
            return visit.go(f"/letters/{letter_id}/review/{number}", done="review-ended")
        except Refused as error:
            form.refuse(error)
    return _round(visit, letter_id, number, form)


@router.get("/{number}/table")
def table_page(visit: Visitor, letter_id: str, number: int) -> Answer:
    """All comments as the table of the state's form, also on paper."""
    review = rounds.load(visit, letter_id, number)
    said = list(rounds.lines(review, rounds.comments(visit, review)))
    return visit.page(
        "reviews/table.html", review=review, lines=said, agencies=visit.agencies(), phrases=phrases, here=_path(review)
    )


@router.get("/{number}/comments.csv")
def table_file(visit: Visitor, letter_id: str, number: int) -> Answer:
    """The same as a file."""
    review = rounds.load(visit, letter_id, number)
    titles = {name: agency.short_title for name, agency in visit.agencies().items()}
    content = rounds.table(review, rounds.comments(visit, review), titles)
    return visit.download(content, rounds.file_name(review, visit.today), sheets.MEDIA_TYPE)


@router.get("/{number}/comments/{comment_id}")
def answer_page(visit: Visitor, letter_id: str, number: int, comment_id: str) -> Answer:
    """A comment, and a form to answer it."""
    review, line, lines = _comment(visit, letter_id, number, comment_id)
    given = line.comment
    form = Form.of(
        {
            "answer": pb.ReviewComment.Answer.Name(given.answer) if is_answered(given) else "",
            "text": given.answer_text,
            "same_as": given.same_as,
        }
    )
    return _answer(visit, review, line, lines, form)


@router.post("/{number}/comments/{comment_id}")
def answer(visit: Visitor, letter_id: str, number: int, comment_id: str, form: Sent) -> Answer:
    """Answer a comment."""
    review, line, lines = _comment(visit, letter_id, number, comment_id)
    said = remarks.check_answer(form)
    if not form.errors:
        request = pb.AnswerCommentRequest(
            name=line.comment.name,
            answer=pb.ReviewComment.Answer.Value(said),
            text=form.block("text"),
            same_as=form.text("same_as") if said == "SAME_AS" else "",
            request_id=form.request_id,
        )
        try:
            visit.clients.reviews.AnswerComment(request)
            return visit.go(_path(review), done="comment-answered")
        except Refused as error:
            form.refuse(error)
    return _answer(visit, review, line, lines, form)


def _rounds(visit: Visit, letter_id: str, form: Form) -> Answer:
    letter = visit.letter(letter_id)
    found = visit.clients.reviews.ListReviews(pb.ListReviewsRequest(parent=letter.name)).reviews
    offered = sorted((agency.short_title, name) for name, agency in visit.agencies().items() if agency.kind != "state")
    return visit.page(
        "reviews/rounds.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        found=found,
        form=form,
        offered=[(name, title) for title, name in offered],
        may_send=visit.rights.state(_WRITE) and not any(map(phrases.is_open, found)),
    )


def _round(visit: Visit, letter_id: str, number: int, form: Form) -> Answer:
    review = rounds.load(visit, letter_id, number)
    said = rounds.comments(visit, review)
    return visit.page(
        "reviews/round.html",
        status=400 if form.errors else 200,
        review=review,
        said=said,
        whole=[one for one in said if not one.block],
        passages=rounds.passages(review, said),
        agencies=visit.agencies(),
        phrases=phrases,
        form=form,
        here=_path(review),
        may_write=visit.rights.state(_WRITE),
    )


def _comment(
    visit: Visit, letter_id: str, number: int, comment_id: str
) -> tuple[pb.Review, rounds.Line, list[rounds.Line]]:
    review = rounds.load(visit, letter_id, number)
    said = list(rounds.lines(review, rounds.comments(visit, review)))
    return review, remarks.line(said, comment_id), said


def _answer(visit: Visit, review: pb.Review, line: rounds.Line, lines: list[rounds.Line], form: Form) -> Answer:
    agencies = visit.agencies()
    return visit.page(
        "reviews/answer.html",
        status=400 if form.errors else 200,
        review=review,
        line=line,
        agencies=agencies,
        phrases=phrases,
        form=form,
        here=_path(review),
        same=remarks.same(lines, line.id, lambda one: agencies[one.agency].short_title),
    )


def _number(review: pb.Review) -> str:
    return review.name.rpartition("/")[2]


def _path(review: pb.Review) -> str:
    _, letter_id, _, number = review.name.split("/")
    return f"/letters/{letter_id}/review/{number}"
