"""A review as those read it who comment: the text passage by passage, with what is said of each."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import round_service_pb2 as pb
from gateway.rounds import phrases, reasons, shown
from gateway.web import remarks
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.words.remarks import KINDS
from gateway.works import giving
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/rounds/{round_id}")

_C = pb.RoundComment
# Passages of a page; a course of hours has some hundred.
_PASSAGES = 60
_EMPTY = {
    **dict.fromkeys(("quote", "text", "wording", "basis", *phrases.HEADS), ""),
    "kind": "CLARITY",
    "severity": "SHOULD",
}


@router.get("")
def read(visit: Visitor, round_id: str, show: str = "", after: Number = 0) -> Answer:
    """The text, with what is said of it; *after* which passage, where there are many."""
    return _read(visit, round_id, Form(), show if show in phrases.SHOWS else "", after)


@router.get("/comment")
def comment_page(visit: Visitor, round_id: str, passage: Number = 0) -> Answer:
    """A form to comment on a passage; 0 is the whole."""
    review = shown.load(visit, round_id)
    return _comment(visit, review, passage, Form.of(_EMPTY | {"digest": review.digest}))


@router.post("/comment")
def comment(visit: Visitor, round_id: str, form: Sent, passage: Number = 0) -> Answer:
    """Comment on a passage."""
    review = shown.load(visit, round_id)
    remarks.check_comment(form, KINDS)
    if not form.errors:
        try:
            visit.clients.rounds.AddRoundComment(_written(review, passage, form))
        except Refused as error:
            reasons.refuse(form, error)
            # What was typed is kept; whoever sends it again has seen the text as it says now.
            form.values["digest"] = [review.digest]
        else:
            return visit.go(place(review, passage), done="round-comment-kept")
    return _comment(visit, review, passage, form)


@router.get("/comments/{comment_id}/change")
def change_page(visit: Visitor, round_id: str, comment_id: str) -> Answer:
    """Change a comment of the visitor's own that is not sent."""
    review = shown.load(visit, round_id)
    found = _own_unsent(visit, review, comment_id)
    said = {name: getattr(found, name) for name in ("text", "wording", "basis", "etag", *phrases.HEADS)}
    said |= {"kind": _C.Kind.Name(found.kind), "severity": _C.Severity.Name(found.severity)}
    said["quote"] = phrases.quoted(found, _words_of(review, found))
    return _comment(visit, review, _passage_of(review, found), Form.of(said), comment_id)


@router.post("/comments/{comment_id}/change")
def change(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Say it anew."""
    review = shown.load(visit, round_id)
    found = _own_unsent(visit, review, comment_id)
    passage = _passage_of(review, found)
    remarks.check_comment(form, KINDS)
    if not form.errors:
        said = _said(review, passage, form)
        said.name, said.etag = found.name, form.text("etag")
        try:
            visit.clients.rounds.UpdateRoundComment(
                pb.UpdateRoundCommentRequest(comment=said, request_id=form.request_id)
            )
        except Refused as error:
            reasons.refuse(form, error)
        else:
            return visit.go(f"{place(review, passage)}", done="round-comment-kept")
    return _comment(visit, review, passage, form, comment_id)


@router.post("/comments/{comment_id}/take-back")
def take_back(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Take a comment back, before it is sent."""
    asked = pb.RemoveRoundCommentRequest(name=f"rounds/{round_id}/comments/{comment_id}", request_id=form.request_id)
    if form.accepted(visit.clients.rounds.RemoveRoundComment, asked):
        return visit.go(f"/rounds/{round_id}", done="round-comment-taken-back")
    return _read(visit, round_id, form)


@router.post("/send")
def send(visit: Visitor, round_id: str, form: Sent) -> Answer:
    """Send the visitor's comments, or say that they have none."""
    asked = pb.SendRoundCommentsRequest(parent=f"rounds/{round_id}", request_id=form.request_id)
    if form.accepted(visit.clients.rounds.SendRoundComments, asked):
        return visit.go(f"/rounds/{round_id}", done="round-comments-sent")
    return _read(visit, round_id, form)


@router.get("/decline")
def decline_page(visit: Visitor, round_id: str) -> Answer:
    """Say that one cannot review."""
    return _decline(visit, round_id, Form.of({"reason": ""}))


@router.post("/decline")
def decline(visit: Visitor, round_id: str, form: Sent) -> Answer:
    """Save it."""
    form.needs("reason", "Say why. Who opened the review reads it, and asks somebody else.")
    asked = pb.DeclineReviewRequest(name=f"rounds/{round_id}", reason=form.block("reason"), request_id=form.request_id)
    if form.accepted(visit.clients.rounds.DeclineReview, asked):
        return visit.go(f"/rounds/{round_id}", done="round-declined")
    return _decline(visit, round_id, form)


def place(review: pb.Round, passage: int) -> str:
    """Return the address of a passage: its page, where there are several, and its place there."""
    before = (passage - 1) // _PASSAGES * _PASSAGES if passage else 0
    return f"{shown.path(review)}{f'?after={before}' if before else ''}#passage-{passage}"


def own(review: pb.Round, person: str) -> pb.Reviewer | None:
    """Return what is on record of somebody in this review."""
    return next((one for one in review.reviewers if one.person == person), None)


def _own_unsent(visit: Visit, review: pb.Round, comment_id: str) -> pb.RoundComment:
    """Return a comment of the visitor's own that they may still change."""
    name = f"{review.name}/comments/{comment_id}"
    found = next((one for one in shown.comments(visit, review) if one.name == name and phrases.is_unsent(one)), None)
    if found is None or found.author != visit.person:
        raise HTTPException(404)
    return found


def _passage_of(review: pb.Round, comment: pb.RoundComment) -> int:
    """Return the number of the passage that a comment is about; 0 of the whole."""
    return next((block.number for block in review.blocks if comment.block and block.id == comment.block), 0)


def _words_of(review: pb.Round, comment: pb.RoundComment) -> str:
    return next((block.text for block in review.blocks if comment.block and block.id == comment.block), "")


def _written(review: pb.Round, passage: int, form: SentForm) -> pb.AddRoundCommentRequest:
    return pb.AddRoundCommentRequest(
        parent=review.name,
        comment=_said(review, passage, form),
        digest=form.text("digest"),
        request_id=form.request_id,
    )


def _said(review: pb.Round, passage: int, form: SentForm) -> pb.RoundComment:
    return pb.RoundComment(
        block=next((block.id for block in review.blocks if block.number == passage), ""),
        quote=form.text("quote"),
        kind=pb.RoundComment.Kind.Value(form.text("kind")),
        severity=pb.RoundComment.Severity.Value(form.text("severity")),
        text=form.block("text"),
        wording=form.block("wording"),
        basis=form.text("basis"),
        resources=form.text("resources"),
        performance=form.text("performance"),
        policy=form.text("policy"),
    )


def _read(visit: Visit, round_id: str, form: Form, show: str = "", after: int = 0) -> Answer:
    review = shown.load(visit, round_id)
    said = shown.comments(visit, review)
    fitting = [one for one in said if phrases.fits(one, show, visit.person)]
    # Where only some comments are asked for, so is the text that they are about.
    whole = shown.passages(review, fitting)
    text: Sequence[shown.Passage] = [one for one in whole if one.comments or not show]
    page = text if show else text[after : after + _PASSAGES]
    by = shown.around(visit, review, said)
    return visit.page(
        "rounds/review.html",
        status=400 if form.errors else 200,
        review=review,
        by=by,
        mine=own(review, visit.person),
        passages=page,
        text_of={one.id: one.text for one in whole},
        on_whole=[one for one in fitting if not one.block and not phrases.is_lost(one)],
        lost=[one for one in fitting if phrases.is_lost(one)],
        shows=[(key, title, sum(phrases.fits(one, key, visit.person) for one in said)) for key, title in _shows()],
        show=show,
        pages=pages(len(text), after) if not show else [],
        given=giving.if_theirs(visit, review.subject),
        giving=giving,
        phrases=phrases,
        form=form,
        here=shown.path(review),
        writes=visit.rights.state(shown.WRITE),
    )


def _shows() -> Sequence[tuple[str, str]]:
    return list(phrases.SHOWS.items())


def pages(count: int, after: int) -> list[tuple[int, int, bool]]:
    """Return the pages of so many passages: first, last, and whether it is this one; none where all fit on one."""
    if count <= _PASSAGES:
        return []
    return [
        (first + 1, min(first + _PASSAGES, count), first <= after < first + _PASSAGES)
        for first in range(0, count, _PASSAGES)
    ]


def _comment(visit: Visit, review: pb.Round, passage: int, form: Form, comment_id: str = "") -> Answer:
    """Show the form of a comment; with *comment_id* that of one which is there."""
    return visit.page(
        "rounds/comment.html",
        status=400 if form.errors else 200,
        review=review,
        passage=next((block for block in review.blocks if block.number == passage), None),
        at=passage,
        comment_id=comment_id,
        phrases=phrases,
        form=form,
        here=shown.path(review),
        back=place(review, passage),
    )


def _decline(visit: Visit, round_id: str, form: Form) -> Answer:
    review = shown.load(visit, round_id)
    return visit.page(
        "rounds/decline.html",
        status=400 if form.errors else 200,
        review=review,
        form=form,
        here=shown.path(review),
        phrases=phrases,
    )
