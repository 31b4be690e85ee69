"""What a comment must say, its answer, and what its writer and the chair say of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from citations import read
from servicekit import text
from servicekit.refusals import InvalidField, Refusal

MOST_OF_ONE = 500
_LONGEST = 4_000
_LONGEST_BASIS = 300
_POLICY_ERROR = "POLICY_ERROR"
MUST = "MUST"


class Answer(StrEnum):
    """What becomes of a comment."""

    ACCEPTED = "ACCEPTED"
    IN_PART = "IN_PART"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    SAME_AS = "SAME_AS"
    ANOTHER_TIME = "ANOTHER_TIME"


# Those which say why, or in what.
_WITH_REASON = (Answer.IN_PART, Answer.NOT_ACCEPTED, Answer.ANOTHER_TIME)


class TextChanged(Refusal):
    """What is commented on, or sent for review, is not the text that was read."""


class CommentNotYours(Refusal):
    """Only who wrote a comment does that."""


class CommentsSent(Refusal):
    """The caller has sent their comments."""


class CommentsUnanswered(Refusal):
    """Comments have no answer yet: `count` says how many."""


class CommentSettled(Refusal):
    """Nothing of the comment is open here: it ended, or the next round took it over."""


class CommentNotToRule(Refusal):
    """The comment does not wait for a ruling: its writer may still look at the answer, or it ended."""


@dataclass(frozen=True)
class Comment:
    """What somebody says of a passage (*block*; '' = of the whole), or of words in it (*quote*; '' = of all of it)."""

    block: str
    quote: str
    kind: str
    severity: str
    text: str
    wording: str
    basis: str
    resources: str
    performance: str
    policy: str


def check(comment: Comment) -> str:
    """Refuse a comment that says too little, or too much. Return the key of the rule on which it stands, or ''."""
    for field in ("kind", "severity", "text"):
        if not getattr(comment, field):
            raise InvalidField(f"comment.{field}", "", "must be said")
    for field in ("text", "wording", "resources", "performance", "policy"):
        _check_length(f"comment.{field}", getattr(comment, field))
    _check_length("comment.basis", comment.basis, _LONGEST_BASIS)
    key = _key(comment.basis)
    if comment.kind == _POLICY_ERROR and not comment.basis:
        raise InvalidField("comment.basis", "", "must say which rule is broken")
    if comment.kind == _POLICY_ERROR and not key:
        raise InvalidField("comment.basis", comment.basis, "must cite one rule, such as 45 CFR 303.11(b)(5)")
    return key


def check_answer(answer: str, said: str, *, same_as: bool) -> None:
    """Refuse an answer without its reason, or without the comment that says the same."""
    if not answer:
        raise InvalidField("answer", "", "must be said")
    if answer in _WITH_REASON and not said:
        raise InvalidField("text", "", "must say why")
    _check_length("text", said)
    if same_as != (answer == Answer.SAME_AS):
        raise InvalidField("same_as", same_as, "must name a comment where the answer is that it says the same")


def check_same(comment: UUID, same_as: UUID, said: Mapping[UUID, UUID | None]) -> None:
    """Refuse that a comment says the same as one that is not in the round, or says in the end the same as itself.

    *said* holds every comment of the round that was sent, with the one of which it is the same.
    """
    if same_as == comment or same_as not in said:
        raise InvalidField("same_as", same_as, "must be another comment of the round")
    next_one: UUID | None = same_as
    while next_one is not None:
        next_one = said.get(next_one)
        if next_one == comment:
            raise InvalidField("same_as", same_as, "must not be answered by this comment itself")


def check_why(field: str, said: str) -> None:
    """Refuse what has to be said and is not, or is too long."""
    if not text.line(said):
        raise InvalidField(field, "", "must be said")
    _check_length(field, said)


def _key(basis: str) -> str:
    try:
        return str(read(basis)) if basis else ""
    except ValueError:
        return ""


def _check_length(field: str, said: str, most: int = _LONGEST) -> None:
    if len(said) > most:
        raise InvalidField(field, len(said), f"must have at most {most} characters")
    text.require_storable(field, said)
