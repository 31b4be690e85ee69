"""One comment of a review, with what the visitor may do about it: answer, look again, rule, say where it belongs."""

from fastapi import APIRouter

from cadre.curriculum.v1 import round_service_pb2 as pb
from gateway.rounds import phrases, shown
from gateway.web import remarks
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words.remarks import ANSWERS, is_answered

router = APIRouter(prefix="/rounds/{round_id}/comments/{comment_id}")

# Of a page of the table.
LINES = 50
_NOWHERE = "nowhere"


@router.get("")
def comment_page(visit: Visitor, round_id: str, comment_id: str, answer: str = "") -> Answer:
    """The comment; *answer* is what the author pressed, of which more is asked."""
    return comment_page_of(visit, round_id, comment_id, None, answer)


@router.post("/look")
def look_again(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Say whether the answer settles it."""
    satisfied = form.text("satisfied") == "yes"
    if form.text("satisfied") not in ("yes", "no"):
        form.errors["satisfied"] = "Say whether the answer settles it."
    elif not satisfied:
        form.needs("look_text", "Say what is still wrong. The chair reads it, and rules.")
    asked = pb.LookAgainRequest(
        name=_name(round_id, comment_id),
        satisfied=satisfied,
        text=form.block("look_text"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.rounds.LookAgain, asked):
        return visit.go(f"/rounds/{round_id}?show=mine#comment-{comment_id}", done="round-looked-again")
    return comment_page_of(visit, round_id, comment_id, form)


@router.post("/rule")
def rule(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Rule on it, as the chair."""
    if form.text("stands") not in ("yes", "no"):
        form.errors["stands"] = "Say whether it must still be fixed."
    form.needs("reason", "Say why. It stays on record.")
    asked = pb.RuleOnCommentRequest(
        name=_name(round_id, comment_id),
        stands=form.text("stands") == "yes",
        reason=form.block("reason"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.rounds.RuleOnComment, asked):
        return visit.go(f"/rounds/{round_id}/comments/{comment_id}", done="round-ruled")
    return comment_page_of(visit, round_id, comment_id, form)


@router.post("/place")
def put(visit: Visitor, round_id: str, comment_id: str, form: Sent) -> Answer:
    """Say where it belongs in the text as it says now."""
    chosen = form.needs("belongs", "Choose a passage, or say that it belongs to none any more.")
    asked = pb.PlaceRoundCommentRequest(
        name=_name(round_id, comment_id),
        block="" if chosen == _NOWHERE else chosen,
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.rounds.PlaceRoundComment, asked):
        return visit.go(f"/rounds/{round_id}/comments/{comment_id}", done="round-comment-placed")
    return comment_page_of(visit, round_id, comment_id, form)


def comment_page_of(visit: Visit, round_id: str, comment_id: str, form: Form | None = None, answer: str = "") -> Answer:
    """Answer with the page of a comment; *form* is one that was refused."""
    review = shown.load(visit, round_id)
    said = shown.comments(visit, review)
    lines = list(shown.lines(review, said))
    line = remarks.line(lines, comment_id)
    one = line.comment
    by = shown.around(visit, review, said)
    sent = [other for other in lines if not phrases.is_unsent(other.comment)]
    filled = form or Form.of({"answer": answer if answer in ANSWERS else ""})
    # What the form that was sent did not hold is as it is saved.
    for name, value in _saved(one).items():
        filled.values.setdefault(name, [value])
    if answer not in ANSWERS and is_answered(one) and not filled.text("answer"):
        filled.values["answer"] = [pb.RoundComment.Answer.Name(one.answer)]
    return visit.page(
        "rounds/one.html",
        status=400 if filled.errors else 200,
        review=review,
        line=line,
        by=by,
        same=remarks.same(sent, line.id, lambda other: by.who(other.author)),
        numbers={other.comment.name: other.number for other in sent},
        belongs=_places(review),
        after=(line.number - 1) // LINES * LINES,
        answers=review.may_answer and phrases.is_before_answers(review) and not phrases.is_unsent(one),
        looks=one.author == visit.person and phrases.is_to_look(one) and review.state == pb.Round.ANSWERED,
        rules=bool(review.to_rule_count) and phrases.is_to_rule(one),
        places=phrases.is_to_place(one) and (one.author == visit.person or visit.rights.state(shown.WRITE)),
        phrases=phrases,
        form=filled,
        here=shown.path(review),
    )


def _saved(one: pb.RoundComment) -> dict[str, str]:
    return {
        "text": one.answer_text,
        "same_as": one.same_as.rpartition("/")[2],
        "satisfied": "",
        "look_text": "",
        "stands": "",
        "reason": "",
        "belongs": one.block,
    }


def _places(review: pb.Round) -> list[tuple[str, str]]:
    offered = [(block.id, f"{block.number}. {remarks.short(block.text)}") for block in review.blocks]
    return [("", "Choose"), *offered, (_NOWHERE, "It belongs to none any more")]


def _name(round_id: str, comment_id: str) -> str:
    return f"rounds/{round_id}/comments/{comment_id}"
