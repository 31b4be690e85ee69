"""Questions and clarifications as those see them who may."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from notification.letters.rows import name_of
from notification.questions.rules.questions import Caller
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# Of a question `q`.
_SEES = "(%(state)s OR q.asked_by = %(person)s OR q.agencies && %(confirms)s::text[])"
_QUESTION = """
q.id, q.notice_id, n.series, n.number, n.subject, q.section, q.text, q.asked_by, q.agencies, q.asked_at,
coalesce((
  SELECT array_agg(c.id ORDER BY c.given_at, c.id) FROM clarification AS c WHERE c.question_id = q.id
), '{{}}') AS clarifications
"""
_FROM = "FROM question AS q JOIN notice AS n ON n.id = q.notice_id"
_ONE = f"SELECT {_QUESTION} {_FROM} WHERE q.id = %(question)s AND q.notice_id = %(notice)s AND {_SEES}"
_OF_LETTER = f"""
SELECT {_QUESTION} {_FROM}
WHERE q.notice_id = %(notice)s AND {_SEES} {{page}}
ORDER BY q.asked_at DESC, q.id DESC LIMIT %(limit)s
"""
_COUNT = f"SELECT count(*)::int FROM question AS q WHERE q.notice_id = %(notice)s AND {_SEES}"  # noqa: S608 - made of constants
_OPEN = f"""
SELECT {_QUESTION} {_FROM}
WHERE q.answered_at IS NULL {{page}}
ORDER BY q.asked_at, q.id LIMIT %(limit)s
"""
_COUNT_OPEN = "SELECT count(*)::int FROM question WHERE answered_at IS NULL"
_ANSWERS = """
SELECT question_id, text, answered_by, answered_at FROM question_answer
WHERE question_id = ANY(%(questions)s) ORDER BY answered_at, id
"""
_CLARIFICATION = """
SELECT c.id, c.notice_id, c.section, c.text, c.given_by, c.given_at, later.id AS superseded_by
FROM clarification AS c LEFT JOIN clarification AS later ON later.supersedes = c.id
WHERE c.notice_id = %(notice)s
"""
_CLARIFICATIONS = f"SELECT * FROM ({_CLARIFICATION}) AS found {{page}} ORDER BY given_at, id LIMIT %(limit)s"  # noqa: S608 - made of constants


class Question(NamedTuple):
    """A question, with the clarifications that were given on it."""

    id: UUID
    notice_id: UUID
    series: str
    number: str
    subject: str
    section: str
    text: str
    asked_by: UUID
    agencies: list[str]
    asked_at: datetime
    clarifications: list[UUID]


class Answer(NamedTuple):
    """What the state answered."""

    question_id: UUID
    text: str
    answered_by: UUID
    answered_at: datetime


class Clarification(NamedTuple):
    """A clarification, and the one that took its place."""

    id: UUID
    notice_id: UUID
    section: str
    text: str
    given_by: UUID
    given_at: datetime
    superseded_by: UUID | None


def question_name(notice_id: UUID, question_id: UUID) -> str:
    """Return the resource name."""
    return f"{name_of(notice_id)}/questions/{question_id}"


def clarification_name(notice_id: UUID, clarification_id: UUID) -> str:
    """Return the resource name."""
    return f"{name_of(notice_id)}/clarifications/{clarification_id}"


def one(db: Db, notice_id: UUID, question_id: UUID, caller: Caller) -> Question:
    """Return a question that the caller sees."""
    found = db.maybe(Question, _ONE, notice=notice_id, question=question_id, **_asks(caller))
    if found is None:
        raise NotFound(question_name(notice_id, question_id))
    return found


def of_letter(db: Db, notice_id: UUID, page: Page, caller: Caller) -> tuple[list[Question], int]:
    """Return the questions on a letter that the caller sees, one more than the page holds; and how many there are."""
    after = _after(page, "<")
    rows = db.all(
        Question, _OF_LETTER.format(page=after), notice=notice_id, **_asks(caller), **page.values("asked_at", "id")
    )
    return rows, db.value(_COUNT, notice=notice_id, **_asks(caller))


def not_answered(db: Db, page: Page) -> tuple[list[Question], int]:
    """Return the questions that nobody has answered, one more than the page holds; and how many there are."""
    after = _after(page, ">")
    return db.all(Question, _OPEN.format(page=after), **page.values("asked_at", "id")), db.value(_COUNT_OPEN)


def answers(db: Db, questions: Sequence[UUID]) -> list[Answer]:
    """Return what was answered to questions, in order."""
    return db.all(Answer, _ANSWERS, questions=list(questions))


def clarifications(db: Db, notice_id: UUID, page: Page) -> list[Clarification]:
    """Return the clarifications of a letter, one more than the page holds."""
    sql = _CLARIFICATIONS.format(page=page.after_sql("WHERE", ">", given_at="timestamptz", id="uuid"))
    return db.all(Clarification, sql, notice=notice_id, **page.values("given_at", "id"))


def clarification(db: Db, notice_id: UUID, clarification_id: UUID) -> Clarification:
    """Return a clarification of a letter."""
    found = db.maybe(Clarification, f"{_CLARIFICATION} AND c.id = %(id)s", notice=notice_id, id=clarification_id)
    if found is None:
        raise NotFound(clarification_name(notice_id, clarification_id))
    return found


def _after(page: Page, beyond: str) -> str:
    """Return the condition by which a page of questions `q` starts after its key."""
    return (
        f"AND (q.asked_at, q.id) {beyond} (%(after_asked_at)s::timestamptz, %(after_id)s::uuid)" if page.after else ""
    )


def _asks(caller: Caller) -> dict[str, Any]:
    return {"person": caller.person_id, "state": caller.state, "confirms": sorted(caller.confirms)}
