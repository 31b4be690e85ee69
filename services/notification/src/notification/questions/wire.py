"""Between the contract's messages and questions, answers and clarifications."""

from collections.abc import Iterable
from uuid import UUID

from cadre.notification.v1 import question_service_pb2 as pb
from notification.letters.wire import person
from notification.questions import queries
from notification.questions.queries import Answer, Clarification, Question
from notification.questions.rules.questions import Caller
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller as person_who_calls
from servicekit.rpc.wire import timestamp

_QUESTION = "notices/{notice}/questions/{question}"
_CLARIFICATION = "notices/{notice}/clarifications/{clarification}"
_CONFIRMS = "notices.confirm_for_agency"
# Whoever holds one of these for the state sees what was asked.
_STATE = ("notices.write", "notices.approve")


def caller(call: Call) -> Caller:
    """Read who asks, for which agencies they confirm, and where they hold rights."""
    held = call.principal.rights
    agencies = {right: {_agency(scope) for scope in scopes} - {""} for right, scopes in held.items()}
    return Caller(
        person_id=person_who_calls(call.principal),
        state=any(WHOLE in held.get(right, ()) for right in _STATE),
        confirms=frozenset(agencies.get(_CONFIRMS, ())),
        works=frozenset().union(*agencies.values()) if agencies else frozenset(),
    )


def question_of(name: str, field: str = "name") -> tuple[UUID, UUID]:
    """Read letter and question in the name of a question."""
    notice, question_id = names.parse(_QUESTION, name, field=field).values()
    return names.as_uuid(notice, field=field), names.as_uuid(question_id, field=field)


def question_on(request: pb.CreateClarificationRequest, notice_id: UUID) -> UUID | None:
    """Read the question that a clarification of a letter answers, if it answers one."""
    return _on(_QUESTION, request.question, notice_id, "question") if request.question else None


def superseded_on(request: pb.CreateClarificationRequest, notice_id: UUID) -> UUID | None:
    """Read the clarification of the same letter whose place another one takes, if it does."""
    return _on(_CLARIFICATION, request.supersedes, notice_id, "supersedes") if request.supersedes else None


def question(row: Question, answers: Iterable[Answer]) -> pb.Question:
    """Write a question with those of *answers* that are its own."""
    return pb.Question(
        name=queries.question_name(row.notice_id, row.id),
        title=f"{row.series} {row.number}: {row.subject}",
        section=row.section,
        text=row.text,
        asker=person(row.asked_by),
        agencies=[f"agencies/{agency}" for agency in row.agencies],
        ask_time=timestamp(row.asked_at),
        answers=[
            pb.Answer(text=one.text, answerer=person(one.answered_by), answer_time=timestamp(one.answered_at))
            for one in answers
            if one.question_id == row.id
        ],
        clarifications=[queries.clarification_name(row.notice_id, one) for one in row.clarifications],
    )


def clarification(row: Clarification) -> pb.Clarification:
    """Write a clarification."""
    later = queries.clarification_name(row.notice_id, row.superseded_by) if row.superseded_by else ""
    return pb.Clarification(
        name=queries.clarification_name(row.notice_id, row.id),
        section=row.section,
        text=row.text,
        giver=person(row.given_by),
        give_time=timestamp(row.given_at),
        superseded_by=later,
    )


def _on(pattern: str, name: str, notice_id: UUID, field: str) -> UUID:
    """Read the id of what is said on a letter; refuse what is on another one."""
    notice, id_ = names.parse(pattern, name, field=field).values()
    if names.as_uuid(notice, field=field) != notice_id:
        raise InvalidField(field, name, "must be of the same letter")
    return names.as_uuid(id_, field=field)


def _agency(scope: str) -> str:
    """Return the agency that a scope is, or is a unit of."""
    return scope.removeprefix("agencies/").partition("/")[0] if scope.startswith("agencies/") else ""
