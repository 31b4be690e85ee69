"""What learners are asked about a course, and when their answers are told: in batches that no figure can take apart.

An answer is one rating of one question. It becomes part of a *batch*: at least five answers to the same question
about the same course, told together as counts. Whatever is shown later, by version, by agency, for the whole state,
on whatever day, is a sum of whole batches; so is every difference between two such figures. Nobody can subtract their
way to fewer than five answers.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from servicekit.refusals import InvalidField, Refusal

K = TypeVar("K", bound=Hashable)

FEWEST = 5
"""No figure, and no difference between figures, is made of fewer answers."""

WAIT_FOR_AGENCY = timedelta(days=7)
"""So long an answer waits for four more of its agency; then it is told among those of other agencies."""

WAIT_FOR_VERSION = timedelta(days=28)
"""So long it waits for four more about its version; then it is told among those about other versions."""

RATINGS = range(1, 6)
SKIPPED = 0
LONGEST_COMMENT = 1_000
# Nine digits and more, however grouped: a social security number, a case or participant number, a telephone number.
_LONG_NUMBER = re.compile(r"(?:\d[\s./()-]*){9,}")


class NotTakenYet(Refusal):
    """The caller has not taken the test of this course: there is nothing to say of it yet."""


class TicketInvalid(Refusal):
    """The ticket was not given by this service for this course."""


@dataclass(frozen=True)
class Question:
    """A statement to agree with. What an *id* asks never changes: other words are another question."""

    id: str
    text: str


@dataclass(frozen=True)
class Form:
    """The questions with their wording, fixed by *version*. *answers* are what 1 to 5 stand for."""

    version: int
    questions: tuple[Question, ...]
    answers: tuple[str, ...]
    comment_question: str


# Utility, confidence, intent and support at work are what goes with the use of training on the job; how much people
# liked it hardly does (Alliger, Tannenbaum, Bennett, Traver and Shotland, Personnel Psychology 50, 1997).
FORMS: Mapping[int, Form] = {
    1: Form(
        version=1,
        questions=(
            Question("useful", "I can use this in my own work."),
            Question("realistic", "The examples are like the cases I see."),
            Question("able", "I know what to do when this comes up."),
            Question("intend", "I will work this way from now on."),
            Question("supported", "I have the time and the help here to work this way."),
        ),
        answers=("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"),
        comment_question="What should be different in this course?",
    ),
}
CURRENT = FORMS[max(FORMS)]
QUESTIONS: Mapping[str, str] = {question.id: question.text for form in FORMS.values() for question in form.questions}
# The question that stands for a course where there is room for one figure.
HEADLINE = "useful"


@dataclass(frozen=True)
class Reaction:
    """What one person says of a version of a course: a rating for each question of the form (0 = skipped)."""

    course_id: str
    course_version: int
    agency_id: str
    ratings: tuple[int, ...]
    comment: str = ""


@dataclass(frozen=True)
class Waiting:
    """An answer that waits to be told. *key* is where it is kept; *agency_id* is empty if nobody said."""

    key: Hashable
    day: date
    course_id: str
    course_version: int
    agency_id: str
    question: str
    rating: int


@dataclass(frozen=True)
class Batch:
    """Answers that are told together. Version 0: about several versions; no agency: of several agencies."""

    course_id: str
    course_version: int
    agency_id: str
    question: str
    answers: tuple[Waiting, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """How many gave each rating, from 1 to 5."""
        given = [answer.rating for answer in self.answers]
        return tuple(given.count(rating) for rating in RATINGS)


def check(reaction: Reaction) -> None:
    """Refuse what is no answer to the form, or what nobody said."""
    expected = len(CURRENT.questions)
    if len(reaction.ratings) != expected:
        raise InvalidField("ratings", len(reaction.ratings), f"must be {expected}, one for each question")
    for rating in reaction.ratings:
        if rating != SKIPPED and rating not in RATINGS:
            raise InvalidField("ratings", rating, f"must be from {RATINGS[0]} to {RATINGS[-1]}, or {SKIPPED}: skipped")
    if len(reaction.comment) > LONGEST_COMMENT:
        raise InvalidField("comment", reaction.comment, f"must have at most {LONGEST_COMMENT} letters")
    if "\0" in reaction.comment:
        raise InvalidField("comment", "", "must not hold the character NUL")
    # What was typed is not repeated in the refusal, which may be logged.
    if _LONG_NUMBER.search(reaction.comment):
        raise InvalidField("comment", "", "must not hold a social security, case or phone number")
    if not any(reaction.ratings) and not reaction.comment:
        raise InvalidField("ratings", "", "must hold an answer, unless there is a comment")


def batches(waiting: Collection[Waiting], *, today: date, told: Collection[tuple[str, int, str]]) -> list[Batch]:
    """Return what can be told on *today* of the answers that wait; the others go on waiting.

    Five of one agency about one version are told as that agency's. Where too few of an agency wait, theirs are told
    with those of others: at once while nothing is *told* yet of that (course, version, question), later when one of
    them has waited `WAIT_FOR_AGENCY`. What waits longest is told without its version.
    """
    found: list[Batch] = []
    for (course, version, question), answers in _by(waiting, _course_version_question).items():
        rest: list[Waiting] = []
        for agency, of_agency in _by(answers, lambda answer: answer.agency_id).items():
            if agency and len(of_agency) >= FEWEST:
                found.append(Batch(course, version, agency, question, tuple(of_agency)))
            else:
                rest += of_agency
        first = (course, version, question) not in told
        if len(rest) >= FEWEST and (first or any(answer.day <= today - WAIT_FOR_AGENCY for answer in rest)):
            found.append(Batch(course, version, "", question, tuple(rest)))
    used = {answer.key for batch in found for answer in batch.answers}
    left = [answer for answer in waiting if answer.key not in used and answer.day <= today - WAIT_FOR_VERSION]
    for (course, question), answers in _by(left, lambda answer: (answer.course_id, answer.question)).items():
        if len(answers) >= FEWEST:
            found.append(Batch(course, 0, "", question, tuple(answers)))
    return found


def _course_version_question(answer: Waiting) -> tuple[str, int, str]:
    return answer.course_id, answer.course_version, answer.question


def _by(answers: Iterable[Waiting], key: Callable[[Waiting], K]) -> dict[K, list[Waiting]]:
    """Put answers of the same *key* together."""
    groups: defaultdict[K, list[Waiting]] = defaultdict(list)
    for answer in answers:
        groups[key(answer)].append(answer)
    return groups
