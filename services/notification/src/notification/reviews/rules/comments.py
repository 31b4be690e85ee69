"""What a comment must say, and its answer."""

from dataclasses import dataclass
from enum import StrEnum

from servicekit.refusals import InvalidField

_LONGEST = 4_000
_LONGEST_BASIS = 300


class Answer(StrEnum):
    """What the state says to a comment."""

    ACCEPTED = "ACCEPTED"
    IN_PART = "IN_PART"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    SAME_AS = "SAME_AS"
    ANOTHER_TIME = "ANOTHER_TIME"


# Those which say why, or in what.
_WITH_REASON = (Answer.IN_PART, Answer.NOT_ACCEPTED, Answer.ANOTHER_TIME)
_POLICY_ERROR = "POLICY_ERROR"


@dataclass(frozen=True)
class Comment:
    """What somebody says of a passage (*block*; '' = of the whole), or of words in it (*quote*; '' = of all of it)."""

    block: str
    quote: str
    head: str
    kind: str
    severity: str
    text: str
    wording: str
    basis: str


def check(comment: Comment) -> None:
    """Refuse a comment that says too little, or too much."""
    for field in ("head", "kind", "severity", "text"):
        if not getattr(comment, field):
            raise InvalidField(f"comment.{field}", "", "must be said")
    for field, most in (("text", _LONGEST), ("wording", _LONGEST), ("basis", _LONGEST_BASIS)):
        if len(getattr(comment, field)) > most:
            raise InvalidField(f"comment.{field}", len(getattr(comment, field)), f"must have at most {most} characters")
    if comment.kind == _POLICY_ERROR and not comment.basis:
        raise InvalidField("comment.basis", "", "must say which rule is broken")


def check_answer(answer: str, text: str, *, same_as: bool) -> None:
    """Refuse an answer without its reason, or without the comment that says the same."""
    if not answer:
        raise InvalidField("answer", "", "must be said")
    if answer in _WITH_REASON and not text:
        raise InvalidField("text", "", "must say why")
    if len(text) > _LONGEST:
        raise InvalidField("text", len(text), f"must have at most {_LONGEST} characters")
    if same_as != (answer == Answer.SAME_AS):
        raise InvalidField("same_as", same_as, "must name a comment where the answer is that it says the same")
