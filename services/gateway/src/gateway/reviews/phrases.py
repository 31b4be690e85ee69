"""Reviews of drafts in words."""

from collections import Counter
from collections.abc import Iterable, Mapping

import prose
from cadre.notification.v1 import review_service_pb2 as pb

# The parts of a letter, as who reads it finds them.
SECTIONS: Mapping[str, str] = {
    "subject": "Subject",
    "change": "What changes",
    "before": "Before",
    "after": "After",
    "until_then": "Until then",
    "staff_action": "What staff must do",
    "body": "The letter",
    "references": "References",
}
WHOLE = "The whole letter"
# The three heads under which agencies comment on drafts of the state.
HEADS: Mapping[str, str] = {
    "RESOURCES": "Local resources (efficiency)",
    "PERFORMANCE": "Performance measures (effectiveness)",
    "POLICY": "Policy issues",
}
KINDS: Mapping[str, str] = {
    "CLARITY": "Not clear",
    "POLICY_ERROR": "Against a rule",
    "PROCEDURE_CONFLICT": "Against a procedure",
    "LOCAL_VARIATION": "Different here",
    "ACCESSIBILITY": "Cannot be read by everybody",
    "SYSTEM_MISMATCH": "Not what the case system does",
    "PRIVACY": "Private data",
}
SEVERITIES: Mapping[str, str] = {
    "MUST": "Must be fixed",
    "SHOULD": "Should be fixed",
    "COULD": "Could be better",
    "QUESTION": "A question",
}
ANSWERS: Mapping[str, str] = {
    "ACCEPTED": "Accepted",
    "IN_PART": "Accepted in part",
    "NOT_ACCEPTED": "Not accepted",
    "SAME_AS": "The same as another comment",
    "ANOTHER_TIME": "Another time",
}
PLACES: Mapping[str, str] = {
    "CARRIED": "Stands in the draft as it did",
    "CHANGED": "Changed in the draft",
    "GONE": "Not in the draft any more",
}
DAYS_TO_COMMENT = 7


def is_open(review: pb.Review) -> bool:
    """Whether agencies still comment."""
    return review.state == pb.Review.OPEN


def is_answered(comment: pb.ReviewComment) -> bool:
    """Whether the state said something to it."""
    return comment.answer != pb.ReviewComment.ANSWER_UNSPECIFIED


def is_changed(comment: pb.ReviewComment) -> bool:
    """Whether its passage says something else in the draft now."""
    return comment.place == pb.ReviewComment.CHANGED


def head(comment: pb.ReviewComment) -> str:
    """On which head it bears."""
    return HEADS[pb.ReviewComment.Head.Name(comment.head)]


def kind(comment: pb.ReviewComment) -> str:
    """What kind of comment it is."""
    return KINDS[pb.ReviewComment.Kind.Name(comment.kind)]


def severity(comment: pb.ReviewComment) -> str:
    """How serious it is."""
    return SEVERITIES[pb.ReviewComment.Severity.Name(comment.severity)]


def answer(comment: pb.ReviewComment) -> str:
    """What was decided; empty before."""
    return ANSWERS[pb.ReviewComment.Answer.Name(comment.answer)] if is_answered(comment) else ""


def places(said: Iterable[pb.ReviewComment]) -> str:
    """Say what became of the passages that were commented on; empty where all stand as they did."""
    counted = Counter(one.place for one in said if one.place)
    changed, gone = counted[pb.ReviewComment.CHANGED], counted[pb.ReviewComment.GONE]
    if not changed and not gone:
        return ""
    return (
        f"In the draft as it says now: {counted[pb.ReviewComment.CARRIED]} where they were,"
        f" {changed} on a passage that changed, {gone} on one that is gone."
    )


def changes(was: str, now: str) -> list[prose.Piece]:
    """Return what changed in a passage, word by word."""
    return prose.compare(was, now)


def place(comment: pb.ReviewComment) -> str:
    """What became of its words in the draft; empty where that is not said."""
    return PLACES[pb.ReviewComment.Place.Name(comment.place)] if comment.place else ""
