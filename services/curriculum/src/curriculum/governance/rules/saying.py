"""What may be said for a seat, and what has to be said with it."""

from dataclasses import dataclass

from curriculum.governance.rules.counting import Choice
from servicekit import text
from servicekit.refusals import InvalidField, Refusal

MOST_LETTERS = 4_000
MOST_MOTION = 1_000
# What a seat may say once an objection is lifted.
AFTER_HOLD = (Choice.NO_OBJECTION, Choice.YES, Choice.ABSTAIN, Choice.NO)


class NotOnRoll(Refusal):
    """The person does not speak for that seat: it is not theirs, or what was said for it stands."""


class SeatNotSaid(Refusal):
    """The person speaks for several seats, and did not say for which."""


class SeatRecused(Refusal):
    """Whoever holds the seat wrote what is voted on."""


class DigestChanged(Refusal):
    """What is voted on is not what the caller read."""


class SubjectOpen(Refusal):
    """Something of what is to be voted on is not settled: `lines` says what."""


class MeetingNeeded(Refusal):
    """The body votes in meetings alone."""


class MeetingNotReady(Refusal):
    """Who was in the room is not on record yet."""


class BallotRuns(Refusal):
    """The ballot is open until its hour, and seats have said nothing yet."""


class RollEmpty(Refusal):
    """Nobody sits in a seat that votes."""


class BodyNotKnown(Refusal):
    """How the body decides is not known here yet."""


class HoldNotYours(Refusal):
    """Only who objected lifts an objection, as long as it is what counts for the seat."""


class DecisionCorrected(Refusal):
    """Another decision took its place: that one is to be corrected."""


class NotContestable(Refusal):
    """It was not written down for the caller, or the days for that are over."""


@dataclass(frozen=True)
class Words:
    """What is said with a choice."""

    text: str = ""
    lifted_by: str = ""
    override_reason: str = ""


def check(choice: Choice, words: Words) -> None:
    """Refuse a position that lacks what it has to say."""
    for field in ("text", "lifted_by", "override_reason"):
        check_text(field, getattr(words, field), most=MOST_LETTERS)
    if choice in {Choice.HOLD, Choice.RECUSED} and not text.line(words.text):
        raise InvalidField("text", words.text, "must say what the objection or the conflict is")
    if choice is Choice.HOLD and not text.line(words.lifted_by):
        raise InvalidField("lifted_by", words.lifted_by, "must say what would lift the objection")
    if choice is not Choice.HOLD and words.lifted_by:
        raise InvalidField("lifted_by", words.lifted_by, "must be empty but for an objection")
    if choice in {Choice.HOLD, Choice.RECUSED} and words.override_reason:
        raise InvalidField("override_reason", words.override_reason, "must be empty for who objects or steps aside")


def check_text(field: str, value: str, *, most: int, given: bool = False) -> None:
    """Refuse a text that is too long, or not there."""
    if given and not text.line(value):
        raise InvalidField(field, value, "must be given")
    if len(value) > most:
        raise InvalidField(field, value, f"must have at most {most} letters")
    if "\0" in value:
        raise InvalidField(field, value, "must not hold the character NUL")
