"""What is done with questions: somebody asks, the state answers, and says officially what the letter means."""

from uuid import UUID, uuid4

from notification.deliveries import visibility
from notification.letters.rows import letter_of, load, name_of
from notification.letters.rules.lifecycle import State, check_in_force
from notification.letters.rules.reading import Reader
from notification.letters.tables import Notice
from notification.questions import queries, telling
from notification.questions.rules import questions
from notification.questions.rules.questions import LONGEST_ANSWER, LONGEST_QUESTION, AlreadySuperseded, Caller
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_WORKS = "SELECT DISTINCT agency_id FROM audience_member WHERE person_id = %(person)s AND member"
_ASK = """
INSERT INTO question (id, notice_id, section, text, asked_by, agencies, asked_at)
VALUES (%(id)s, %(notice)s, %(section)s, %(text)s, %(by)s, %(agencies)s, %(at)s)
"""
_ANSWER = """
INSERT INTO question_answer (id, question_id, text, answered_by, answered_at)
VALUES (%(id)s, %(question)s, %(text)s, %(by)s, %(at)s)
"""
_IS_ANSWERED = "UPDATE question SET answered_at = %(at)s WHERE id = %(question)s AND answered_at IS NULL"
_CLARIFY = """
INSERT INTO clarification (id, notice_id, section, text, given_by, given_at, question_id, supersedes)
VALUES (%(id)s, %(notice)s, %(section)s, %(text)s, %(by)s, %(at)s, %(question)s, %(supersedes)s)
"""


def ask(db: Db, notice_id: UUID, *, section: str, text: str, caller: Caller, reader: Reader) -> UUID:
    """Ask about a letter that is out and in force."""
    _check(_out(db, notice_id, reader), section, text, LONGEST_QUESTION)
    agencies = questions.agencies(db.values(_WORKS, person=caller.person_id), caller)
    question_id = uuid4()
    db.run(
        _ASK,
        id=question_id,
        notice=notice_id,
        section=section,
        text=text,
        by=caller.person_id,
        agencies=agencies,
        at=db.at,
    )
    db.changed(queries.question_name(notice_id, question_id), after={"section": section, "agencies": agencies})
    telling.tell_asked(db, question_id)
    return question_id


def answer(db: Db, notice_id: UUID, question_id: UUID, *, text: str, caller: Caller) -> None:
    """Answer a question, or say more to it."""
    queries.one(db, notice_id, question_id, caller)
    questions.check_text("text", text, LONGEST_ANSWER)
    answer_id = uuid4()
    db.run(_ANSWER, id=answer_id, question=question_id, text=text, by=caller.person_id, at=db.at)
    db.run(_IS_ANSWERED, question=question_id, at=db.at)
    db.changed(queries.question_name(notice_id, question_id), after={"answer": str(answer_id)})
    telling.tell_answered(db, answer_id)


def clarify(
    db: Db,
    notice_id: UUID,
    *,
    section: str,
    text: str,
    question_id: UUID | None,
    supersedes: UUID | None,
    caller: Caller,
    reader: Reader,
) -> UUID:
    """Say officially what a letter means; one of its clarifications that holds may give way to this one."""
    _check(_out(db, notice_id, reader), section, text, LONGEST_ANSWER)
    # One after the other: what is superseded here is not by another one at this moment.
    load(db, notice_id)
    if question_id is not None:
        queries.one(db, notice_id, question_id, caller)
    if supersedes is not None:
        before = queries.clarification(db, notice_id, supersedes)
        if before.superseded_by is not None:
            newest = queries.clarification_name(notice_id, before.superseded_by)
            raise AlreadySuperseded("It was superseded before.", field="supersedes", superseded_by=newest)
    clarification_id = uuid4()
    db.run(
        _CLARIFY,
        id=clarification_id,
        notice=notice_id,
        section=section,
        text=text,
        by=caller.person_id,
        at=db.at,
        question=question_id,
        supersedes=supersedes,
    )
    if question_id is not None:
        db.run(_IS_ANSWERED, question=question_id, at=db.at)
    db.changed(
        queries.clarification_name(notice_id, clarification_id),
        after={"section": section, "question": str(question_id or ""), "supersedes": str(supersedes or "")},
    )
    telling.tell_clarified(db, clarification_id)
    return clarification_id


def _out(db: Db, notice_id: UUID, reader: Reader) -> Notice:
    """Return a letter of ours that is out, as the reader sees it; a draft is not found, not even by who writes it."""
    notice = visibility.letter(db, notice_id, reader)
    if notice.state not in (State.PUBLISHED, State.WITHDRAWN):
        raise NotFound(name_of(notice_id))
    return notice


def _check(notice: Notice, section: str, text: str, most: int) -> None:
    check_in_force(name_of(notice.id), notice.withdrawn_at)
    questions.check_section(letter_of(notice), section)
    questions.check_text("text", text, most)
