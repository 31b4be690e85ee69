"""What people say of a passage, in words: agencies of a letter that they review, committees of a course."""

from collections.abc import Mapping
from typing import TypeVar

import prose
from cadre.curriculum.v1 import round_service_pb2 as round_pb
from cadre.notification.v1 import review_service_pb2 as review_pb

C = TypeVar("C", review_pb.ReviewComment, round_pb.RoundComment)

KINDS: Mapping[str, str] = {
    "CLARITY": "Not clear",
    "POLICY_ERROR": "Against a rule",
    "PROCEDURE_CONFLICT": "Against a procedure",
    "LOCAL_VARIATION": "Different here",
    "ACCESSIBILITY": "Cannot be read by everybody",
    "SYSTEM_MISMATCH": "Not what the case system does",
    "CREDIT": "Does not say whose work it is",
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
_TAGS = {prose.Kind.ADDED: "ins", prose.Kind.REMOVED: "del"}


def kind(comment: C) -> str:
    """What kind of comment it is; empty where none is said."""
    return KINDS.get(comment.Kind.Name(comment.kind), "")


def severity(comment: C) -> str:
    """How serious it is; empty where that is not said."""
    return SEVERITIES.get(comment.Severity.Name(comment.severity), "")


def is_answered(comment: C) -> bool:
    """Whether something was said to it."""
    return comment.answer != comment.ANSWER_UNSPECIFIED


def answer(comment: C) -> str:
    """What was decided; empty before."""
    return ANSWERS[comment.Answer.Name(comment.answer)] if is_answered(comment) else ""


def changes(was: str, now: str) -> list[tuple[str, str]]:
    """Return what changed in a passage, word by word, with the tags of these: `ins`, `del`, or none."""
    return [(_TAGS.get(piece.kind, ""), piece.text) for piece in prose.compare(was, now)]
