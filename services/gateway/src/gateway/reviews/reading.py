"""A draft as those read it who were asked: passage by passage, with what their agency says of each."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.notification.v1 import review_service_pb2 as pb
from gateway.reviews import phrases, rounds
from gateway.web import remarks, staff_numbers
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/reviews")

_PAGE = 50
_MOST_READERS = 50
_AT = "/{letter_id}/{number}/{agency_id}"


@router.get("")
def own(visit: Visitor, page: str = "") -> Answer:
    """The drafts that the visitor is asked to review: those that wait first."""
    request = pb.ListOwnReviewsRequest(page_size=_PAGE, page_token=page)
    answer = visit.clients.reviews.ListOwnReviews(request)
    rows = [(review, mine, path(review, mine)) for review in answer.reviews for mine in review.agencies]
    return visit.page(
        "reviews/own.html", rows=rows, agencies=visit.agencies(), phrases=phrases, next_page=answer.next_page_token
    )


@router.get(_AT)
def read(visit: Visitor, letter_id: str, number: int, agency_id: str) -> Answer:
    """The text of a draft, with what the agency says of it."""
    return _read(visit, letter_id, number, agency_id, Form())


@router.get(_AT + "/comment")
def comment_page(visit: Visitor, letter_id: str, number: int, agency_id: str, passage: int = 0) -> Answer:
    """A form to comment on a passage; 0 is the whole letter."""
    empty = {"head": "", "kind": "CLARITY", "severity": "SHOULD"}
    return _comment(visit, letter_id, number, agency_id, passage, Form.of(empty))


@router.post(_AT + "/comment")
def comment(visit: Visitor, letter_id: str, number: int, agency_id: str, form: Sent, passage: int = 0) -> Answer:
    """Comment on a passage."""
    review = rounds.load(visit, letter_id, number)
    if form.text("head") not in phrases.HEADS:
        form.errors["head"] = "Choose one of these."
    remarks.check_comment(form, phrases.KINDS)
    if not form.errors:
        given = pb.ReviewComment(
            agency=f"agencies/{agency_id}",
            block=_block(review, passage),
            quote=form.text("quote"),
            head=pb.ReviewComment.Head.Value(form.text("head")),
            kind=pb.ReviewComment.Kind.Value(form.text("kind")),
            severity=pb.ReviewComment.Severity.Value(form.text("severity")),
            text=form.block("text"),
            wording=form.block("wording"),
            basis=form.text("basis"),
        )
        try:
            request = pb.AddReviewCommentRequest(parent=review.name, comment=given, request_id=form.request_id)
            visit.clients.reviews.AddReviewComment(request)
            return visit.go(f"{_path(letter_id, number, agency_id)}#passage-{passage}", done="comment-kept")
        except Refused as error:
            form.refuse(error)
    return _comment(visit, letter_id, number, agency_id, passage, form)


@router.post(_AT + "/take-back/{comment_id}")
def take_back(visit: Visitor, letter_id: str, number: int, agency_id: str, comment_id: str, form: Sent) -> Answer:
    """Take a comment back, before the agency's are sent."""
    if not form.errors:
        name = f"{rounds.name(letter_id, number)}/comments/{comment_id}"
        try:
            visit.clients.reviews.RemoveReviewComment(
                pb.RemoveReviewCommentRequest(name=name, request_id=form.request_id)
            )
            return visit.go(_path(letter_id, number, agency_id), done="comment-taken-back")
        except Refused as error:
            form.refuse(error)
    return _read(visit, letter_id, number, agency_id, form)


@router.post(_AT + "/send")
def send(visit: Visitor, letter_id: str, number: int, agency_id: str, form: Sent) -> Answer:
    """Send the agency's comments to the state."""
    if not form.errors:
        request = pb.SendReviewCommentsRequest(
            name=rounds.name(letter_id, number), agency=f"agencies/{agency_id}", request_id=form.request_id
        )
        try:
            visit.clients.reviews.SendReviewComments(request)
            return visit.go(_path(letter_id, number, agency_id), done="comments-sent")
        except Refused as error:
            form.refuse(error)
    return _read(visit, letter_id, number, agency_id, form)


@router.get(_AT + "/readers")
def readers_page(visit: Visitor, letter_id: str, number: int, agency_id: str) -> Answer:
    """Who beside those who confirm for it reads the draft for the agency."""
    review, mine = _mine(visit, letter_id, number, agency_id)
    people = visit.people(list(mine.reviewers))
    numbers = "\n".join(person.staff_number for person in people.values())
    return _readers(visit, review, mine, Form.of({"numbers": numbers}))


@router.post(_AT + "/readers")
def readers(visit: Visitor, letter_id: str, number: int, agency_id: str, form: Sent) -> Answer:
    """Name them by their staff numbers; who is left out reads it no more."""
    review, mine = _mine(visit, letter_id, number, agency_id)
    typed = form.block("numbers")
    if len(staff_numbers.pasted(typed).numbers) > _MOST_READERS:
        form.errors["numbers"] = f"Name at most {_MOST_READERS} people."
    if not form.errors:
        looked = staff_numbers.look_up(visit, mine.agency, typed)
        wrong = [*(one.number for one in looked.alike), *looked.unknown]
        if wrong:
            form.errors["numbers"] = f"No one here has this number: {', '.join(wrong)}."
        else:
            request = pb.NameReviewersRequest(
                name=review.name,
                agency=mine.agency,
                people=[one.person for one in looked.people],
                request_id=form.request_id,
            )
            try:
                visit.clients.reviews.NameReviewers(request)
                return visit.go(_path(letter_id, number, agency_id), done="readers-named")
            except Refused as error:
                form.refuse(error)
    return _readers(visit, review, mine, form)


def path(review: pb.Review, mine: pb.ReviewAgency) -> str:
    """Return the page of a round at an agency."""
    _, letter_id, _, number = review.name.split("/")
    return _path(letter_id, int(number), mine.agency.removeprefix("agencies/"))


def _read(visit: Visit, letter_id: str, number: int, agency_id: str, form: Form) -> Answer:
    review, mine = _mine(visit, letter_id, number, agency_id)
    said = [one for one in rounds.comments(visit, review) if one.agency == mine.agency]
    names = visit.names([*(one.author for one in said), *mine.reviewers])
    return visit.page(
        "reviews/read.html",
        status=400 if form.errors else 200,
        review=review,
        mine=mine,
        agency=visit.agency(mine.agency),
        whole=[one for one in said if not one.block],
        passages=rounds.passages(review, said),
        count=len(said),
        names=names,
        readers=sentences.listed(names[one] for one in mine.reviewers if one in names),
        phrases=phrases,
        form=form,
        here=_path(letter_id, number, agency_id),
        writes=phrases.is_open(review) and not mine.HasField("send_time"),
    )


def _comment(visit: Visit, letter_id: str, number: int, agency_id: str, passage: int, form: Form) -> Answer:
    review, mine = _mine(visit, letter_id, number, agency_id)
    shown = rounds.passages(review, ())
    return visit.page(
        "reviews/comment.html",
        status=400 if form.errors else 200,
        review=review,
        mine=mine,
        agency=visit.agency(mine.agency),
        passage=shown[passage - 1] if 0 < passage <= len(shown) else None,
        phrases=phrases,
        form=form,
        here=_path(letter_id, number, agency_id),
    )


def _readers(visit: Visit, review: pb.Review, mine: pb.ReviewAgency, form: Form) -> Answer:
    return visit.page(
        "reviews/readers.html",
        status=400 if form.errors else 200,
        review=review,
        agency=visit.agency(mine.agency),
        names=visit.names(list(mine.reviewers)),
        form=form,
        here=path(review, mine),
    )


def _mine(visit: Visit, letter_id: str, number: int, agency_id: str) -> tuple[pb.Review, pb.ReviewAgency]:
    """Return a round and how far the agency is in it."""
    review = rounds.load(visit, letter_id, number)
    mine = next((one for one in review.agencies if one.agency == f"agencies/{agency_id}"), None)
    if mine is None:
        raise HTTPException(404)
    return review, mine


def _block(review: pb.Review, passage: int) -> str:
    return review.blocks[passage - 1].id if 0 < passage <= len(review.blocks) else ""


def _path(letter_id: str, number: int, agency_id: str) -> str:
    return f"/reviews/{letter_id}/{number}/{agency_id}"
