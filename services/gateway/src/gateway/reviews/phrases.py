"""Reviews of drafts in words."""

from collections import Counter
from collections.abc import Iterable, Mapping

from cadre.notification.v1 import review_service_pb2 as pb
from gateway.words import remarks

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
# Of letters nobody says whose work they are: they are the state's.
KINDS: Mapping[str, str] = {name: title for name, title in remarks.KINDS.items() if name != "CREDIT"}
PLACES: Mapping[str, str] = {
    "CARRIED": "Stands in the draft as it did",
    "CHANGED": "Changed in the draft",
    "GONE": "Not in the draft any more",
}
DAYS_TO_COMMENT = 7


def is_open(review: pb.Review) -> bool:
    """Whether agencies still comment."""
    return review.state == pb.Review.OPEN


def is_changed(comment: pb.ReviewComment) -> bool:
    """Whether its passage says something else in the draft now."""
    return comment.place == pb.ReviewComment.CHANGED


def head(comment: pb.ReviewComment) -> str:
    """On which head it bears."""
    return HEADS[pb.ReviewComment.Head.Name(comment.head)]


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


def place(comment: pb.ReviewComment) -> str:
    """What became of its words in the draft; empty where that is not said."""
    return PLACES[pb.ReviewComment.Place.Name(comment.place)] if comment.place else ""
